"""The base of all errors that are expected. The one module that every room may import, `models` too."""


class PrecedentError(Exception):
    """Something that the program foresees went wrong.

    The message is a sentence for people: what happened, and what to do. Whoever stands at an edge – a command, a page,
    an answer in JSON – shows it as it is; any other exception is a fault of the program.
    """
