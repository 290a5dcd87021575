"""What a comment says of the end of a recommendation: asked for, decided, superseded, parked – or kept open.

Read sentence by sentence with patterns, each for a way in which such comments put it. The rules err towards
silence: a word such as "closed" counts only where it is said of the recommendation, neither denied nor still to come.
A signal is what somebody wrote; it never is a status.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.text import Span, sentences

Signal = Literal["requested", "decided", "superseded", "parked"]
SIGNALS: tuple[Signal, ...] = ("requested", "decided", "superseded", "parked")


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence of a comment says: a signal, or "open" where it says that the matter is not closed.

    `span` is the sentence's place in the comment.
    """

    says: Signal | Literal["open"]
    span: Span


_WHAT = (
    r"(?:recommendations?|recs?\b\.?|areas? for improvement|afis?\b|causes? of concern|coc\b|actions?\b(?! points?)|"
    r"items?\b|entr(?:y|ies)\b|matters?\b|requirements?\b|records?\b)"
)
_OF_OTHERS = r"(?!(?:[\w'’-]+ ){0,2}(?:plan|log|point|case|file)s?\b)"
# What is closed: the recommendation by name, by number, or by a word that stands for it.
_IT = (
    rf"(?:(?:this|that|these|those|the|our|both|all|said|above|whole|present) (?:[\w’'-]+ ){{0,3}}?{_WHAT}{_OF_OTHERS}"
    rf"(?: \d{{1,5}}[a-z]?)?|(?:{_WHAT} )?(?:no\.? ?)?\d{{4,5}}\b|{_WHAT} \d{{1,3}}[a-z]?\b|"
    r"\bit\b|\bthis(?: one)?(?= (?:is|was|has|can|could|should|may|might|now|be|to|as)\b)|\bthey\b|\bthis(?=[.;,]|$))"
)
_ENDED = (
    r"(?:closed(?: down| off)?|signed[- ]off|discharged|archived|completed?|finali[sz]ed|filed(?: away)?|retired|"
    r"removed from (?:the|our) (?:tracker|register|list|log|monitoring)|taken off (?:the|our) (?:tracker|register|list|log|books)|"
    r"moved to (?:complete|closed)|(?:marked|recorded|shown|treated|regarded|registered|logged|set|updated|changed|filed|moved|"
    r"graded|categori[sz]ed|flagged) (?:as |to )?(?:fully )?[“\"'‘]?(?:complete[d]?|closed|met|discharged|"
    r"no further action(?: needed| required)?))"
)
_FULFILLED = (
    r"(?:met|achieved|satisfied|fulfilled|implemented|addressed|delivered|discharged|complied with|done)(?: in full)?"
)
_CLOSURE = r"(?:closure|closing|sign(?:ing)?[- ]?off|discharge|completion|archiving)"
_WHO = (
    r"(?:i|we|hmic(?:frs)?|hmi|rcos|(?:the |our |her |his )?(?:\w+ )?(?:regional )?chief of staff|(?:the )?inspectorate|"
    r"(?:the )?(?:\w+ ){0,3}(?:inspection |review )?team|(?:re-?)?inspectors?|(?:the )?(?:re-?)?inspection|"
    r"(?:the )?chief inspector|(?:the )?portfolio (?:lead|director)|(?:the )?monitoring (?:group|team))"
)

_NOT_YET = re.compile(
    r"\b(?:not|cannot|can['’]t|couldn['’]t|isn['’]t|wasn['’]t|hasn['’]t|won['’]t|don['’]t|doesn['’]t|never|nor|neither|"
    r"no longer|until|unless|once|when|if|before|whether|will|shall|would|['’]ll|expects?|expected|anticipat\w+|"
    r"aim(?:s|ed|ing)?|hop(?:e|es|ed|ing)|intend(?:s|ed)?|intention|plans? to|planned|due to be|yet to|"
    r"far from|too (?:soon|early)|premature|short of|nearly|almost|partly|partially|should have been|in order to|"
    r"wants?|wanted|wish(?:es|ed)?)\b|\b\d+ ?(?:%|per ?cent) (?:complete|met|closed|done)",
    re.I,
)

_OPEN = re.compile(
    r"\bre-?open(?:ed|ing|s)?\b|"
    r"\b(?:remain(?:s|ed)?|kept|keep(?:s|ing)?|left|leav(?:e|es|ing)|stay(?:s|ed)?|hold(?:ing)? (?:it|this)) (?:\w+ ){0,4}?(?:open|live|outstanding)\b|"
    rf"\b(?:request|application|proposal|bid|submission|case) (?:\w+ ){{0,6}}?(?:for|to) (?:{_CLOSURE}|clos\w+|sign it off)[^.;]*?"
    r"\b(?:refused|declined|rejected|turned down|returned|not (?:agreed|approved|accepted|supported))|"
    rf"\b{_CLOSURE} (?:\w+ ){{0,4}}?(?:refused|declined|rejected|turned down|withheld|not (?:agreed|approved|accepted|supported|authorised|authorized))|"
    rf"\b(?:refused?|declined?|rejected|turned down|withdr[ae]wn?|rescinded|cannot (?:agree|support|recommend|approve)|not (?:agree|support|recommend|approve)) (?:\w+ ){{0,5}}?(?:{_CLOSURE}|to (?:close|sign))|"
    rf"(?:{_IT}|^\W*|\band|,) (?:\w+ )?(?:cannot|can ?not|can['’]t|could not|should not|must not|may not|not ready to|not to|not (?:yet )?be(?:ing)?) (?:yet |now |therefore |properly |simply )?(?:be )?(?:closed|signed[- ]off|filed|discharged|taken off|marked (?:as )?(?:complete|closed))|"
    r"^(?:it is )?not (?:yet )?(?:closed|met|complete|discharged|signed[- ]off)\b|"
    r"\b(?:do|does|did) not (?:regard|consider|accept|believe|think|see)\b[^.;]*\b(?:met|complete|closed|closable|discharged|done|claim)|"
    r"\bhave (?:i )?not (?:closed|signed)|\bagain i have not\b|\bi have declined\b|\bi said no\b",
    re.I,
)
_SUPERSEDED = re.compile(
    rf"\b(?:supersed(?:ed|es)|overtaken by|(?:been |now |is |was )?(?:replaced|absorbed|subsumed|swallowed up|rolled up|incorporated|merged|folded|carried (?:over|forward)|taken forward) (?:by|in|into|within|under|as part of|with) "
    rf"(?=[^.;]*(?:{_WHAT}|report|review|inspection|framework|strategy|programme|guidance|regulations?|standards?|act\b|code|afi|concern))|"
    r"falls? away|lapse[sd]|made (?:redundant|obsolete)|no longer (?:relevant|applicable|applies|needed|required))",
    re.I,
)
_SAID_OF = re.compile(rf"{_IT}|^\W*(?:superseded|overtaken|replaced|subsumed|absorbed|merged)\b", re.I)
_PARKED = re.compile(
    r"\b(?:parked|on hold|paused|in abeyance|mothballed|shelved|put back until|frozen|"
    r"(?:deferred|suspended|postponed|held over|held back|stood down|on ice|stayed)(?= (?:\w+ ){0,4}?(?:until|pending|till|while|whilst|for the|to allow|because|awaiting)|[.,;:]|$)|"
    r"(?:held|hold(?:ing)?|wait(?:ing)?|stop(?:ped)?|halted|no (?:further )?(?:work|judge?ment|assessment|action)[^.;]{0,60}?) (?:this |it |here |back |off )?(?:until|pending|till)|"
    r"pending (?:the )?(?:outcome|result|conclusion|publication|findings|report) of|"
    r"set aside (?:until|pending|while|for))",
    re.I,
)
_PARKED_OTHER = re.compile(
    r"\b(?:nobody|no one|not|never|off|longer) (?:\w+ )?(?:parked|on hold|paused|suspended)|car ?park", re.I
)
_ASKED = re.compile(
    rf"\b(?:request(?:s|ed|ing)?|propos(?:e|es|ed|ing|al)|recommend(?:s|ed|ing|ation)?|suggest(?:s|ed|ing)?|seek(?:s|ing)?|sought|ask(?:s|ed|ing)?(?: \w+)?|appl(?:y|ies|ied)|"
    rf"invit(?:e|es|ed)|submit(?:s|ted|ting)?|put (?:it |this |them |forward |up )*|forward(?:s|ed)?|present(?:ed)?|refer(?:red)?|sent|send|offer(?:ed)?|tabled|support(?:s|ed)?|argu\w+|press(?:ed|es)?|invitation)\b"
    rf"[^.;]{{0,110}}?\b(?:{_CLOSURE}|be (?:now )?(?:formally )?{_ENDED}|to close|close it|as (?:complete|closed)|(?:to )?sign (?:it |this )?off|no further action|taken off|moved to complete)|"
    rf"\b(?:{_CLOSURE}) (?:is |was |now |has been |being |hereby |therefore |form |report |paper )*(?:requested|proposed|recommended|sought|suggested|submitted|asked for|invited)|"
    rf"\b(?:proposed|recommended|ready|suitable|eligible|ripe|appropriate|submitted|candidate|good|fit|request|bid|case|paperwork|put up|is up|going|up|forward|goes|go|to rcos) (?:\w+ ){{0,3}}?for (?:\w+ )?{_CLOSURE}|"
    rf"\b(?:can|could|may|might|should|ought to|needs? to) (?:now |therefore |safely |properly |then |be |in my view |formally |also )*(?:be )?(?:now |formally |safely )?(?:{_ENDED}|considered (?:as )?(?:closed|complete|met)|come off|go (?:green|to complete|off))|"
    rf"\bready (?:for|to) (?:be )?(?:{_CLOSURE}|close[d]?|sign(?:ed)? off|{_ENDED})|"
    r"\b(?:please|kindly|grateful if|would you|happy for|content for|no objection to|invite you to|ask you to|like (?:this|it|you) to)\b[^.;]{0,60}?\b(?:clos(?:e|ed|ing|ure)|sign(?:ed)? (?:it |this )?off|filed?|complete|archive)|"
    r"\bask(?:s|ed)? for no further action\b|\bi put (?:it|this) forward\b|\b(?:could|can|may) (?:we|you|i|this)\b[^.;?]{0,40}\b(?:close|sign|archive)|"
    r"\bsee no (?:reason|need|point)[^.;]{0,40}\b(?:open|live|going)\b",
    re.I,
)
_FORCE_HOLDS = re.compile(
    r"\b(?:the )?(?:force|constabulary|police|we|[A-Z]{2,5}|ch(?:ief)? (?:insp|supt)\w*|supt|inspector|owner|they) (?:itself |themselves )?(?:now |therefore )?"
    r"(?:consider|regard|believe|feel|assess|judge|view|rate|think|say|report|maintain|see|deem)s?\b"
    rf"[^.;]{{0,60}}?\b(?:{_ENDED}|{_FULFILLED})",
    re.I,
)
_DECIDED = re.compile(
    rf"{_IT} (?:(?:is|was|are|were|has|have|had|been|being|now|hereby|therefore|thus|duly|formally|officially|accordingly|also|all|since|then|today|finally|consequently|so) )+(?:\w+ly )?(?:{_ENDED})\b|"
    rf"^[^\w“\"]*(?:(?:now|formally|so|all|thus|duly|and) )?(?:closed|signed[- ]off|discharged|archived|filed as complete|marked (?:as )?complete|completed?)(?=\s*(?:[.;:,!–-]|$|by\b|on\b|at\b|in\b|following\b|today\b|with\b|as\b|after\b|and\b|file\b|\d|accordingly))|"
    rf"(?:[:;,–-]|\band|\bso) (?:(?:now|hereby|it is|this is|therefore|duly) )*(?:closed|signed[- ]off|discharged|file accordingly|filed as complete)\b(?! (?:the|a|an|his|her|their|all|six|to|door|case))|"
    rf"\b(?:authori[sz](?:es?|ed|ation)|approv(?:es?|ed|al)|agree(?:s|d|ment)?|accept(?:s|ed)?|grant(?:s|ed)?|endors(?:es?|ed)|confirm(?:s|ed)?|sanction(?:ed|s)?|ratif(?:ied|ies)|gave|given|allowed|passed)\b[^.;]{{0,70}}?\b(?:for |to |the |its |their |that )?(?:{_CLOSURE}|(?:as |now |be |is |was )+(?:{_ENDED}|met)|close (?:it|this))|"
    rf"\b(?:rcos|chief of staff|hmic(?:frs)?|inspectorate)\b[^.;]{{0,30}}?\b(?:agree[sd]?|confirm(?:s|ed)?|accept(?:s|ed)?)\b[^.;]{{0,40}}?\bcan (?:now )?be {_ENDED}|"
    rf"\b(?:{_CLOSURE}) (?:\w+ ){{0,3}}?(?:authori[sz]ed|approved|agreed|accepted|granted|endorsed|confirmed|given|sanctioned|ratified|effected|signed)|"
    rf"\b(?:i|we) (?:have |am |are |do |did |had |can |now |therefore |hereby |today |formally |shall |duly |both )*(?:clos(?:ed?|ing)|sign(?:ed|ing)? (?:(?:it|this|them|[\w ]{{0,30}}{_WHAT}) )?off|sign(?:ed|ing)?[- ]off|discharg(?:e|ed|ing)|mark(?:ed|ing)? (?:it|this)\b[^.;]{{0,20}}complete[d]?|fil(?:ed|ing) (?:it|this)|record(?:ed|ing)? (?:it|this)[^.;]{{0,20}}(?:complete[d]?|closed|met)|archiv(?:e|ed|ing)|taken (?:it|this) off|moved (?:it|this) to complete)\b|"
    rf"\b{_WHO} (?:\w+ ){{0,6}}?(?:satisfied|content|happy|clear|certain|convinced|persuaded|assured|found|finds|concluded|concludes|confirm(?:s|ed)?|judged?|assessed|accept(?:s|ed)?|agree[sd]?|consider(?:s|ed)?)\b[^.;]{{0,90}}?(?:{_IT}|what (?:was|is) asked(?: for)?|the (?:terms|requirements?|letter|wording|intent|spirit)[^.;]{{0,30}}|its (?:terms|requirements)|all (?:that|limbs|parts|elements)[^.;]{{0,30}}) (?:\w+ ){{0,2}}?(?:is|are|was|were|has|have|had|been)\b[^.;]{{0,25}}?\b(?:{_FULFILLED}|{_ENDED})|"
    r"\bno further action (?:is |was |to be |will be |now )*(?:needed|required|necessary|taken|recorded|marked)|"
    r"^\W*(?:so )?complete; file accordingly|\b(?:status|entry|record|it|this) (?:\w+ ){0,3}?(?:changed|moved|set|updated|switched|amended) to (?:complete|closed|no further)|"
    r"\b(?:rcos|chief of staff)(?: for the region)?(?: (?:is|was|has|have|also|fully|said|says|\w+ly))* (?:content|agree[sd]?|satisfied|accepted|passed|approved|concur(?:s|red)|closed|signed|happy|endorsed|authorised|confirmed)\b|"
    rf"\b(?:we|i|hmic(?:frs)?|the inspectorate) (?:now )?(?:regard|consider|treat|deem)s? (?:{_IT}|the matter|the \w+) (?:to be |as )?(?:now )?(?:{_ENDED}|{_FULFILLED})|"
    rf"\b(?:passed|closed|signed off|approved|authorised) (?:it )?(?:by|today|on \d)",
    re.I,
)
_PART = re.compile(
    r"\b(?:first|second|third|fourth|last|final|one|two|three|other|that|each|next) (?:\w+ )?(?:parts?|limbs?|bullets?|strands?|phases?|elements?|stages?|halves|half|steps?|actions?|points?)\b",
    re.I,
)
_CLAUSE = re.compile(r";\s+|\s+[–—-]\s+|,?\s+(?:but|although|though|however|yet|while|whereas)\s+", re.I)


def claim_of(text: str) -> Claim | None:
    """What a comment says of the end of its recommendation, with the sentence that carries it; None for nothing.

    Where several sentences say something, the last decides, save that a request for what is decided in the same
    comment gives way, and so does a decision that the comment takes back.
    """
    found = [Claim(says, span) for span in sentences(text) if (says := _said(text[span[0] : span[1]]))]
    ranked = [[claim for claim in found if claim.says == says] for says in ("superseded", "open")]
    last = next((claims[-1] for claims in ranked if claims), None)
    return last or (found[-1] if found else None)


def _said(sentence: str) -> Signal | Literal["open"] | None:
    """What one sentence says, the surest first; what is denied or still to come says nothing."""
    if _OPEN.search(sentence):
        return "open"
    if (match := _SUPERSEDED.search(sentence)) and _SAID_OF.search(sentence) and not _denied(sentence, match):
        return "superseded"
    if _PART.search(sentence):
        return None
    asked = next(_stated(_ASKED, sentence), None)
    holds = next(_stated(_FORCE_HOLDS, sentence), None)
    decided = next(_stated(_DECIDED, sentence), None)
    if decided and not holds and not (asked and decided.start() < asked.end() and asked.start() <= decided.start()):
        return "decided"
    if asked or holds:
        return "requested"
    parked = next(_stated(_PARKED, sentence), None)
    return "parked" if parked and not _PARKED_OTHER.search(sentence) else None


def _stated(pattern: re.Pattern[str], sentence: str) -> Iterator[re.Match[str]]:
    return (match for match in pattern.finditer(sentence) if not _denied(sentence, match))


def _denied(sentence: str, match: re.Match[str]) -> bool:
    """Whether the clause that a match stands in denies it, or says that it is still to come."""
    cuts = [0, *(cut.end() for cut in _CLAUSE.finditer(sentence)), len(sentence)]
    start = max(cut for cut in cuts if cut <= match.start())
    return bool(_NOT_YET.search(sentence, start, match.end()))
