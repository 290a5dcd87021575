"""Tables: grade tables that lost their tabs become rows again; tables of findings are read by their columns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.dates import MONTH
from corpus.model import FindingKind
from corpus.parsers.builder import Builder
from corpus.parsers.grades import GRADES, scale_of
from corpus.parsers.grammar import Grammar, Label
from corpus.parsers.layout import Block
from corpus.parsers.passing_days import day_in
from corpus.statuses import status_of_word

_WORD = "|".join(GRADES)
_SCALE = re.compile(rf"(?:{_WORD})(?:\s+(?:{_WORD})){{2,4}}", re.I)
_COUNTS = re.compile(r"(?:(.{3,60}?)\s+)?(\d{1,2}(?:\s+\d{1,2}){2,4})")
_STATED = re.compile(rf"(grade)\s*:?\s+({_WORD})", re.I)
_SUMMED = re.compile(rf"(.{{3,60}}?)\s+({_WORD}|grade)", re.I)
_SUMMARY = re.compile(r"summary of (?:judgements|grades)\b", re.I)
_BOTH = re.compile(r"(?<=[.!?])\s+(?=recommendations?\s*:\s)", re.I)  # where a cell goes on with what is recommended
_NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,2})*[a-z]?)[.):]\s+(?=[A-Z])")
_SINCE = re.compile(
    rf"\s+(?:since|on|in)\s+(?:early |late |mid-)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{MONTH}\b.*", re.I
)  # "Done since May"
_FEWEST = 2  # words of a finding
_JUDGED = 100  # rows by which a table is judged
_NAMED = 6  # words of a cell that names a kind of finding
_LONG = 4  # words of a text that can be a finding, on average over a column


def with_rows(blocks: Sequence[Block]) -> Iterator[Block]:
    """`blocks`, those that are a line of a grade table as rows; a name and a grade are one only in a summary."""
    counting = summing = False
    for block in blocks:
        cells = _cells(block.text, counting, summing) if _may_be_row(block) else ()
        if cells:
            counting = counting or bool(_SCALE.fullmatch(block.text))
            yield replace(block, kind="row", text="\t".join(cells), cells=cells)
            continue
        if block.kind == "text":
            counting = summing = False
        elif _SUMMARY.search(block.text):
            summing = True
        yield block


def _may_be_row(block: Block) -> bool:
    return block.kind in ("line", "text") and not block.level and len(block.text) < 100


def _cells(text: str, counting: bool, summing: bool) -> tuple[str, ...]:
    if _SCALE.fullmatch(text):
        return tuple(word[0] for word in re.finditer(_WORD, text, re.I))
    if counting and (match := _COUNTS.fullmatch(text)):
        return (*filter(None, [match[1]]), *match[2].split())
    match = _STATED.fullmatch(text) or (_SUMMED.fullmatch(text) if summing else None)
    return (match[1], match[2]) if match else ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of findings: its head row, the rows below it, the role of each column, and the block after it.

    `kinds` are the columns that hold findings. A role is one of the attributes of the grammar.
    """

    head: Block
    rows: Sequence[Block]
    roles: Mapping[int, str]
    kinds: Mapping[int, FindingKind]
    end: int


def rows_end(blocks: Sequence[Block], at: int) -> int:
    """The block behind the last of the rows that follow one another from block `at` on."""
    while at < len(blocks) and blocks[at].kind == "row":
        at += 1
    return at


def findings_table(
    blocks: Sequence[Block], at: int, end: int, grammar: Grammar, inside: FindingKind | None
) -> Table | None:
    """The table of findings that starts at block `at` and whose rows go on to `end`; None where it is another table.

    By its header ("Recommendation", "By when") and what the cells of its first rows hold; `inside` a section of
    findings the long column that tells somebody to do something will do.
    """
    head, rows = blocks[at], blocks[at + 1 : min(end, at + 1 + _JUDGED)]
    if not rows or scale_of(head.cells) or all(len(row.cells) < 2 for row in rows):
        return None
    roles = {i: role for i, cell in enumerate(head.cells) if (role := grammar.role_of(cell))}
    kinds = _finding_columns(head, rows, grammar)
    if not kinds and inside:
        asked = [i for i in range(len(head.cells)) if roles.get(i) in (None, "text") and _tells(rows, i, grammar)]
        kinds = {asked[0]: inside} if asked else {}
    if not kinds and {"status", "number"} & set(roles.values()):
        open_ = [i for i in range(len(head.cells)) if roles.get(i) in (None, "text") and _tells(rows, i, grammar)]
        texts = sorted(open_, key=lambda i: roles.get(i) != "text")
        kinds = {texts[0]: "recommendation"} if texts else {}
    if not kinds or not (len(head.cells) > 1 or inside):
        return None
    return Table(head, blocks[at + 1 : end], {i: role for i, role in roles.items() if i not in kinds}, kinds, end)


def listed_statuses(blocks: Sequence[Block], grammar: Grammar) -> str:
    """The head row of a table of findings with their statuses and nobody's reply; "" where there is none."""
    at = end = 0
    while at < len(blocks):
        end = rows_end(blocks, at) if at >= end else end
        table = findings_table(blocks, at, end, grammar, None) if blocks[at].kind == "row" else None
        if table and _lists_statuses(table, grammar):
            statuses = [_cell(row, i) for i, role in table.roles.items() if role == "status" for row in table.rows]
            if sum(1 for word in statuses if status_of_word(word)) * 2 > len(statuses):
                return table.head.text
        at = table.end if table else at + 1
    return ""


def _lists_statuses(table: Table, grammar: Grammar) -> bool:
    """Whether its findings stand in columns of that name, beside statuses and without anybody's reply."""
    roles = set(table.roles.values())
    named = all(grammar.role_of(table.head.cells[i]) == "text" for i in table.kinds)
    return named and "status" in roles and not {"response", "update"} & roles


def _finding_columns(head: Block, rows: Sequence[Block], grammar: Grammar) -> dict[int, FindingKind]:
    named: dict[int, FindingKind] = {}
    for i, cell in enumerate(head.cells):
        if (kind := grammar.found_in(cell)) and _is_long(rows, i):
            named[i] = kind
    return named


def _is_long(rows: Sequence[Block], column: int) -> bool:
    words = [count for row in rows if (count := len(_cell(row, column).split())) >= _FEWEST]
    return bool(words) and sum(words) / len(words) >= _LONG


def _tells(rows: Sequence[Block], column: int, grammar: Grammar) -> bool:
    cells = [cell for row in rows if (cell := _cell(row, column))]
    return _is_long(rows, column) and 2 * sum(map(grammar.opens_asking, cells)) >= len(cells)


def _cell(row: Block, column: int) -> str:
    cell = row.cells[column] if column < len(row.cells) else ""
    return "" if cell == "–" else cell


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads the rows of a table of findings into a builder."""

    builder: Builder
    grammar: Grammar
    number: str | None = None  # of the label above the table, for findings that have none of their own

    def read(self, table: Table) -> None:
        """A finding for each cell of a finding column, with what the other cells of its row say."""
        self.builder.add(table.head, "context")
        for row in table.rows:
            found = [i for column, kind in table.kinds.items() for i in self._cell(row, column, kind, table)]
            for index in found:
                self._say(table, row, index)
            if found:
                self._replies(table, row, found[-1])
            elif any(cell and cell != "–" for cell in row.cells):
                self.builder.add(row, "context")
            for index in found:
                self._accepted(table, row, index)

    def _named(self, row: Block, table: Table) -> Label | None:
        """The label in another cell, in a table of one column of findings: "AFI 1", "PEEL 2018/19 AFI"."""
        others = [cell for i, cell in enumerate(row.cells) if i not in table.kinds and 0 < len(cell.split()) <= _NAMED]
        labels = [label for cell in others if (label := self.grammar.label_in(cell))]
        return labels[0] if labels and len(table.kinds) == 1 else None

    def _cell(self, row: Block, column: int, kind: FindingKind, table: Table) -> Iterator[int]:
        """The findings of one cell: it may state a cause of concern and then what is recommended."""
        cell = _cell(row, column)
        if len(cell.split()) < _FEWEST:  # a subtotal, the name of a part
            return
        for part in filter(str.strip, _BOTH.split(cell)):
            label = self.grammar.label(part)
            named = label if label and label.finds else None
            numbered = _NUMBERED.match(part) if named is None else None
            beside = self._named(row, table)
            number = named.number if named else numbered[1] if numbered else self.number
            number = number or (beside.number if beside else None)
            text = named.rest if named else part[numbered.end() :] if numbered else part
            kind_here = next((said.finds for said in (named, beside) if said and said.finds), kind)
            known = self.builder.same(kind_here, text)  # a cell that covers several rows stands in each
            index = self.builder.add_finding(kind_here, number, text) if known is None or number else known
            if index != known:
                self.builder.add(_part(row, text), kind_here, finding=index)
            yield index

    def _say(self, table: Table, row: Block, index: int) -> None:
        finding = self.builder.findings[index]
        if finding.kind == "cause_of_concern" and len(table.kinds) == 1 and len(self.builder.findings) > index + 1:
            return
        printed = [value for i, role in table.roles.items() if role == "status" and (value := _cell(row, i))]
        if word := next(filter(status_of_word, printed), next(iter(printed), "")):
            self.builder.tell(index, status=word)
        for column, role in table.roles.items():
            value = _cell(row, column)
            if not value:
                continue
            if role == "number" and finding.number in (None, self.number) and finding.kind != "cause_of_concern":
                self.builder.findings[index] = replace(finding, number=_number(value, self.grammar))
            elif role == "closed" and (day := day_in(value)):
                self.builder.tell(index, status="Closed", status_date=day)
            elif role == "target":
                closed = status_of_word(re.sub(r"\d.*", "", value))  # "Closed locally 12/02/20" is no date to come
                self.builder.tell(index, target="" if closed else day_in(value) or "")
            elif role in ("addressee", "deadline", "owner"):
                self.builder.tell(index, **{role: value})

    def _accepted(self, table: Table, row: Block, index: int) -> None:
        """Whether it is accepted, which says less of where it stands than a reply that opens with "Done"."""
        for column, role in table.roles.items():
            if role == "acceptance" and (value := _cell(row, column)):
                self.builder.tell(index, status=value, accepted=role)

    def _replies(self, table: Table, row: Block, index: int) -> None:
        """What the other long cells of a row say to its finding; short ones that nothing else takes stay beside it."""
        beside = []
        for column in range(len(row.cells)):
            value = _cell(row, column)
            role = table.roles.get(column)
            if column in table.kinds or not value or role in ("number", "addressee", "deadline", "target"):
                continue
            if role == "status" and len(value.split()) <= _LONG:
                continue
            if role in ("update", "response", "acceptance") or len(value.split()) > _LONG:
                first = _SINCE.sub("", re.split(r"[.;,]", value, maxsplit=1)[0])
                if len(first.split()) < 4 and status_of_word(first):
                    self.builder.tell(index, status=first)
                self.builder.comment(_part(row, value), index, None)
            elif role is None:
                beside.append(value)
        if beside:
            self.builder.add(_part(row, "\t".join(beside)), "context", finding=index)


def _number(value: str, grammar: Grammar) -> str:
    label = grammar.heading(value)
    return label.number if label and label.number else value


def _part(row: Block, text: str) -> Block:
    """A cell of a row as a block of its own; its place is that of the row."""
    return replace(row, kind="text", text=text, cells=())
