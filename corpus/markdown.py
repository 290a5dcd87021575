"""Markdown to the plain text that parsers see: paragraphs, `- ` items, tab-separated rows, marked headings."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from corpus.model import Heading


def read_markdown(text: str) -> tuple[str, tuple[Heading, ...]]:
    """Plain text of a Markdown document and the headings it marks. Emphasis and link targets are dropped."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    lines: list[str] = []
    headings: list[Heading] = []
    length = 0
    for level, line in _lines(SyntaxTreeNode(tokens), ""):
        if level:
            headings.append(Heading(length, level))
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines) + "\n", tuple(headings)


def _lines(node: SyntaxTreeNode, indent: str) -> Iterator[tuple[int, str]]:
    """(heading level or 0, line) for each line of plain text under `node`."""
    end = [(0, "")] if not indent else []
    if node.type == "heading":
        yield from ((0, ""), (int(node.tag[1]), _inline(node)), (0, ""))
    elif node.type == "paragraph":
        yield from [(0, indent + _inline(node)), *end]
    elif node.type == "tr":
        yield 0, "\t".join(_inline(cell) for cell in node.children)
    elif node.type in ("fence", "code_block"):
        yield from [(0, line) for line in node.content.splitlines()] + end
    else:
        for child in node.children:
            yield from _item(child, indent) if child.type == "list_item" else _lines(child, indent)
        yield from end


def _item(item: SyntaxTreeNode, indent: str) -> Iterator[tuple[int, str]]:
    marker = f"{item.info}. " if item.info else "- "
    for place, child in enumerate(item.children):
        lines = _lines(child, indent + "   ")
        if place == 0 and child.type == "paragraph":
            lines = iter([(0, indent + marker + _inline(child))])
        yield from lines


def _inline(node: SyntaxTreeNode) -> str:
    """Text of the inline content of a block, without its mark-up."""
    leaves = (leaf for leaf in node.walk() if not leaf.children and leaf.type not in ("root", "inline"))
    return "".join(" " if leaf.type in ("softbreak", "hardbreak") else leaf.content for leaf in leaves).strip()
