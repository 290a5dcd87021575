"""`precedent` on the fake encoder, for tests that need it as a process: python fake_precedent.py COMMAND …"""

from fakes import FakeEncoder, few_examples

from service import cli, training

if __name__ == "__main__":
    cli.encoder_for = lambda settings: FakeEncoder()
    training.shipped_examples = few_examples
    cli.main(prog_name="precedent")
