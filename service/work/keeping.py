"""What answers that people keep were made with."""

import hashlib

from service.contract.brief_shapes import MadeWith
from service.memory.snapshot import Snapshot


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
