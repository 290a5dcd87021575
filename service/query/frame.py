"""What a finding asks for, bare: without its label, by when, who, and "should make sure that"."""

import re

_WHEN = (
    r"(?:within (?:[\w-]+ ){1,3}(?:days?|weeks?|months?|years?),?|immediately,?|at once,?|"
    r"by (?:the end of )?(?:\d{1,2} )?(?:[a-z]+ )?\d{4},?)"
)
_WHO = (
    r"(?:(?:the|each|every|all|chief|police) ){0,3}"
    r"(?:forces?|constabulary|constables?|it|they|(?:[a-z-]+ ){1,3}(?:police|constabulary))"
)
# What stands before what a finding asks for: its label, by when, who, and "should make sure that".
_FRAME = re.compile(
    r"(?:^|(?<=[.:;\n]))\s*(?:(?:area for improvement|cause of concern|recommendation)\b[ \w]{0,6}[:.]?\s*)?"
    rf"(?:{_WHEN}\s*)?(?:hmic\w* recommends )?(?:that )?(?:{_WHEN}\s*)?"
    rf"(?:{_WHO}\s+(?:should|must|needs? to)|(?<=that ){_WHO}(?!\s+should))"
    rf"\s*(?:,?\s*{_WHEN})?\s*:?\s*(?:(?:make sure|ensures?|see)\b(?: to it)?(?: that)?)?",
    re.I,
)


def without_frame(text: str) -> str:
    """What a finding asks for, without its label, by when, who, and "should make sure that"; "" where that is all."""
    return " ".join(_FRAME.sub(" ", text).split())
