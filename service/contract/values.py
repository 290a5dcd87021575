"""The kinds of values that requests are made of, and how a request is read, from wherever it came.

A value comes as a text (of an address, a form, a command line) or as a value of JSON. Validators tell the two by
pydantic's `info.mode`: "python" for texts, "json" for a JSON body, in which 20 is a number and "20" is none.
"""

import datetime
import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from corpus.dates import iso_date, last_day
from service.contract.service_errors import RequestError

UNKNOWN = "unknown"  # the value of what has none: it is counted and can be chosen like any other

OPEN = "open"  # of the register, the status of every record that is not closed, whatever its last one

_PEOPLE = frozenset(("owner",))  # fields whose values are names of people

Values = Mapping[str, Sequence[str]]
"""What was sent, by name; a name may be sent several times."""

Known = Callable[[str], Sequence[str]]
"""The values that a field may have, by its name: force and theme, for instance, are known from the index alone."""


class Request(BaseModel):
    """What is asked. Field by field it is what an address, a form, a JSON body or a command may say."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, sent: Any) -> Any:
        """What is null in a JSON body was not given; a name that is not known stays, to be refused."""
        if not isinstance(sent, dict):
            return sent
        known = {*wire_names(cls), *cls.model_fields}
        return {name: own for name, own in sent.items() if own is not None or name not in known}


class NoParameters(Request):
    """What an address is asked that takes no parameter."""


Asked = TypeVar("Asked", bound=Request)


def read(model: type[Asked], sent: Values, known: Known | None = None, *, blank: bool = False) -> Asked:
    """The request that names and texts ask for; with `blank` an empty text asks for nothing, as in a form.

    Raises RequestError with a sentence on the first part that cannot be used, and what it may be.
    """
    values = filled(sent) if blank else sent
    wire = wire_names(model)
    check_names(values, wire)
    many = {name for name, field in wire.items() if isinstance(model.model_fields[field].default, tuple)}
    for name, own in values.items():
        if name not in many and len(own) > 1:
            raise RequestError(f"{name} is given {len(own)} times: give it once.")
    given = {wire[name]: tuple(own) if name in many else own[0] for name, own in values.items() if own}
    return _validated(model, lambda: model.model_validate(given, context=known and cache(known)))


def read_json(model: type[Asked], body: bytes, known: Known | None = None) -> Asked:
    """The request in a JSON body. Raises RequestError as `read` does."""
    plain = body.removeprefix(b"\xef\xbb\xbf")
    context = known and cache(known)
    return _validated(model, lambda: model.model_validate_json(plain, context=context, by_alias=True, by_name=False))


def read_object(model: type[Asked], value: object, where: str) -> Asked:
    """The request in an object that was read elsewhere. Raises RequestError, which begins with the place `where`."""
    return _validated(model, lambda: model.model_validate(value), where)


def check_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Raises RequestError for a name that is not known, naming the nearest that is."""
    for name in names:
        if name not in known:
            raise RequestError(_unknown(name, known))


def hint(value: str, known: Iterable[str]) -> str:
    """The known value that is nearest to one that is not known, and where they are few, all of them."""
    names = list(known)
    near = difflib.get_close_matches(value[:100].lower(), names, n=1, cutoff=0.5)
    guess = f"; the nearest is {near[0]}" if near else ""
    return guess if near and len(names) > 20 else f"{guess}; it can be {', '.join(names)}"


def short(text: str) -> str:
    """A text of whoever asked, quoted, so long that it can be told by."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


def refuse(sentence: str) -> PydanticCustomError:
    """What a validator raises: the sentence reaches the person who asked as it stands."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": sentence})


# A character that is seen: engines differ on what else is white space, and \w is ASCII alone to some.
_SHOWN = "[^\\s\\x00-\\x20\\x7f-\\xa0\\ufeff]"


def sized(most: int, without: str = "") -> tuple[Any, AfterValidator]:
    """What the description says of a text of so many characters at most, and its check.

    With `without`, which is the sentence for one of white space alone, it has to have more.
    """

    def checked(text: str, info: ValidationInfo) -> str:
        if len(text) > most:
            raise refuse(f"The {info.field_name} has {len(text):,} characters: shorten it to at most {most:,}.")
        if without and not re.search(_SHOWN, text):
            raise refuse(without)
        return text

    extra: dict[str, Any] = {"maxLength": most, "pattern": _SHOWN} if without else {"maxLength": most}
    return Field(json_schema_extra=extra), AfterValidator(checked)


def refuse_there(rest: str) -> PydanticCustomError:
    """What a validator raises of a value deep in a body: the sentence begins with the value's place."""
    return PydanticCustomError("refused_there", "{rest}", {"rest": rest})


def filled(sent: Values) -> Values:
    """What was sent without empty values: an empty field of a form asks for nothing."""
    return {name: kept for name, own in sent.items() if (kept := [value for value in own if value.strip(" \t\r\n")])}


def wire_names(model: type[Request]) -> dict[str, str]:
    """The fields of a request by the names that they are sent by."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _unknown(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    if not names:
        return f"{short(name)} is not a parameter here: this address takes none."
    return f"{short(name)} is not a parameter here{hint(name, names)}."


def _validated(model: type[Asked], made: Callable[[], Asked], above: str = "") -> Asked:
    try:
        return made()
    except ValidationError as error:
        raise RequestError(_first_sentence(model, error, above)) from None


def refused_item(model: type[Request]) -> Callable[[Any, Callable[[Any], Any]], Any]:
    """A wrap validator of requests in a list: whatever one cannot be asked is told with its place in the list."""

    def checked(value: Any, made: Callable[[Any], Any]) -> Any:
        try:
            return made(value)
        except ValidationError as error:
            raise refuse_there(f"cannot be asked. {_first_sentence(model, error)}") from None

    return checked


def _first_sentence(model: type[Request], error: ValidationError, above: str = "") -> str:
    # An unknown name first: it may be why another is missing. Then what lies deepest: of the shapes that a value may
    # have, the one that it came nearest to.
    first = min(error.errors(), key=lambda one: (one["type"] != "extra_forbidden", -len(one["loc"])))
    return _sentence(model, first, above)


def _sentence(model: type[Request], error: Any, above: str) -> str:
    """What pydantic found, as a sentence; that of our own validators stands as it is."""
    names, where = wire_names(model), ", ".join(filter(None, [above, _place(error["loc"])]))
    if error["type"] == "refused":
        return str(error["msg"])
    if error["type"] == "refused_there":
        return f"{where} {error['msg']}"
    if error["type"] == "extra_forbidden":
        own = str(error["loc"][-1])
        parent = ", ".join(filter(None, [above, _place(error["loc"][:-1])]))
        return f"{parent}: {own!r} is not known here." if parent else _unknown(own, names)
    if error["type"] == "json_invalid":
        return f"Send JSON as application/json: one object, with some of {', '.join(names)} ({error['msg']})."
    if not error["loc"]:
        return f"Send one JSON object, with some of {', '.join(names)}."
    if error["type"] in _SENTENCES:
        return _SENTENCES[error["type"]].format(
            where, short(json.dumps(error["input"], ensure_ascii=False, default=str))
        )
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}."


_SENTENCES = {
    "missing": "{0} is missing: give it.",
    "string_type": "{0} is {1}: give a text.",
    "tuple_type": "{0} is {1}: give a text, or a list of texts.",
    "list_type": "{0} is {1}: give a list.",
}


def _place(steps: Sequence[int | str]) -> str:
    """Where a value stands in a body: `texts[3].section`; the names of pydantic's own branches are left out."""
    found = ""
    for step in steps:
        if isinstance(step, int):
            found += f"[{step}]"
        elif len(steps) == 1 or (re.fullmatch(r"[a-z_]+", step) and step not in ("str", "list", "tuple")):
            found += f".{step}" if found else step
    return found


def _is_whole(value: Any) -> bool:
    """Whether it is a whole number to JSON: 20.0 is one, true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1


def _whole(low: int, high: int) -> Callable[[Any, ValidationInfo], Any]:
    def checked(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            value = re.sub(r"\.0+$", "", value)  # 20.0 is whole in a text as in JSON
            sound = info.mode == "python" and bool(re.fullmatch(r"0|[1-9][0-9]{0,8}", value))
        else:
            sound = _is_whole(value)
        if not sound or not low <= int(value) <= high:
            raise refuse(f"{info.field_name} is {_told(value)}: give a whole number from {low} to {high}.")
        return int(value)

    return checked


def _told(value: Any) -> str:
    """A value as it was sent."""
    return short(value if isinstance(value, str) else json.dumps(value, default=str))


def _flag(value: Any, info: ValidationInfo) -> bool:
    if info.mode == "python" and value in ("true", "false"):
        return bool(value == "true")
    if isinstance(value, bool):
        return value
    raise refuse(f"{_told(value)} is not a value of {info.field_name}; it can be true, false.")


def _day(value: Any, info: ValidationInfo) -> datetime.date | None:
    """A day, or the last one of a month or a year."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime.date):
        return value
    text = str(int(value)) if _is_whole(value) else value
    date = iso_date(text) if isinstance(text, str) else None
    if date is None:
        raise refuse(f"{info.field_name} is {_told(value)}: give a day as 2019-01-31, or a month or a year.")
    return last_day(date)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _year_text(value: Any) -> Any:
    """A year that JSON has as a number."""
    return str(int(value)) if _is_whole(value) else value


def _once_each(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def chosen_of(name: str, value: str, known: Sequence[str]) -> str:
    """A value of a field, which has to be among those known; where these are people they are not told."""
    if value in known:
        return value
    raise refuse(f"{short(value)} is not a value of {name}{'' if name in _PEOPLE else hint(value, known)}.")


def _known(value: str, info: ValidationInfo) -> str:
    # Without a context it was made by the program, not by a reader.
    if info.context is None or info.field_name is None:
        return value
    return chosen_of(info.field_name, value, info.context(info.field_name))


def _known_or_open(value: str, info: ValidationInfo) -> str:
    if info.context is None or value == OPEN:
        return value
    return chosen_of(str(info.field_name), value, [OPEN, *info.context(info.field_name)])


def _year_value(value: str, info: ValidationInfo) -> str:
    if value != UNKNOWN and not (re.fullmatch(r"[1-9][0-9]{0,3}", value)):
        raise refuse(f'year is {short(value)}: give a whole number from 1 to 9999, or "{UNKNOWN}".')
    return value


def _sound(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise refuse_there("holds half a character: send it as UTF-8.")
    return text


# As programs write it: a day that there is, a month, a year, or nothing. Words ("June 2019") are taken from people too.
_YEAR = "(?:19|20)[0-9]{2}"
_LEAP = "(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)"
DAY_PATTERN = (
    f"^(?:{_YEAR}(?:-(?:0[13578]|1[02])(?:-(?:0[1-9]|[12][0-9]|3[01]))?|-(?:0[469]|11)(?:-(?:0[1-9]|[12][0-9]|30))?"
    f"|-02(?:-(?:0[1-9]|1[0-9]|2[0-8]))?)?|{_LEAP}-02-29)?$"
)

Flag = Annotated[bool, BeforeValidator(_flag)]
Year = Annotated[int, Field(ge=1, le=9999), BeforeValidator(_whole(1, 9999))]
Page = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_whole(1, 1_000_000))]
Skip = Annotated[int, Field(ge=0, le=999), BeforeValidator(_whole(0, 999))]
Size = Annotated[int, Field(ge=1, le=100), BeforeValidator(_whole(1, 100))]
Few = Annotated[int, Field(ge=1, le=20), BeforeValidator(_whole(1, 20))]
_DayText = Annotated[str, Field(pattern=DAY_PATTERN)]
_YearNumber = Annotated[int, Field(ge=1900, le=2099)]
Day = Annotated[datetime.date | None, BeforeValidator(_day, json_schema_input_type=_DayText | _YearNumber | None)]
Text = Annotated[str, AfterValidator(_sound)]
KnownValues = Annotated[
    Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], FailFast()],
    BeforeValidator(_listed, json_schema_input_type=list[str] | str),
    AfterValidator(_once_each),
]
Statuses = Annotated[
    Annotated[tuple[Annotated[str, AfterValidator(_known_or_open)], ...], FailFast()],
    BeforeValidator(_listed, json_schema_input_type=list[str] | str),
    AfterValidator(_once_each),
]
Years = Annotated[
    Annotated[tuple[Annotated[str, AfterValidator(_year_value), BeforeValidator(_year_text)], ...], FailFast()],
    BeforeValidator(_listed, json_schema_input_type=list[str] | str),
    AfterValidator(_once_each),
]
