"""The page that says what went wrong: with what was typed kept, and the field to mend, where a form was refused."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from flask import render_template, request

TITLES = {
    HTTPStatus.BAD_REQUEST: "This could not be done",
    HTTPStatus.FORBIDDEN: "This was refused",
    HTTPStatus.NOT_FOUND: "Page not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "This was refused",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Sorry, something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "Sorry, this is not ready",
}
_LABELS = {
    "q": "Search for",
    "as_of": "As of",
    "document_kind": "Kind of document",
    "finding": "Kind of passage",
    "list": "To look into",
    "signal": "What comments say",
    "who": "Your name",
    "why": "Why",
    "year_from": "From the year",
    "year_to": "To the year",
}
_HIDDEN = ("back", "skip", "passage_id", "finding_id", "document")  # fields that nobody types
_MOST_FIELDS, _LINE = 30, 80


@dataclass(frozen=True)
class Typed:
    """A field as it was sent: `wrong` where the sentence is about it, `area` where it takes more than a line."""

    id: str
    name: str
    value: str
    label: str
    wrong: bool
    hidden: bool

    @property
    def area(self) -> bool:
        """Whether it takes more than a line."""
        return len(self.value) > _LINE or "\n" in self.value


def problem_page(status: HTTPStatus, sentence: str) -> str:
    """The page for an error; what can be mended in a form that was sent is there again."""
    fields = typed(sentence) if status == HTTPStatus.BAD_REQUEST else []
    sentence = said(sentence) if status == HTTPStatus.BAD_REQUEST else sentence
    wrong = [field for field in fields if field.wrong and not field.hidden]
    return render_template(
        "problem.html",
        title=TITLES.get(status, status.phrase),
        sentence=sentence,
        fields=fields if wrong else [],
        first=wrong[0].id if wrong else "",
        method=request.method.lower(),
        action=request.path,
    )


def typed(sentence: str) -> list[Typed]:
    """What was sent in the address or a form, and which of it a sentence is about."""
    sent = [(name, value) for name, values in request.values.lists() for value in values][:_MOST_FIELDS]
    return [
        Typed(f"field-{at}", name, value, _label(name), _is_about(sentence, name, value), name in _HIDDEN)
        for at, (name, value) in enumerate(sent)
    ]


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return _LABELS.get(name) or words[:1].upper() + words[1:]


def said(sentence: str) -> str:
    """A sentence that begins with a field's name, with the words that stand beside the field in its place."""
    name, is_one, rest = sentence.partition(" ")
    return f"“{_label(name)}” {rest}" if is_one and name in request.values else sentence


def _is_about(sentence: str, name: str, value: str) -> bool:
    """Whether a sentence names a field, by its name or label, or quotes what stands in it."""
    named = re.search(rf"\b(?:{re.escape(name)}|{re.escape(_label(name))})\b", sentence, re.IGNORECASE)
    return bool(named) or (bool(value.strip()) and repr(value) in sentence)
