"""Bulk rows as files: JSON lines and CSV as text, Parquet as bytes, each piece by piece as the rows come."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from corpus.errors import PrecedentError
from service.contract.bulk_shapes import ROWS, Table
from service.contract.exports import table as text_table
from service.contract.shapes import Shape, to_json

if TYPE_CHECKING:
    import pyarrow as pa

BulkForm = Literal["jsonl", "csv", "parquet"]
BULK_FORMS: tuple[BulkForm, ...] = get_args(BulkForm)
_GROUP = 5_000  # rows that are held at a time, and of a row group of Parquet
_TYPES = {"str": "text", "int": "whole number", "float": "number", "bool": "yes or no", "list[str]": "list of texts"}


class ExportError(PrecedentError):
    """A file that cannot be written; the message says what is missing and what to do."""


def columns_of(name: Table) -> dict[str, str]:
    """The columns of a table by their names, each with what it holds."""
    return {field: _TYPES.get(_plain(own), "text") for field, own in _kinds(ROWS[name]).items()}


def bulk_file(name: Table, rows: Iterable[Shape], form: BulkForm, told: Mapping[str, str]) -> Iterator[bytes]:
    """The rows of a table as a file of this form, piece by piece.

    A Parquet file has what is `told` of it in its metadata. Raises ExportError at once where pyarrow is not there.
    """
    if form == "parquet":
        return _parquet(name, rows, told, _arrow())
    if form == "csv":
        return _joined(text_table(rows, {field: _cell(field) for field in ROWS[name].model_fields}, "csv"))
    return _joined(f"{to_json(row)}\n" for row in rows)


def _joined(pieces: Iterable[str]) -> Iterator[bytes]:
    """Small pieces put together, so that a network is not asked for each of them."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > 65_536:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def _cell(field: str) -> Callable[[Shape], object]:
    def value(row: Shape) -> object:
        own = getattr(row, field)
        if isinstance(own, bool):
            return "yes" if own else "no"
        return json.dumps(own, ensure_ascii=False) if isinstance(own, list) else own

    return value


def _kinds(shape: type[Shape]) -> dict[str, str]:
    """The type of each field, written out."""
    return {
        name: str(field.annotation) if field.annotation not in (str, int, float, bool) else field.annotation.__name__
        for name, field in shape.model_fields.items()
    }


def _plain(kind: str) -> str:
    return kind.removesuffix(" | None")


def _arrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise ExportError(
            "A Parquet file needs the package pyarrow, which is not installed: run"
            " `pip install 'precedent[parquet]'`, or take jsonl or csv."
        ) from None
    return pyarrow


class _Sink(io.RawIOBase):
    """Where Parquet is written to: keeps what was written since it was last drained."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """How much was written, drained or not."""
        return self._at

    def write(self, data: Any, /) -> int:
        """Keep a piece."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def drained(self) -> bytes:
        """What was written since the last time."""
        found, self._pieces = b"".join(self._pieces), []
        return found


def _parquet(name: Table, rows: Iterable[Shape], told: Mapping[str, str], arrow: Any) -> Iterator[bytes]:
    types = {
        "str": arrow.string(),
        "int": arrow.int64(),
        "float": arrow.float64(),
        "bool": arrow.bool_(),
        "list[str]": arrow.list_(arrow.string()),
    }
    fields = [
        arrow.field(field, types.get(_plain(kind), arrow.string()), nullable=kind != _plain(kind))
        for field, kind in _kinds(ROWS[name]).items()
    ]
    schema: pa.Schema = arrow.schema(fields, metadata={f"precedent.{key}": value for key, value in told.items()})
    sink = _Sink()
    with arrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(arrow.Table.from_pylist([dict(row) for row in group], schema=schema))
            yield sink.drained()
    yield sink.drained()


def _groups(rows: Iterable[Shape]) -> Iterator[list[Shape]]:
    held: list[Shape] = []
    for row in rows:
        held.append(row)
        if len(held) == _GROUP:
            yield held
            held = []
    if held:
        yield held
