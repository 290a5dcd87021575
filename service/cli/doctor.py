"""Whether an index can be relied on: each check says what it found and, where something is wrong, what mends it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from corpus.kept import damaged
from indexer.cache import check_cache
from indexer.generation import (
    GenerationError,
    current_id,
    in_milvus,
    open_generation,
    read_manifest,
    verify_generation,
)
from indexer.manifest import ENCODERS, PARSED, WORKED_OUT
from indexer.milvus import Link
from indexer.theme_store import current_model, model_ids, open_model
from models.compiled import unsound
from models.encoder import ModelError
from service.contract.service_errors import StateError, StrengthError
from service.memory.strength import calibrated, load_strength, own_strength
from service.state.corrections import State
from service.state.details import Details
from service.state.kept_tables import problems_of

if TYPE_CHECKING:
    from models.encoder import Encoder

# A build writes a generation beside the ones that are kept, and the vectors once more into the cache.
_ROOM = 1
_LEAST_ROOM = 200_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `mend` is a command, None where all is well."""

    name: str
    ok: bool
    message: str
    mend: str | None = None


def examine(data: Path, load: "Callable[[], Encoder]", milvus: Link | None = None) -> list[Check]:
    """All checks of the data folder; `load` gives the encoder, and `milvus` is the Milvus, that searches would use."""
    if not data.is_dir():
        return [Check("data", False, f"There is no folder {data}.", f"precedent build PATH --data {quote(str(data))}")]
    cache = data / "embeddings.sqlite"
    made_again = list(_made_again(data))  # before the encoder is loaded, which mends what it finds damaged
    encoder = [_encoder(data, load), _strength(data, load), *_themes(data, load)]
    return [
        *_generations(data),
        *_milvus(data, milvus),
        *encoder,
        _state(data),
        _cache(cache),
        *made_again,
        _disk(data),
    ]


def _themes(data: Path, load: "Callable[[], Encoder]") -> Iterator[Check]:
    current = current_model(data)
    if current and current not in model_ids(data):
        retrain = f"precedent themes train --promote --data {quote(str(data))}"
        yield Check("themes", False, f"The index is tagged by theme model {current}, which is not there.", retrain)
    for name in model_ids(data):
        try:
            model = open_model(data, name)
        except ModelError as error:
            yield Check("themes", False, str(error), f"rm -r {quote(str(data / 'models' / name))}")
            continue
        yield Check("themes", True, f"Theme model {name} is as it was written.")
        if name == current_model(data) and model.encoder != _fingerprint(load):
            retrain = f"precedent themes train --promote --data {quote(str(data))}"
            yield Check("themes", False, f"Theme model {name} was trained with another encoder.", retrain)


def _fingerprint(load: "Callable[[], Encoder]") -> str | None:
    try:
        return load().fingerprint
    except ModelError:
        return None


def _state(data: Path) -> Check:
    state = State(data)
    try:
        problems, counts = [*state.problems(), *problems_of(data)], (len(state.all()), len(Details(data).all()))
    except StateError as error:
        problems, counts = [str(error)], (0, 0)
    if problems:
        return Check("state", False, " ".join(problems), "restore state.sqlite from a backup")
    return Check("state", True, f"People's corrections can be read: {counts[0]:,}, and of details {counts[1]:,}.")


def _generations(data: Path) -> Iterator[Check]:
    try:
        current = current_id(data)
    except GenerationError as error:
        yield Check("current", False, str(error), _rebuild(data))
        current = ""
    folders = sorted(path for path in (data / "generations").glob("*") if not path.name.startswith("."))
    if current is None:
        yield Check("current", False, f"No generation is named as current in {data}.", _rebuild(data))
    elif current and current not in {path.name for path in folders}:
        yield Check("current", False, f"CURRENT names {current}, which is not there.", _rebuild(data))
    elif current:
        yield Check("current", True, f"Generation {current} is current.")
    for path in folders:
        if problems := verify_generation(path):
            mend = _rebuild(data) if path.name == current else f"rm -r {quote(str(path))}"
            yield Check("generation", False, " ".join(problems), mend)
        else:
            yield Check("generation", True, f"Generation {path.name} is as it was written.")


def _milvus(data: Path, link: Link | None) -> Iterator[Check]:
    """Whether Milvus holds the current generation whole, where its vectors are kept there."""
    try:
        name = current_id(data)
        kept = in_milvus(data, read_manifest(data / "generations" / name), link) if name else None
    except GenerationError:
        return  # told already
    if kept is None:
        return
    if (why := kept.problem()) is None:
        yield Check("milvus", True, f"Milvus at {kept.address} holds the index whole: {kept.rows:,} rows.")
    else:
        yield Check("milvus", False, why, f"precedent build --data {quote(str(data))}")


def _rebuild(data: Path) -> str:
    """The build that mends: without paths where the current manifest still says which they were."""
    try:
        read_manifest(data / "generations" / (current_id(data) or ""))
    except GenerationError:
        return f"precedent build PATH --data {quote(str(data))}"
    return f"precedent build --data {quote(str(data))}"


def _encoder(data: Path, load: "Callable[[], Encoder]") -> Check:
    try:
        encoder = load()
        open_generation(data, encoder)
    except ModelError as error:
        return Check("encoder", False, str(error), "unset PRECEDENT_ENCODER")
    except GenerationError as error:
        return Check("encoder", False, str(error), _rebuild(data))
    how = f"{encoder.backend} runs it in {encoder.dtype}"
    why = getattr(encoder, "uncompiled", None)
    slow = f" It is slower than it could be: {why}" if why else ""
    return Check("encoder", True, f"The encoder {encoder.name} is the one that the index was made with; {how}.{slow}")


def _strength(data: Path, load: "Callable[[], Encoder]") -> Check:
    mend = f"precedent calibrate --data {quote(str(data))}"
    try:
        encoder = load()
        own_strength(data)
        fits = calibrated(load_strength(data, encoder), encoder)
    except ModelError as error:
        return Check("strength", False, str(error), "unset PRECEDENT_ENCODER")
    except StrengthError as error:
        return Check("strength", False, str(error), mend)
    if fits:
        return Check("strength", True, "Match strength is fitted to this encoder.")
    return Check("strength", False, "Match strength is fitted to another encoder: “none” is not to be relied on.", mend)


def _cache(path: Path) -> Check:
    if not path.exists():
        return Check("cache", True, "There is no cache of vectors; the next build makes one.")
    problem = check_cache(path)
    if problem is None:
        return Check("cache", True, "The cache of vectors can be read.")
    return Check("cache", False, f"The cache of vectors is damaged ({problem}); it can go.", f"rm {quote(str(path))}")


def _made_again(data: Path) -> Iterator[Check]:
    """What was made to save time, and is made again where it is gone."""
    for name, what, wrong in (
        (PARSED, "what files came to when they were read", damaged(data / PARSED)),
        (WORKED_OUT, "what was worked out of documents", damaged(data / WORKED_OUT)),
        (ENCODERS, "the compiled encoders", len(unsound(data / ENCODERS))),
    ):
        path = data / name
        if wrong:
            yield Check(name, False, f"Of {what}, {wrong} are damaged; they can go.", f"rm -r {quote(str(path))}")
        elif path.exists():
            yield Check(name, True, f"{what.capitalize()}: as they were written.")


def _disk(data: Path) -> Check:
    files = (data / "generations").rglob("*")
    needed = max(_LEAST_ROOM, _ROOM * sum(file.stat().st_size for file in files if file.is_file()))
    free = shutil.disk_usage(data).free
    found = f"{free / 1e9:.1f} GB are free where {data} is"
    if free >= needed:
        return Check("disk", True, f"{found}.")
    return Check("disk", False, f"{found}; a build may need {needed / 1e9:.1f} GB.", f"df -h {quote(str(data))}")
