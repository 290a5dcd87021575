"""Whether a page holds what its readers typed upon it: form fields and comments, which are no part of its text."""

import ctypes
from collections.abc import Iterator
from typing import Any

from pypdfium2 import raw as native

_MOST = 500  # annotations of a page that are looked at
_LONG = 1_000  # bytes of a value, from which on it is sure to say something
_FIELD = native.FPDF_ANNOT_WIDGET
_COMMENTS = (native.FPDF_ANNOT_TEXT, native.FPDF_ANNOT_FREETEXT, native.FPDF_ANNOT_HIGHLIGHT)


def has_annotations(page: Any) -> bool:
    """Whether a form field of the page is filled in, or a comment says something."""
    return any(_filled(page))


def _filled(page: Any) -> Iterator[bool]:
    for at in range(min(native.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = native.FPDFPage_GetAnnot(page, at)
        if annotation:
            kind = native.FPDFAnnot_GetSubtype(annotation)
            key = b"V" if kind == _FIELD else b"Contents" if kind in _COMMENTS else b""
            yield bool(key) and _has_letters(annotation, key)
            native.FPDFPage_CloseAnnot(annotation)


def _has_letters(annotation: Any, key: bytes) -> bool:
    """Whether the value of `key` says anything; "Off" is that of a box that was not ticked."""
    size = native.FPDFAnnot_GetStringValue(annotation, key, None, 0)  # in bytes, with two for the end
    if not 2 < size <= _LONG:
        return bool(size > _LONG)
    value = ctypes.create_string_buffer(size)
    native.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(value, ctypes.POINTER(ctypes.c_ushort)), size)
    text = value.raw.decode("utf-16-le", "ignore")
    return any(map(str.isalnum, text)) and text.strip("\0") != "Off"
