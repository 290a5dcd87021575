"""The settings: one table of name, default and help, read from the environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.contract.service_errors import SettingsError

if TYPE_CHECKING:
    from indexer.milvus import Address


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: the environment variable, what it is without one, and what it does."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("PRECEDENT_DATA", "./data", "Folder that holds the index and what people have recorded."),
    Setting(
        "PRECEDENT_ENCODER",
        "",
        "Folder of a sentence-transformers model or of an adapter, or a model's name in the local cache, or"
        " http://…/v1#model for an embedding server, with commas between several addresses; empty for the bundled one.",
    ),
    Setting("PRECEDENT_ENCODER_KEY", "", "Key that an embedding server asks for."),
    Setting(
        "PRECEDENT_INDEX",
        "",
        "Milvus that keeps vectors and words: milvus:http://host:19530, or milvus:./folder/file.db for a file; empty"
        " for files in the folder of the index.",
    ),
    Setting("PRECEDENT_INDEX_TOKEN", "", "Token, name:password, that Milvus asks for."),
    Setting(
        "PRECEDENT_FORCES",
        "",
        "File of further force names and aliases, or none; empty for those that the index was last built with.",
    ),
    Setting(
        "PRECEDENT_VOCABULARY",
        "",
        "File of further short forms and words for the next build, or none; empty for those of the last one.",
    ),
    Setting(
        "PRECEDENT_FINDINGS",
        "",
        "File of further words that introduce findings, for the next build, or none; empty for those of the last one.",
    ),
    Setting(
        "PRECEDENT_COUNT", "on", "Whether questions that nothing answers well are counted, without names: on or off."
    ),
    Setting("PRECEDENT_WEBHOOK", "", "Address, http://… or https://…, that `precedent alerts --send` posts JSON to."),
    Setting(
        "PRECEDENT_SMTP",
        "",
        "Server that `precedent alerts --send` sends e-mail through: smtp://host, starttls://user:password@host or"
        " smtps://…, with a port where it is another than 25, 587 or 465.",
    ),
    Setting("PRECEDENT_MAIL_TO", "", "Addresses that alerts are sent to by e-mail, with commas between them."),
    Setting("PRECEDENT_MAIL_FROM", "", "Address that alerts are sent from by e-mail."),
    Setting("PRECEDENT_ADDRESS", "", "Address that people reach the pages at, for the links in what is sent."),
    Setting("PRECEDENT_MASK", "on", "Whether telephone numbers and e-mail addresses are shown as dots: on or off."),
    Setting("PRECEDENT_HOST", "127.0.0.1", "Address that `precedent serve` listens on."),
    Setting("PRECEDENT_PORT", "8000", "Port that `precedent serve` listens on, 0 to 65535."),
    Setting("PRECEDENT_UPLOAD", "on", "Whether documents can be added and builds started on the pages: on or off."),
    Setting("PRECEDENT_THREADS", "4", "Requests that `precedent serve` answers at once, 1 to 64."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings say. `encoder` and `index` are None where nothing was set; a file too, or if it is none."""

    data: Path
    encoder: str | None
    index: "Address | None"
    forces: Path | None
    forces_stated: bool
    vocabulary: Path | None
    vocabulary_stated: bool
    findings: Path | None
    findings_stated: bool
    count: bool
    webhook: str
    smtp: str
    mail_to: str
    mail_from: str
    address: str
    mask: bool
    host: str
    port: int
    threads: int
    upload: bool


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises SettingsError for a value that cannot be used."""
    environment = os.environ if environment is None else environment
    values = {row.name: environment.get(row.name, "").strip() or row.default for row in SETTINGS}
    return Settings(
        data=Path(values["PRECEDENT_DATA"]),
        encoder=values["PRECEDENT_ENCODER"] or None,
        index=_address(values),
        forces=_file(values, "PRECEDENT_FORCES"),
        forces_stated=bool(values["PRECEDENT_FORCES"]),
        vocabulary=_file(values, "PRECEDENT_VOCABULARY"),
        vocabulary_stated=bool(values["PRECEDENT_VOCABULARY"]),
        findings=_file(values, "PRECEDENT_FINDINGS"),
        findings_stated=bool(values["PRECEDENT_FINDINGS"]),
        count=_switch(values, "PRECEDENT_COUNT"),
        webhook=values["PRECEDENT_WEBHOOK"],
        smtp=values["PRECEDENT_SMTP"],
        mail_to=values["PRECEDENT_MAIL_TO"],
        mail_from=values["PRECEDENT_MAIL_FROM"],
        address=values["PRECEDENT_ADDRESS"],
        mask=_switch(values, "PRECEDENT_MASK"),
        host=values["PRECEDENT_HOST"],
        port=_whole(values, "PRECEDENT_PORT", 0, 65535),
        threads=_whole(values, "PRECEDENT_THREADS", 1, 64),
        upload=_switch(values, "PRECEDENT_UPLOAD"),
    )


def _file(values: Mapping[str, str], name: str) -> Path | None:
    if values[name] in ("", "none"):
        return None
    path = Path(values[name])
    if not path.is_file():
        raise SettingsError(f"{name} names {path}, which is not a file: correct it or unset it.")
    return path


def _address(values: Mapping[str, str]) -> "Address | None":
    if not values["PRECEDENT_INDEX"]:
        return None
    from indexer.milvus import MilvusError, parse_address

    try:
        return parse_address(values["PRECEDENT_INDEX"], values["PRECEDENT_INDEX_TOKEN"])
    except MilvusError as error:
        raise SettingsError(f"PRECEDENT_INDEX cannot be used: {error}") from None


def _whole(values: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = values[name]
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise SettingsError(f"{name} is {text!r}: set it to a whole number from {low} to {high}.")
    return int(text)


def _switch(values: Mapping[str, str], name: str) -> bool:
    if values[name].lower() not in ("on", "off"):
        raise SettingsError(f"{name} is {values[name]!r}: set it to on or off.")
    return values[name].lower() == "on"
