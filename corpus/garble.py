"""Text that a PDF's extraction left unreadable: found by its form, so that it is reported and never indexed."""

import re
from itertools import pairwise

_EDGES = ".,;:!?()[]‘’“”'\"–-"
_VOWELS = "aeiouyàâéèêëîïôöûü"
_SHORT = frozenset(
    re.findall(
        r"\w+",
        "a i o of to in is it at on as by be we he or an no if so do up us my me am go ii iv vi ix xi v x th nd rd "
        "vs mr ms dr st mt pm ie eg re ex id ok",
    )
)
_WINDOW, _ODD = 8, 4  # of eight words in a row, four that no English word explains
_DOUBLED = 3  # words
_LINK = r"(?:in|of|and|or|the|to|with|by|for|from|at|on|between)"
_WORD = re.compile(r"[^\W\d_]+")
_SET_OFF = re.compile(r"\s[,;.](?=\s|$)")  # some texts part every stop from its word: in those it says nothing
_GAP = re.compile(rf"\b{_LINK}\s+[,;.](?=\s|$)|\b{_LINK}\s+(?:and|or)\s+[,;.](?=\s|$)", re.I)
_TWO_GAPS = re.compile(r"\b(?:in|of|to|with|by|for|from|at|on|between)\s+(?:and|or)\s+[,;.](?=\s|$)", re.I)
_CODE = re.compile(r"\(cid:\d+\)|\ufffd")
_VOICELESS = re.compile(rf"\b[^\W\d_{_VOWELS}{_VOWELS.upper()}]+\b")
_PAIRED = re.compile(r"\b(?:([^\W\d_])\1){2,}\b", re.I)  # "TThhee"
_VOICELESS_FROM = 6  # words without a vowel, before their share of a text says anything
_ENGLISH = frozenset(("the", "and", "of", "to", "in", "a", "is", "for", "or"))


def garbled(text: str) -> str | None:
    """What is wrong with a paragraph, in a few words ("letters set apart"); None for one that can be read.

    The forms are those of real copies: letters set apart ("Po lic e f or c e"), text printed twice, words
    missing where a link stood ("service in and , with"), and letters of a font that says not which they are.
    """
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
    """Whether somewhere most words are scraps of one or two letters; capitals alone are abbreviations."""
    odd = [at for at, token in enumerate(tokens) if len(token) < 5 and _is_scrap(token.strip(_EDGES))]
    return any(last - first < _WINDOW for first, last in zip(odd, odd[_ODD - 1 :], strict=False))


def _is_scrap(token: str) -> bool:
    return len(token) in (1, 2) and token.isalpha() and not token.isupper() and token.lower() not in _SHORT


def _is_doubled(text: str, tokens: list[str]) -> bool:
    """Each letter twice ("TThhee"), each word twice, or the whole twice."""
    pairs = sum(1 for one, other in pairwise(tokens) if one == other and one.isalpha())
    if pairs >= _DOUBLED and 5 * pairs > len(tokens):
        return True
    whole = "".join(filter(str.isalpha, text)) if len(tokens) >= _DOUBLED else ""
    half = len(whole) // 2
    return len(_PAIRED.findall(text)) >= _DOUBLED or (half > 0 and whole[:half] == whole[half:])


def _has_gaps(text: str) -> bool:
    stops = len(_SET_OFF.findall(text))
    if not stops:
        return False
    gaps = len(_GAP.findall(text))
    return (gaps > 1 or bool(_TWO_GAPS.search(text))) and 2 * gaps >= stops


def _is_coded(text: str) -> bool:
    """Whether most words have no vowel, as where a font's own codes were taken for letters."""
    voiceless = len(_VOICELESS.findall(text))
    if voiceless < _VOICELESS_FROM:
        return False
    words = _WORD.findall(text.lower())
    return len(words) < 2 * voiceless and _ENGLISH.isdisjoint(words)  # a list of abbreviations has its "and"
