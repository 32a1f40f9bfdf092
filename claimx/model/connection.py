"""The way to an endpoint: OpenAI's client, what really sends for it, and the models that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claimx.errors import ModelUnreachable
from claimx.model.failures import translate
from claimx.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI


def open_client(settings: Settings, transport: httpx2.AsyncBaseTransport) -> AsyncOpenAI:
    """OpenAI's client for any server: nothing of the environment's OPENAI_* goes out unless `settings` holds it."""
    import httpx2
    from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

    client = AsyncOpenAI(
        base_url=settings.endpoint,
        # The client insists on a key; local servers want none.
        api_key=settings.key or "none",
        max_retries=0,
        timeout=httpx2.Timeout(settings.timeout_s, connect=min(10.0, settings.timeout_s)),
        # A redirect would send the article to an address that nobody named.
        http_client=DefaultAsyncHttpx2Client(transport=transport, follow_redirects=False),
    )
    # It reads OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_ADMIN_KEY and OPENAI_CUSTOM_HEADERS by itself.
    client.organization = settings.organization if settings.is_openai else None
    client.project = settings.project if settings.is_openai else None
    client.admin_api_key = None
    client._custom_headers = {}
    return client


def open_transport(settings: Settings) -> httpx2.AsyncBaseTransport:
    """What really sends: over the network, through the proxy if there is one, or to the model in this process."""
    import httpx2

    if settings.is_embedded:
        from claimx.model.offline.app import app

        return httpx2.ASGITransport(app=app)
    return httpx2.AsyncHTTPTransport(
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        limits=httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency),
    )


async def list_models(settings: Settings) -> list[str]:
    """The models an endpoint offers.

    Raises:
        ModelUnreachable: If nothing answers there, or not with a list of models.
    """
    import httpx2
    import openai

    from claimx.model.retries import RetryTransport

    transport = RetryTransport(open_transport(settings), max_attempts=2, retry_after_cap_s=settings.retry_after_cap_s)
    async with open_client(settings, transport) as client:
        try:
            return [model.id for model in (await client.models.list()).data]
        except openai.APIStatusError as error:
            raise translate(error, settings, None) from None
        except (openai.OpenAIError, httpx2.HTTPError, TypeError, AttributeError) as error:
            raise ModelUnreachable(settings.endpoint, str(error.__cause__ or error)[:200]) from None
