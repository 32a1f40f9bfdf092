"""From answer lines to replies in the store, and for a request without one the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from claimx.model.recording import Recorded
from claimx.runs.batch.answers import BatchAnswer
from claimx.runs.store import Store

# Lines that are committed together: few commits, and no long wait for others who use the store.
_COMMITTED_TOGETHER = 1000


class Intake:
    """Takes answers into a store and is, over that store, the journal of the run that uses them.

    The first good answer to a request counts, be it in the store already or in these files. A refusal counts where
    there is no good one; an answer that was found to be of no use does not count again.

    Args:
        store: Where replies go; its run must have begun.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refusals: dict[bytes, Recorded] = {}
        self._problems: dict[bytes, str] = {}
        self._places: dict[bytes, str] = {}
        self._answered: set[bytes] = set()
        self._asked: set[bytes] = set()
        self.lines = self.good = self.failed = self.repeated = 0
        self.foreign: list[str] = []

    def take(self, answers: Iterable[BatchAnswer]) -> None:
        """Commit what they bring; `foreign` lists those whose custom_id no request of claimx has."""
        incoming = iter(answers)
        while several := list(islice(incoming, _COMMITTED_TOGETHER)):
            self._store.keep_all(self._good(several))

    def take_refusals(self) -> None:
        """Commit the refusals of requests to which no file had a good answer; call it after the last file."""
        missing = [(key, reply) for key, reply in self._refusals.items() if self._may_count(key, reply)]
        self._store.keep_all((key, reply) for key, reply in missing if self._store.find(key) is None)

    def reason(self, key: bytes, body: bytes) -> str:
        """Why the request has no usable reply."""
        if key in self._problems:
            return f"its answer line failed ({self._problems[key]})"
        if any(message.get("role") == "assistant" for message in json.loads(body)["messages"]):
            return "a correction of its answer is yet to be asked"
        return "no answer line"

    @property
    def problems(self) -> list[str]:
        """Place and reason of every request that failed and was not answered elsewhere in these files."""
        return list(self._problems.values())

    @property
    def unasked(self) -> list[str]:
        """Places of answers that the run, which must have ended, never asked for."""
        return [place for key, place in self._places.items() if key not in self._asked]

    @property
    def is_of_another_run(self) -> bool:
        """Whether there are answers, and the run asked for none of them."""
        return bool(self._places) and self._asked.isdisjoint(self._places)

    def find(self, key: bytes) -> Recorded | None:
        """The reply in the store."""
        self._asked.add(key)
        return self._store.find(key)

    def keep(self, key: bytes, reply: Recorded, *, is_usable: bool) -> None:
        """Commit a reply."""
        self._store.keep(key, reply, is_usable=is_usable)

    def discard(self, keys: Sequence[bytes]) -> None:
        """Make replies unusable."""
        self._store.discard(keys)

    def _good(self, answers: Iterable[BatchAnswer]) -> Iterator[tuple[bytes, Recorded]]:
        for answer in answers:
            self.lines += 1
            key, reply = answer.key, answer.reply
            if key is None:
                self.foreign.append(f"{answer.place}: {answer.custom_id[:80]!r}")
                continue
            if key in self._places:
                self.repeated += 1
            if reply is None or reply.status != 200:
                self.failed += 1
                self._places.setdefault(key, answer.place)
                if key not in self._answered:
                    self._problems.setdefault(key, f"{answer.place}: {answer.problem}")
                if reply:
                    self._refusals.setdefault(key, reply)
            else:
                self.good += 1
                self._places.setdefault(key, answer.place)
                self._answered.add(key)
                self._problems.pop(key, None)
                if self._may_count(key, reply):
                    yield key, reply

    def _may_count(self, key: bytes, reply: Recorded) -> bool:
        kept = self._store.find(key)
        if kept is not None and kept.status == 200:
            return False
        return not self._store.is_known_as_unusable(key, reply)
