"""`precedent` on the fake encoder, for tests that need it as a process: python fake_precedent.py COMMAND …"""

from fakes import FakeEncoder

from service import cli

if __name__ == "__main__":
    cli.encoder_for = lambda settings: FakeEncoder()
    cli.main(prog_name="precedent")
