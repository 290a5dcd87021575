"""The one base of every error that is expected."""


class PrecedentError(Exception):
    """Something went wrong that a person can do something about; the message is a sentence that says what, and how."""
