"""Labelled turns: interviews as questions and answers, transcripts, posts under a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimx.model.offline.lexicon import cue_forms
from claimx.model.offline.words import NAME_PARTICLES

Span = tuple[int, int]
_LABEL = re.compile(
    r"(@\w+|[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,4})"
    r"(?: ?\([^()\n]{1,40}\))?: ?(?=\S)"
)
_QUESTIONERS = frozenset(("q", "question", "interviewer", "host", "moderator", "reporter", "journalist"))
_ANSWERERS = frozenset(("a", "answer"))
_NOT_SPEAKERS = re.compile(
    r"(?:read more|see also|related|source|photo|image|credit|correction|updated?|note|editor.s note|watch|listen|video"
    r"|published|share|follow|tags?|topics?|by|from|when|where|what|contact|opinion|analysis|profile|live|breaking"
    r"|exclusive)\b",
    re.IGNORECASE,
)
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """A paragraph that opens with a speaker's label, and the paragraphs without one that follow it.

    `start` to `name_end` is the label, `label_end` is where the speech begins.
    """

    start: int
    name_end: int
    label_end: int
    pieces: tuple[Span, ...]
    is_answer: bool


def find_turns(text: str, paragraphs: Sequence[Span]) -> list[Turn]:
    """Find the labelled turns of `text`, in order.

    One label is not enough: a text is in turns if it has a question and an answer,
    or three labels of which one returns. A post under an @handle counts by itself,
    and so does a label before a quotation of at least a sentence.
    """
    labelled = []
    for start, end in paragraphs:
        match = _LABEL.match(text, start, end)
        if match and not _NOT_SPEAKERS.match(match[1]) and _is_name(match[1]):
            labelled.append((match, end))
    names = [match[1].lower() for match, _ in labelled]
    in_turns = bool(_ANSWERERS & set(names)) or (len(names) >= _FEWEST and len(set(names)) < len(names))
    return [
        Turn(match.start(), match.end(1), match.end(), ((match.end(), end),), match[1].lower() not in _QUESTIONERS)
        for match, end in labelled
        if in_turns or match[1][0] == "@" or _is_quoted_speech(text[match.end() : end])
    ]


def _is_name(label: str) -> bool:
    """Whether a label is a handle or all capitals: "Ann Poe said:" and "Added Poe:" are no labels."""
    if any("past" in names for _, names, _ in cue_forms().get(label.split()[0].lower(), ())):
        return False
    return label[0] == "@" or all(word[0].isupper() or word in NAME_PARTICLES for word in label.split())


def _is_quoted_speech(speech: str) -> bool:
    """Whether what follows a label is one quotation that ends like a sentence, as headings do not."""
    return (
        len(speech) > 2
        and speech[0] in '"“„«'
        and speech[-1] in '"”“»'
        and speech[-2] in ".!?…"
        and not set('"”»') & set(speech[1:-1])
    )
