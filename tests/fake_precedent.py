"""`precedent` on the fake encoder, for tests that need it as a process: python fake_precedent.py COMMAND …"""

import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from fakes import FakeEncoder, few_examples

from service.cli import common
from service.cli.main import main
from service.themes import training


def run(arguments: Sequence[str]) -> None:
    """Run a command; ends the process as the program does."""
    common.encoder_for = lambda settings: FakeEncoder()
    training.shipped_examples = few_examples
    main(list(arguments), prog_name="precedent")


def run_into(output: Path, arguments: Sequence[str]) -> None:
    """Run a command whose output goes into a file."""
    with output.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        run(arguments)


if __name__ == "__main__":
    run(sys.argv[1:])
