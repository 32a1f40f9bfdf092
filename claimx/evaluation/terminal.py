"""A result, its errors, and a comparison on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from claimx.evaluation import layout
from claimx.evaluation.compare import Difference
from claimx.evaluation.counting import STANCES
from claimx.evaluation.result import Result
from claimx.evaluation.scoring import ArticleScore
from claimx.report.tables import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def make_console() -> Console:
    """Standard output: as wide as the terminal, or 100 columns in a pipe or file."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=100)


def write_result(console: Console, result: Result) -> None:
    """Print the figures of a result."""
    console.print(printable(layout.heading(result)), style="bold")
    console.print()
    spans = _table("", "precision", "recall", "F1", "95 %", "human")
    for row in layout.span_rows(result):
        style = "bold" if row.label == "attribution" else ""
        spans.add_row(row.label, row.precision, row.recall, row.f1, row.interval, row.human, style=style)
    console.print(spans)
    console.print()
    shares = _table("", "right", "95 %", "of", "human")
    for share in layout.share_rows(result):
        shares.add_row(share.label, share.value, share.interval, share.of, share.human)
    console.print(shares)
    console.print()
    if rows := layout.confusion_rows(result):
        confusion = _table("gold stance, then predicted", *STANCES, "none")
        for gold, numbers in rows:
            confusion.add_row(gold, *(f"{number:,}" for number in numbers))
        console.print(confusion)
        console.print()
    console.print(f"Claims and facts: {layout.outcome_line(result)}", soft_wrap=True)
    if spent := layout.spent_line(result.spent):
        console.print(f"The run: {spent}", soft_wrap=True)
    for line in layout.notes(result):
        console.print(line, style="dim", soft_wrap=True)


def write_errors(console: Console, scores: Iterable[ArticleScore]) -> None:
    """Print what is not correct, article by article, gold and predicted side by side."""
    for score in scores:
        errors = [outcome for outcome in score.outcomes if outcome.is_error]
        if not errors:
            continue
        console.print()
        console.print(printable(score.article.id), style="bold")
        table = _table("at", "", "gold", "predicted", numbers=0)
        for column in table.columns[2:]:
            column.overflow, column.ratio = "fold", 1
        table.expand = True
        for outcome in errors:
            table.add_row(str(outcome.start), outcome.outcome, *layout.describe(outcome))
        console.print(table)


def write_differences(console: Console, first: Result, second: Result, differences: Sequence[Difference]) -> None:
    """Print two results side by side with their paired differences."""
    console.print(printable(f"A: {layout.heading(first)}"), style="bold")
    console.print(printable(f"B: {layout.heading(second)}"), style="bold")
    console.print()
    table = _table("", "A", "B", "B − A", "95 %", "", numbers=4)
    for item in differences:
        table.add_row(*layout.difference_row(item), style="bold" if item.name == "attribution_f1" else "")
    console.print(table)
    console.print("attribution_f1 decides; of twenty others, one may seem different by chance.", style="dim")
    for line in layout.notes(first)[:2]:
        console.print(line, style="dim", soft_wrap=True)


def _table(*headings: str, numbers: int | None = None) -> Table:
    """A plain table whose columns after the first are right-aligned numbers, or only so many of them."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    last = len(headings) if numbers is None else numbers + 1
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if 0 < position < last else "left", no_wrap=numbers is None)
    return table
