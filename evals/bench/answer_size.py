"""How long a perfect answer is: its compact JSON beside the article's own characters, from the gold labels.

    python -m evals.bench.answer_size [seeds]

Output tokens are what a run costs and waits for. The naive record spells everything out, as a gold label does;
the wire form names each speaker once and writes … for words that the standalone sentence repeats from the content.
A shortened sentence counts only if `write_out` brings the gold sentence back, word for word. Labels that are
optional count neither way in the scores, so a perfect answer may leave them out: both figures are printed.
"""

from __future__ import annotations

import json
import re
import sys
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from claimx.article.sources import read_articles
from claimx.claims.wording import write_out
from claimx.schema import Answer, ClaimDraft, FactDraft, Span, SpeakerDraft


def perfect_answer(labels: list[dict[str, Any]]) -> Answer:
    """The answer that a perfect model would give, in the form that it is asked for."""
    speakers: dict[str, SpeakerDraft] = {}
    claims: list[ClaimDraft] = []
    facts: list[FactDraft] = []
    for label in labels:
        content = [Span.model_validate(piece) for piece in label["content"]]
        text = shortened(label["text"], content)
        date = _words(label["date"] and label["date"]["text"])
        if label["kind"] == "fact":
            facts.append(FactDraft(content=content[0].text, text=text, date=date))
            continue
        speaker = label["speaker"]
        speakers.setdefault(speaker["name"], SpeakerDraft(name=speaker["name"], role=speaker["role"]))
        claims.append(
            ClaimDraft(
                content=[piece.text for piece in content],
                cue=_words(label["cue"]),
                mention=_words(speaker["mention"]),
                speaker=1 + list(speakers).index(speaker["name"]),
                text=text,
                stance=label["stance"],
                target=label["target"]["name"],
                date=date,
            )
        )
    return Answer(speakers=list(speakers.values()), claims=claims, facts=facts)


def shortened(text: str, content: list[Span]) -> str:
    """The shortest writing of a sentence with one … that `write_out` completes to the same words."""
    words, repeated = text.rstrip(".").split(), " ".join(span.text for span in content).split()
    best = text.rstrip(".")
    for start, _, length in SequenceMatcher(None, _bare(words), _bare(repeated), autojunk=False).get_matching_blocks():
        for left in (0, 1, 2):
            for right in (0, 1, 2):
                if length - left - right < 2:
                    continue
                head, tail = words[: start + left], words[start + length - right :]
                short = f"{' '.join(head)}…{' '.join(tail)}"
                if len(short) < len(best) and _bare(write_out(short, content).split()) == _bare(words):
                    best = short
    return best


def naive_answer(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same content as one flat record per label, every field spelt out."""
    return [
        {
            "kind": label["kind"],
            "text": label["text"],
            "content": [piece["text"] for piece in label["content"]],
            "quotation": label["quotation"],
            "cue": _words(label["cue"]),
            "speaker": label["speaker"] and {"name": label["speaker"]["name"], "role": label["speaker"]["role"]},
            "mention": _words(label["speaker"] and label["speaker"]["mention"]),
            "stance": label["stance"],
            "target": label["target"] and label["target"]["name"],
            "date": _words(label["date"] and label["date"]["text"]),
            "nested": label["nested"],
        }
        for label in labels
    ]


def bytes_per_label(seeds: Path) -> tuple[float, float]:
    """Bytes of a perfect answer for each label in it, optional ones included: spelt out, and as it is asked for."""
    naive = wire = count = 0
    for path in sorted((seeds / "labels").glob("*.json")):
        labels = json.loads(path.read_text(encoding="utf-8"))["labels"]
        naive += len(_compact(naive_answer(labels)).encode())
        wire += len(_compact(perfect_answer(labels).model_dump()).encode())
        count += len(labels)
    return naive / count, wire / count


def _words(span: dict[str, Any] | None) -> str | None:
    return span["text"] if span else None


def _bare(words: list[str]) -> list[str]:
    return [bare for word in words if (bare := re.sub(r"[^\w]", "", word).lower())]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main(seeds: Path) -> None:
    """Print a row per labelled article of a folder, and one for all."""
    totals = [0] * 5
    print(f"{'':<24}{'article,':>11}{'what counts':>20}{'with optional labels':>24}")
    print(f"{'':<24}{'characters':>11}{'naive':>11}{'wire':>9}{'naive':>15}{'wire':>9}")
    for article in read_articles(str(seeds)):
        labels = json.loads((seeds / "labels" / f"{article.id}.json").read_text(encoding="utf-8"))["labels"]
        required = [label for label in labels if not label["optional"]]
        sizes = [
            len(article.text),
            len(_compact(naive_answer(required))),
            len(_compact(perfect_answer(required).model_dump())),
            len(_compact(naive_answer(labels))),
            len(_compact(perfect_answer(labels).model_dump())),
        ]
        totals = [total + size for total, size in zip(totals, sizes, strict=True)]
        _row(article.id, sizes)
    _row("all", totals)


def _row(name: str, sizes: list[int]) -> None:
    length, *others = sizes
    naive, wire, naive_all, wire_all = (f"{size / length:.2f} ×" for size in others)
    print(f"{name:<24}{length:>11,}{naive:>11}{wire:>9}{naive_all:>15}{wire_all:>9}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "seeds"))
