"""What everything that people keep has in common: who kept it, when, and what it was made with."""

import hashlib
from datetime import UTC, datetime

from service.contract.brief_shapes import MadeWith
from service.contract.requests import MAX_WHO
from service.contract.service_errors import RequestError
from service.memory.snapshot import Snapshot


def this_moment() -> str:
    """Now, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def signed(who: str, what: str) -> str:
    """The name that was given; `what` says why one is wanted. Raises RequestError without one."""
    if not who.strip():
        raise RequestError(f"Give your name: {what}.")
    return who.strip()[:MAX_WHO]


def made_with(seen: Snapshot) -> MadeWith:
    """What answers are made with now."""
    held, encoder = seen.held, seen.held.generation.manifest.encoder
    fitted = held.strength.to_json() + held.similar_strength.to_json()
    return MadeWith(
        generation=held.generation.id,
        encoder_id=f"{encoder.name} ({encoder.fingerprint[:12]})",
        theme_model_id=held.generation.manifest.theme_model,
        strength_id=hashlib.sha256(fitted.encode()).hexdigest()[:12],
        corrections=len(seen.corrected.by_words),
    )
