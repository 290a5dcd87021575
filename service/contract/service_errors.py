"""The errors of this room, and the one table of what an error is to the web and to the command line.

Whatever is expected to go wrong derives from PrecedentError and carries a sentence for people. Anything else is a
mistake of ours: 500, and a traceback on the command line.
"""

from http import HTTPStatus

from corpus.errors import PrecedentError


class RequestError(PrecedentError):
    """A request that cannot be answered; the message says which part of it, and what it may be."""


class StateError(PrecedentError):
    """People's work cannot be read or written; the message says what happened and what to do."""


class StrengthError(PrecedentError):
    """A calibration that cannot be read or made; the message says what happened and what to do."""


class SettingsError(PrecedentError):
    """A setting that cannot be used; the message names it and says what it may be."""


# Error, HTTP status, exit code; the first that an error is an instance of.
TABLE: tuple[tuple[type[Exception], HTTPStatus, int], ...] = (
    (RequestError, HTTPStatus.BAD_REQUEST, 2),
    (PrecedentError, HTTPStatus.SERVICE_UNAVAILABLE, 2),  # the index, a model, people's work cannot be used
    (OSError, HTTPStatus.INTERNAL_SERVER_ERROR, 2),  # a file that a command was given
)


def status_of(error: Exception) -> HTTPStatus:
    """What an error is to the web."""
    return next((status for kind, status, _ in TABLE if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def exit_code_of(error: Exception) -> int | None:
    """What an error is to the command line; None for a mistake of ours."""
    return next((code for kind, _, code in TABLE if isinstance(error, kind)), None)
