"""Check facts.jsonl against the documents beside it: `python tests/forms/b/check_facts.py`.

Each file has one line of facts and each line a file; the words of every finding and of its parts stand in the
document (case, white space, mark-up and Markdown's backslashes aside); forces are those of forces.toml; statuses,
kinds and dates are written as agreed. Says what is wrong, one line each, and ends with 1.
"""

import csv
import html
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

HERE = Path(__file__).parent
ENDINGS = {".txt", ".md", ".html", ".csv", ".xlsx"}
KINDS = {"register_record", "other", "inspection_report", "peel_assessment"}
FINDINGS = {"recommendation", "area_for_improvement", "cause_of_concern"}
STATUSES = {"awaiting-review", "will-be-progressed", "being-progressed", "complete", "no-further-action-needed", None}
ISO = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def text_of(path: Path) -> str:
    """The document's words in one line, lower case."""
    if path.suffix == ".xlsx":
        rows = (row for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True))
        raw = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            raw = "\n".join(cell for row in csv.reader(lines) for cell in row)
    else:
        raw = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        raw = html.unescape(re.sub(r"<[^>]+>", " ", raw))
    return squeezed(raw.replace("\\", "") if path.suffix == ".md" else raw)


def squeezed(words: str) -> str:
    """White space and case set aside."""
    return " ".join(words.split()).lower()


def faults(facts: dict[str, Any], forces: set[str]) -> Iterator[str]:
    """What is wrong with one line of facts."""
    text = text_of(HERE / facts["file"])
    if facts["kind"] not in KINDS or facts["force"] not in forces | {None}:
        yield f"kind or force: {facts['kind']}, {facts['force']}"
    if squeezed(facts["title"]) not in text:
        yield f"title not there: {facts['title']}"
    for finding in facts["findings"]:
        for words in (finding["first_words"], *finding["parts"], *filter(None, [finding["status_word"]])):
            if text.count(squeezed(words)) == 0:
                yield f"not there: {words}"
        if text.count(squeezed(finding["first_words"])) > 1:
            yield f"more than once: {finding['first_words']}"
        if finding["kind"] not in FINDINGS or finding["status"] not in STATUSES:
            yield f"kind or status: {finding['kind']}, {finding['status']}"
    days = [facts["date"], *(f[key] for f in facts["findings"] for key in ("deadline", "target"))]
    yield from (f"date: {day}" for day in days if day and not ISO.fullmatch(day))


def main() -> int:
    """Print the faults; 1 where there is one."""
    lines = (HERE / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    known = {force["slug"] for force in tomllib.loads((HERE / "forces.toml").read_text(encoding="utf-8"))["force"]}
    every = [json.loads(line) for line in lines]
    files = {path.name for path in HERE.iterdir() if path.suffix in ENDINGS and path.name != "unread.txt"}
    said = [f"without its other half: {name}" for name in sorted(files ^ {facts["file"] for facts in every})]
    said += [f"{facts['file']}: {fault}" for facts in every for fault in faults(facts, known)]
    print("\n".join(said) or f"{len(every)} documents, {sum(len(f['findings']) for f in every)} findings: no fault")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
