"""Text that a PDF's extraction left unreadable: found by its form, so that it is reported and never indexed."""

import re
from itertools import pairwise

_VOWELS = "aeiouyàâéèêëîïôöûü"
_SHORT = frozenset(
    re.findall(
        r"\w+",
        "a i o of to in is it at on as by be we he or an no if so do up us my me am go ii iv vi ix xi v x th nd rd "
        "vs mr ms dr st mt pm ie eg re ex id ok "
        "y yr yn ar ac un ei eu ni fo na mi os fe ym er ag gan gw oi",  # Welsh
    )
)
_WINDOW, _ODD = 8, 4  # of eight words in a row, four that no English word explains
_DOUBLED = 3  # words
_HALF = 24  # letters of a text that is there twice; "Week 1 – Week 2" is shorter
_LINK = r"(?:in|of|and|or|the|to|with|by|for|from|at|on|between)"
_WORD = re.compile(r"[^\W\d_]+")
_SET_OFF = re.compile(r"\s[,;.](?=\s|$)")  # some texts part every stop from its word: in those it says nothing
_GAP = re.compile(rf"\b{_LINK}\s+[,;.](?=\s|$)|\b{_LINK}\s+(?:and|or)\s+[,;.](?=\s|$)", re.I)
_TWO_GAPS = re.compile(r"\b(?:in|of|to|with|by|for|from|at|on|between)\s+(?:and|or)\s+[,;.](?=\s|$)", re.I)
_CODE = re.compile(r"\(cid:\d+\)|\ufffd")
_VOICELESS = re.compile(rf"\b[^\W\d_{_VOWELS}{_VOWELS.upper()}]+\b")
_PAIRED = re.compile(r"\b(?:([^\W\d_])\1){2,}\b", re.I)  # "TThhee"
_CODED_FROM = 14  # words, from which on a text without a common one is no list of abbreviations
_ENGLISH = frozenset(("the", "and", "of", "to", "in", "a", "is", "for", "or"))


def garbled(text: str) -> str | None:
    """What is wrong with a paragraph, in a few words ("letters set apart"); None for one that can be read.

    The forms are those of real copies: letters set apart ("Po lic e f or c e"), text printed twice, words
    missing where a link stood ("service in and , with"), and letters of a font that says not which they are.
    """
    if "\t" in text:  # the cells of a table repeat and abbreviate as no prose does
        return None
    tokens = text.split()
    if _is_spaced(tokens):
        return "letters set apart"
    if _is_doubled(text, tokens):
        return "text printed twice"
    if _has_gaps(text):
        return "words missing"
    if len(_CODE.findall(text)) > 2 or _is_coded(text):
        return "letters that cannot be told"
    return None


def _is_spaced(tokens: list[str]) -> bool:
    """Whether somewhere most words are scraps of one or two letters, and not always the same ones."""
    scraps = [(at, token.lower()) for at, token in enumerate(tokens) if len(token) < 3 and _is_scrap(token)]
    runs = (scraps[at : at + _ODD] for at in range(len(scraps) - _ODD + 1))
    return any(run[-1][0] - run[0][0] < _WINDOW and len({token for _, token in run}) > 2 for run in runs)


def _is_scrap(token: str) -> bool:
    """Whether a token is no short word; a stop beside it makes it an abbreviation, as capitals alone do."""
    return token.isalpha() and not token.isupper() and token.lower() not in _SHORT


def _is_doubled(text: str, tokens: list[str]) -> bool:
    """Each letter twice ("TThhee"), each word twice, or the whole twice."""
    pairs = {one.lower() for one, other in pairwise(tokens) if one.lower() == other.lower() and one.isalpha()}
    if len(pairs) >= _DOUBLED and 5 * len(pairs) > len(tokens):
        return True
    whole = "".join(filter(str.isalnum, text))
    half = len(whole) // 2
    return len(_PAIRED.findall(text)) >= _DOUBLED or (half >= _HALF and whole[:half] == whole[half:])


def _has_gaps(text: str) -> bool:
    stops = len(_SET_OFF.findall(text))
    if not stops:
        return False
    gaps = len(_GAP.findall(text))
    return (gaps > 1 or bool(_TWO_GAPS.search(text))) and 2 * gaps >= stops


def _is_coded(text: str) -> bool:
    """Whether most words have no vowel, as where a font's own codes were taken for letters."""
    voiceless = len(_VOICELESS.findall(text))
    if 2 * voiceless < _CODED_FROM:
        return False
    words = _WORD.findall(text.lower())
    return _CODED_FROM <= len(words) < 2 * voiceless and _ENGLISH.isdisjoint(words)
