"""The process of a build that a page started, on the fake encoder: python fake_upload_job.py DATA."""

import sys
import time
from pathlib import Path

from fakes import FakeEncoder, few_examples

from service.cli import common, upload_job
from service.themes import training

if __name__ == "__main__":
    common.encoder_for = lambda settings: FakeEncoder()  # type: ignore[assignment,return-value]
    training.shipped_examples = few_examples
    data = Path(sys.argv[1])
    if (data / "slow").exists():  # a test looks at it while it runs, or kills it
        time.sleep(600)
    upload_job.main(data)
