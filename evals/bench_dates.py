"""Measure the date resolver against `dateparser` on a table of date expressions, and on the seed labels.

    python evals/bench_dates.py [dates.tsv] [--seeds seeds/]

The table has the columns published, before, expression, after, value and doc, tab-separated and unquoted. Documents
whose CRC-32 is odd are the part that may be looked at (`--errors` prints from it); the even ones are only scored.
A value counts if it is exactly the gold's. `dateparser` is read generously: its day is cut to the gold's precision.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dateparser
import yaml

from claimx.claims.dating import Resolution, find_dates, resolve_date

CONTEXT_CHARS = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One expression in its place, and the values that are right."""

    part: str
    published: str
    before: str
    expression: str
    after: str
    gold: tuple[str | None, ...]


def read_table(path: Path) -> Iterator[Case]:
    """The cases of a table, each in the part of its document."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            part = "looked at" if zlib.crc32(row["doc"].encode()) % 2 else "held out"
            yield Case(part, row["published"], row["before"], row["expression"], row["after"], (row["value"],))


def read_seeds(folder: Path) -> Iterator[Case]:
    """The labels that have a date expression, with the text around it."""
    for path in sorted((folder / "labels").glob("*.json")):
        _, header, text = (folder / "articles" / f"{path.stem}.md").read_text(encoding="utf-8").split("---\n", 2)
        text = text.removeprefix("\n")
        published = yaml.load(header, Loader=yaml.BaseLoader)["published"]
        for label in json.loads(path.read_text(encoding="utf-8"))["labels"]:
            date = label["date"]
            if date is None or date["text"] is None:
                continue
            start, end, words = (date["text"][key] for key in ("start", "end", "text"))
            if text[start:end] != words:
                sys.exit(f"{path.name}: {words!r} is not at {start}:{end}")
            before, after = text[max(0, start - CONTEXT_CHARS) : start], text[end : end + CONTEXT_CHARS]
            gold = (date["value"], *label.get("date_alternatives", ()))
            yield Case("seeds", published, before.rpartition("\n")[2], words, after.partition("\n")[0], gold)


def by_claimx(case: Case) -> Resolution:
    """What claimx answers."""
    return resolve_date(case.expression, case.published, before=case.before, after=case.after)


def by_dateparser(case: Case) -> str | None:
    """What `dateparser` answers, cut to the precision of the gold."""
    base = datetime.fromisoformat(case.published[:10])
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dateparser.parse(case.expression, languages=["en"], settings=settings)
    return found.date().isoformat()[: len(case.gold[0] or "")] if found else None


def is_found(case: Case) -> bool:
    """Whether `find_dates` finds the whole expression where it stands."""
    start, end = len(case.before), len(case.before) + len(case.expression)
    return any(a <= start and end <= b for a, b in find_dates(case.before + case.expression + case.after))


def error_class(value: str | None, gold: tuple[str | None, ...]) -> str:
    """How a wrong value is wrong."""
    first = gold[0]
    if value is None:
        return "no value given"
    if first is None:
        return "a value where there is none"
    if len(value) < len(first) and first.startswith(value):
        return "right but coarser"
    if len(value) > len(first) and value.startswith(first):
        return "right but finer"
    if len(value) != len(first):
        return "other precision"
    if len(value) == 10:
        days = (datetime.fromisoformat(value) - datetime.fromisoformat(first)).days
        return f"{abs(days) // 7} week(s) {'late' if days > 0 else 'early'}" if days % 7 == 0 else "other day"
    if value[4:] == first[4:]:
        return f"other year ({int(value[:4]) - int(first[:4]):+d})"
    return "other month"


def report(part: str, cases: list[Case], *, list_errors: bool) -> None:
    """Print both scores, claimx by rule, and its errors by class."""
    answers = [by_claimx(case) for case in cases]
    right = [answer.value in case.gold for case, answer in zip(cases, answers, strict=True)]
    baseline = sum(by_dateparser(case) in case.gold for case in cases)
    total = len(cases)
    print(f"\n{part}: {total} expressions")
    print(f"  claimx      {sum(right):5d}  {sum(right) / total:6.1%}")
    print(f"  dateparser  {baseline:5d}  {baseline / total:6.1%}")
    found = sum(map(is_found, cases))
    print(f"  find_dates  {found:5d}  {found / total:6.1%}  (finds the whole expression)")
    rules = Counter(answer.rule for answer in answers)
    good = Counter(answer.rule for answer, ok in zip(answers, right, strict=True) if ok)
    print("  by rule")
    for rule, count in rules.most_common():
        print(f"    {rule:22s} {good[rule]:5d} of {count:5d}")
    wrong = [(case, answer) for case, answer, ok in zip(cases, answers, right, strict=True) if not ok]
    print("  errors")
    for name, count in Counter(error_class(answer.value, case.gold) for case, answer in wrong).most_common():
        print(f"    {name:32s} {count:4d}")
    if list_errors:
        for case, answer in wrong:
            print(
                f"    {case.published[:10]} gold {case.gold} got {answer.value} ({answer.rule}): "
                f"{case.before[-50:]}[[{case.expression}]]{case.after[:40]}"
            )


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("table", type=Path, nargs="?", help="table of date expressions (TSV)")
    parser.add_argument("--seeds", type=Path, help="folder with articles/ and labels/")
    parser.add_argument("--errors", action="store_true", help="list the errors of the part that may be looked at")
    options = parser.parse_args()
    if not (options.table or options.seeds):
        parser.error("name a table of date expressions, or --seeds seeds/")
    if options.table and not options.table.is_file():
        parser.error(f"{options.table}: no such file; docs/dates.md says how such a table is made")
    cases = list(read_table(options.table)) if options.table else []
    for part in ("looked at", "held out"):
        if found := [case for case in cases if case.part == part]:
            report(part, found, list_errors=options.errors and part == "looked at")
    if options.seeds:
        report("seeds", list(read_seeds(options.seeds)), list_errors=False)


if __name__ == "__main__":
    main()
