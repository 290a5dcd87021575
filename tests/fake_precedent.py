"""`precedent` on the fake encoder, for tests that need it as a process: python fake_precedent.py COMMAND …"""

from fakes import FakeEncoder, few_examples

from service.cli import common
from service.cli.main import main
from service.themes import training

if __name__ == "__main__":
    common.encoder_for = lambda settings: FakeEncoder()
    training.shipped_examples = few_examples
    main(prog_name="precedent")
