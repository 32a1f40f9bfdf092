"""Several sources as one stream of articles; one that cannot be read costs itself and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from claimx.article.sources import count_articles, read_articles
from claimx.errors import InputError
from claimx.schema import Article


class Reading:
    """The articles of all sources, with ids that differ; `failed` counts what could not be read."""

    def __init__(
        self,
        sources: Sequence[str],
        *,
        published: str | None,
        encoding: str,
        allow_private: bool,
        note: Callable[[str], None],
    ) -> None:
        self._sources = sources
        self._published = published
        self._encoding = encoding
        self._allow_private = allow_private
        self._note = note
        self.failed = 0

    def expected(self) -> int | None:
        """About how many articles there are in all; None if a source does not tell before it is read."""
        counts = [count_articles(source) for source in self._sources]
        return None if None in counts else sum(count for count in counts if count)

    def articles(self) -> Iterator[Article]:
        """Read on, article by article.

        Raises:
            InputError: At the end, if no article could be read at all.
        """
        seen: dict[str, int] = {}
        last: InputError | None = None
        for source in self._sources:
            try:
                yield from (self._distinct(article, seen) for article in self._read(source))
            except InputError as error:
                last = error
                if len(self._sources) > 1 or seen:
                    self._skip(error)
        if last and not seen:
            raise last if len(self._sources) == 1 else InputError("no article", "none of the sources could be read")

    def _skip(self, error: InputError) -> None:
        self.failed += 1
        self._note(f"claimx: {error}")

    def _read(self, source: str) -> Iterator[Article]:
        return read_articles(
            source,
            published=self._published,
            encoding=self._encoding,
            allow_private=self._allow_private,
            note=self._note,
            skip=self._skip,
        )

    def _distinct(self, article: Article, seen: dict[str, int]) -> Article:
        """The article, under another id if one of that id came from another source."""
        number = seen[article.id] = seen.get(article.id, 0) + 1
        if number == 1:
            return article
        renamed = f"{article.id}~{number}"
        self._note(f"a second article has the id {article.id!r}; it is {renamed!r} here")
        return Article.model_validate({**article.model_dump(), "id": renamed})
