"""LangExtract over the same articles: `peer.py URL WORKERS BATCH_LENGTH BUFFER_CHARS ARTICLES.jsonl`.

It runs in an environment of its own and imports nothing of this repository. A batch length of 0 leaves LangExtract's.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import langextract as lx

INSTRUCTIONS = """List every statement that the article attributes to somebody.
Copy the exact words of the statement, in the order of the article. Attributes: speaker (who says it), stance (favor,
against or neutral), target (what the stance is about), date (when it was said)."""
TEXT = 'Mill owner Ida Fenn said on Monday that the weir was sound. "We had it tested twice," she told the council.'
EXAMPLES = [
    ("the weir was sound", {"speaker": "Ida Fenn", "stance": "favor", "target": "weir", "date": "Monday"}),
    ("We had it tested twice", {"speaker": "Ida Fenn", "stance": "favor", "target": "weir", "date": "Monday"}),
]


def main(url: str, workers: int, batch_length: int, buffer_chars: int, path: str) -> None:
    """Extract from all articles; print how many came back, and with how many claims."""
    warnings.filterwarnings("ignore")
    articles = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    tuning = {"max_workers": workers} | ({"batch_length": batch_length} if batch_length else {})
    done = lx.extract(
        text_or_documents=[lx.data.Document(text=each["text"], document_id=each["id"]) for each in articles],
        prompt_description=INSTRUCTIONS,
        examples=[
            lx.data.ExampleData(
                text=TEXT,
                extractions=[lx.data.Extraction("claim", words, attributes=known) for words, known in EXAMPLES],
            )
        ],
        model_id="gpt-4o-mini",
        api_key="none",
        language_model_params={"base_url": url},
        max_char_buffer=buffer_chars,
        show_progress=False,
        **tuning,
    )
    documents = list(done)
    print(len(documents), sum(len(document.extractions or ()) for document in documents))


if __name__ == "__main__":
    url, workers, batch_length, buffer_chars, path = sys.argv[1:]
    main(url, int(workers), int(batch_length), int(buffer_chars), path)
