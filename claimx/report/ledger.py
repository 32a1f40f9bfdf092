"""What `claimx extract` wrote, read back: JSON Lines of claims, or the JSON list of extractions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from claimx.claims.verifying import ArticleText, verify_claim
from claimx.errors import InputError
from claimx.schema import Article, Claim, Extraction

_EXTRACTIONS = TypeAdapter(tuple[Extraction, ...])


@dataclass(frozen=True)
class Ledger:
    """Claims of any number of articles.

    Attributes:
        claims: In the order of the file.
        extractions: With what was rejected or could not be read; empty if the file has only claims.
    """

    claims: tuple[Claim, ...]
    extractions: tuple[Extraction, ...] = ()

    @property
    def article_ids(self) -> list[str]:
        """The articles that the ledger is about, in the order of their first appearance."""
        ids = [item.article_id for item in self.extractions] + [claim.article_id for claim in self.claims]
        return list(dict.fromkeys(ids))


def parse_ledger(source: str, raw: bytes) -> Ledger:
    """Read a ledger; `source` names it in errors.

    Raises:
        InputError: If it is not what `claimx extract` writes as jsonl or json, naming the line or the field.
    """
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if body.lstrip().startswith(b"["):
        try:
            extractions = _EXTRACTIONS.validate_json(body)
        except ValidationError as error:
            raise InputError(source, _explain(error)) from None
        return Ledger(tuple(claim for item in extractions for claim in item.claims), extractions)
    claims = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            try:
                claims.append(Claim.model_validate_json(line))
            except ValidationError as error:
                raise InputError(source, f"line {number}: {_explain(error)}") from None
    return Ledger(tuple(claims))


def match_articles(ledger: Ledger, articles: Iterable[Article]) -> dict[str, Article]:
    """The article that each `article_id` means; some may be missing.

    The one of this id if it has the text that was read, else any that has it (another folder may call it by another
    name, or this name may now be another article's), else the one of this id, whose text has changed.
    """
    by_id: dict[str, Article] = {}
    by_digest: dict[str, Article] = {}
    for article in articles:
        by_id.setdefault(article.id, article)
        by_digest.setdefault(article.digest, article)
    digests = digests_of(ledger)
    found: dict[str, Article] = {}
    for name in ledger.article_ids:
        digest, namesake = digests.get(name, ""), by_id.get(name)
        is_read = namesake is not None and namesake.digest == digest
        meant = namesake if is_read else by_digest.get(digest) or namesake
        if meant:
            found[name] = meant
    return found


def digests_of(ledger: Ledger) -> Mapping[str, str]:
    """The digest of the text that each article had when it was read, where the records tell."""
    stated = [(claim.article_id, claim.article_digest) for claim in ledger.claims if claim.article_digest]
    return dict([*stated, *((item.article_id, item.article_digest) for item in ledger.extractions)])


def place_claims(ledger: Ledger, articles: Mapping[str, Article]) -> Iterator[tuple[Claim, bool]]:
    """Each claim as it stands in its article's text now, and whether it does.

    A claim that moved has its new offsets. One that is gone, or whose article is not among `articles`, is as the record
    has it, and False.
    """
    texts = {name: ArticleText(article) for name, article in articles.items()}
    for claim in ledger.claims:
        proof = verify_claim(claim, texts.get(claim.article_id))
        yield proof.updated or claim, proof.updated is not None


def _explain(error: ValidationError) -> str:
    """What is wrong first, and where, on one line."""
    problem = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in problem["loc"])
    reason = f"{field}: {problem['msg']}" if field else f"not a claim ({problem['msg']})"
    return f"{reason}; what is read is what claimx extract writes with -f jsonl or -f json"
