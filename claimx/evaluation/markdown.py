"""A result as Markdown, for a pull request or a page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimx.evaluation import layout
from claimx.evaluation.counting import STANCES
from claimx.evaluation.gates import GateOutcome
from claimx.evaluation.result import Result

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#!~&])")


def to_markdown(result: Result, gates: Sequence[GateOutcome] = ()) -> str:
    """The figures as tables, and the gates as a list."""
    spans = [
        (row.label.replace("  ", "&nbsp;&nbsp;"), row.precision, row.recall, row.f1, row.interval, row.human)
        for row in layout.span_rows(result)
    ]
    shares = [(row.label, row.value, row.interval, row.of, row.human) for row in layout.share_rows(result)]
    blocks = [
        f"**{escape(layout.heading(result))}**",
        _table(("", "precision", "recall", "F1", "95 %", "human"), spans),
        _table(("", "right", "95 %", "of", "human"), shares),
    ]
    if rows := layout.confusion_rows(result):
        confusion = [(gold, *(f"{number:,}" for number in numbers)) for gold, numbers in rows]
        blocks.append(_table(("gold stance, then predicted", *STANCES, "none"), confusion))
    blocks.append(f"Claims and facts: {layout.outcome_line(result)}.")
    if spent := layout.spent_line(result.spent):
        blocks.append(f"The run: {spent}.")
    if gates:
        blocks.append("\n".join(f"- {'passed' if gate.is_passed else '**failed**'}: {gate}" for gate in gates))
    blocks.append(" ".join(layout.notes(result)))
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    r"""The text with what Markdown or HTML would read as markup escaped, on one line.

    >>> escape("<b>a|b</b>")
    '\\<b\\>a\\|b\\</b\\>'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
