"""Who kept something, and when: the same for everything that people do."""

from datetime import UTC, datetime

from service.contract.requests import MAX_WHO
from service.contract.service_errors import RequestError


def this_moment() -> str:
    """Now, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def signed(who: str, what: str) -> str:
    """The name that was given, in one line; `what` says why one is wanted. Raises RequestError without one."""
    name = " ".join(who.split())[:MAX_WHO]
    if not name:
        raise RequestError(f"Give your name: {what}.")
    return name
