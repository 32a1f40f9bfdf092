"""Where a quotation may begin and end: at whole words, quantities and negations, without its outer marks.

What is cut off at an edge can turn a verbatim quotation into a false one: "15" of "15 million", "been tested" of
"not yet been tested", "safe" of "unsafe". The rules look at the characters beside the edge, whatever marks or
invisible characters stand between.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff")
_WITHOUT_INVISIBLE = str.maketrans(dict.fromkeys(_INVISIBLE))
# Scripts that do not separate words by spaces: any boundary is a word boundary there.
_UNSPACED = re.compile(
    r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u9FFF\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFF]"
)
_APOSTROPHES = "'’‘ʼ´`‛"
_APOSTROPHE_IN_WORD = re.compile(rf"[{_APOSTROPHES}](?=\w)")
_HYPHENS = "-‐‑"
# French and Italian articles and pronouns that lose their vowel: "l'|homme" is two words, "n'|est" a negation.
_ELISION = re.compile(
    r"(?<![^\W\d_])(?:[cdjlmst]|qu|jusqu|lorsqu|puisqu|quoiqu|gl|un|all|dall|dell|nell|sull|quest|quell)$",
    re.IGNORECASE,
)

_SPACE = "[\\s\u00a0\u202f]"
_UNITS = (
    "hundred|thousand|million|billion|trillion|dozen|score|crore|lakh|millions|billions|millionen|milliarden?|millions?"
    "|milliards?|millones|milliones|milhões|milioni|miliardi|bn|tn|mn|percent|per cent|per cento|por ciento"
    "|prozent|pour cent"
)
_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMBER_WORD = f"(?:{_TENS})(?:-(?:{_ONES}))?|{_ONES}|half a|a few"
_DIGITS = (
    # 1 000 000, 1'000, 15 250: groups of three; then 2.4, 1,250, 7-2, 2017–2019, 11:30, 3/4.
    "\\d{1,3}(?:[ \u00a0\u202f\u2009'’]\\d{3})+(?:[.,]\\d+)?|\\d+(?:[.,:/–-]\\d+)*"
)
# A sign counts where no word or digit stands before it: "-5", not "17-5" nor a bullet before "5 people".
_SIGN = f"(?:(?:minus|plus){_SPACE}+|(?<![\\w\n\r])[-−+±~]|[$€£¥₹]{_SPACE}?)?"
# What a quantity can begin with, looked at first: most characters of a text are none of it.
_QUANTITY_START = r"(?=[-−+±~$€£¥₹\dmp]|\b[otfsenha])"
_QUANTITY = re.compile(
    f"{_QUANTITY_START}{_SIGN}(?:(?:{_DIGITS})(?:{_SPACE}\\d/\\d)?(?:[万億亿兆千百]+|[kKmM](?!\\w)|{_SPACE}?[%‰])?|\\b(?:{_NUMBER_WORD})\\b)"
    f"(?:[\\s\u00a0\u202f-]{{1,4}}(?:{_UNITS})\\b)*",
    re.IGNORECASE,
)
_QUANTITY_CHARS = 60

_NEGATORS = (
    "not|no|never|neither|nor|none|nobody|nothing|nowhere|no one|cannot|hardly|barely|scarcely|rarely|seldom|without"
    "|fail(?:s|ed|ing)? to|unable to|\\w*n't"
    "|nicht|nie|niemals|kein(?:e[nmrs]?)?|ohne|niemand|nichts|ne|n'|pas|jamais|aucune?|sans|rien|nunca|jamás|ningun[ao]?"
    "|ningún|sin|non|mai|nessun[ao]?|senza|não|nem|nenhum|sem|niet|geen|nooit|nie|nigdy|inte|ingen|aldrig|ikke"
    "|не|ни|нет|никогда|без|नहीं|मत"
)
# Between a negation and what it negates: "not yet been", "no longer", "none of the".
_WEAK = (
    "yet|been|be|being|longer|even|quite|really|so|very|at|all|any|to|of|the|a|an|that|as|ever|only|just|still"
    "|also|ha[ds]|have|is|are|was|were|will|would|can|could|may|might|must|should"
)
_MARKS = "[\\s\"'“”‘’«»„*_()\\[\\]]"
_NEGATED_BEFORE = re.compile(f"(?<!\\w)(?:{_NEGATORS}){_MARKS}+(?:(?:{_WEAK}){_MARKS}+){{0,2}}$", re.IGNORECASE)
_NEGATED_VERB = re.compile(
    r"(?:(?<!\w)(?:not|never|cannot|nicht|nie|pas|jamais|nunca|не)|\wn't)"
    r"(?:\s+(?:yet|ever|even|have|has|been|be|(?!only)\w+ly))*\s+$|(?<!\w)(?:не|no)\s+$",
    re.IGNORECASE,
)
_HARMLESS_BEFORE = re.compile(f"(?:or|why|if){_MARKS}+not{_MARKS}+$")
_NEGATION_AFTER = re.compile(f"{_MARKS}+(?:{_NEGATORS})(?!\\w)|{_MARKS}*(?:않|없|못)", re.IGNORECASE)
_NEGATION_BESIDE = "不没沒未无無非"
_NEGATION_BEHIND = re.compile(r"[不没沒未无無]|ない|なか|ません|では[なあ]|じゃな")
_LOOK_BACK, _LOOK_AHEAD = 48, 24

_PAIRS = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
}
_ABBREVIATION = re.compile(r"\b(?:\w\.)+\w\.$")


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch cuts no word, no quantity and no negation off.

    >>> [is_whole("He cannot pay 15 million now.", *pair) for pair in ((0, 6), (3, 16), (3, 24), (10, 24))]
    [False, False, True, False]
    """
    if not is_whole_word(text, start, end) or _is_compound(text, start) or _is_compound(text, end):
        return False
    return not (_cuts_quantity(text, start, end) or _loses_negation(text, start, end))


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether a stretch begins and ends between words."""
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of an offset belong to one word."""
    left, right = _seen_before(text, at), _seen_from(text, at)
    if left < 0 or right >= len(text):
        return False
    before, after = text[left], text[right]
    if not (before.isascii() and after.isascii()) and (_UNSPACED.match(before) or _UNSPACED.match(after)):
        return False
    if _is_word(before) and _is_word(after):
        return True
    # "can|'t" loses a negation, "O'|Neill" half a name; "Poe|'s" and "l'|homme" are whole words.
    if after in _APOSTROPHES and before in "nN" and text[right + 1 : right + 2] in ("t", "T"):
        return True
    if before in _APOSTROPHES and _is_word(after) and left and _is_word(text[left - 1]):
        return not _ELISION.search(text, max(0, left - 8), left)
    return False


def _is_compound(text: str, at: int) -> bool:
    """Whether an edge stands at a hyphen within a word: "violent" of "non-violent" says the opposite."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    return (len(before) == 2 and before[1] in _HYPHENS and before[0].isalpha() and after[:1].isalpha()) or (
        len(after) == 2 and after[0] in _HYPHENS and after[1].isalpha() and before[-1:].isalpha()
    )


def _cuts_quantity(text: str, start: int, end: int) -> bool:
    """Whether an edge stands within a number and its unit."""
    for edge in (start, end):
        first = max(0, edge - _QUANTITY_CHARS)
        for match in _QUANTITY.finditer(text, first, min(len(text), edge + _QUANTITY_CHARS)):
            if match.start() >= edge:
                break
            if match.end() > edge:
                return True
    return bool(re.match(r"[.,]\d", text[start : start + 2]))


def is_negated(text: str, start: int) -> bool:
    """Whether the verb that begins at an offset is negated: nobody said what somebody "did not | say".

    >>> [is_negated(text, text.index("sa")) for text in ("She did not yet say.", "Didn't she say?", "not only said")]
    [True, False, False]
    """
    before = _plain(text[max(0, start - _LOOK_BACK) : start].rsplit("\n", 1)[-1])
    return _NEGATED_VERB.search(before) is not None


def _loses_negation(text: str, start: int, end: int) -> bool:
    """Whether a negation right beside the stretch is left out of it."""
    before = _plain(text[max(0, start - _LOOK_BACK) : start].rsplit("\n", 1)[-1])
    after = _plain(re.split(r"[\r\n]", text[end : end + _LOOK_AHEAD], maxsplit=1)[0])
    if _NEGATED_BEFORE.search(before) and not _HARMLESS_BEFORE.search(before):
        return True
    if before[-1:] and before[-1] in _NEGATION_BESIDE:
        return True
    if text[start:end].rstrip("\"'”’»")[-1:] in (".", "!", "?", "…", "。", ";"):
        return False
    return bool(_NEGATION_AFTER.match(after) or _NEGATION_BEHIND.match(after))


def _plain(text: str) -> str:
    """The text without what cannot be seen, and with one kind of apostrophe."""
    return _APOSTROPHE_IN_WORD.sub("'", text.translate(_WITHOUT_INVISIBLE))


def _seen_before(text: str, at: int) -> int:
    at -= 1
    while at >= 0 and text[at] in _INVISIBLE:
        at -= 1
    return at


def _seen_from(text: str, at: int) -> int:
    while at < len(text) and text[at] in _INVISIBLE:
        at += 1
    return at


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or (not char.isascii() and unicodedata.category(char)[0] == "M")


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The same words as the labelling guide marks them: no outer quotation marks, no full stop or comma at the end.

    >>> text = 'She said "it is safe."'
    >>> text[slice(*trim(text, 9, 22))]
    'it is safe'
    """
    before: tuple[int, int] | None = None
    while before != (start, end):
        before = (start, end)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end - start < 2:
            break
        first, last = text[start], text[end - 1]
        if last in _PAIRS.get(first, "") and not _marks_inside(text, start, end):
            start, end = start + 1, end - 1
        elif last in ".,;:" and not _is_written_with(text, start, end):
            end -= 1
        elif first in '"“„«「『' and not any(mark in text[start + 1 : end] for mark in _PAIRS[first]):
            start += 1
        elif last in '"”»」』' and not _opens_inside(text, start, end):
            end -= 1
    return start, end


def _is_written_with(text: str, start: int, end: int) -> bool:
    """Whether the last stop belongs to the word: "U.S.", "he waited..."."""
    tail = text[max(start, end - 12) : end]
    return tail.endswith("..") or _ABBREVIATION.search(tail) is not None


def _marks_inside(text: str, start: int, end: int) -> bool:
    inner = text[start + 1 : end - 1]
    return any(mark in inner for mark in {text[start], text[end - 1]} - {"'", "’"})


def _opens_inside(text: str, start: int, end: int) -> bool:
    openers = [opening for opening, closing in _PAIRS.items() if text[end - 1] in closing]
    return any(mark in text[start : end - 1] for mark in openers)
