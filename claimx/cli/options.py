"""The options of every command that asks a model, declared once; `takes` and `asks_model` give them to a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any

import typer

from claimx.cli.logs import LogLevel as _LogLevel


class _Server(StrEnum):
    """As in `settings.SERVERS`, which would cost a second to import here; a test holds the two together."""

    ollama = "ollama"
    llamacpp = "llamacpp"
    vllm = "vllm"
    lmstudio = "lmstudio"
    sglang = "sglang"


_MODEL, _READING, _STORE, _LIMITS = "Model", "Reading", "Store", "Limits"
_LOG = "Log"

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="Model to ask, by the server's name for it; 'offline' is built in and needs no key. "
        "(variable: CLAIMX_MODEL)",
        show_default="offline",
        rich_help_panel=_MODEL,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        help="An OpenAI-compatible server, such as http://127.0.0.1:11434/v1. Its key is read from CLAIMX_API_KEY. "
        "(variable: CLAIMX_BASE_URL)",
        show_default="OpenAI",
        rich_help_panel=_MODEL,
    ),
]
Server = Annotated[
    _Server | None,
    typer.Option(
        "--server",
        help="A server on this machine at its usual port, instead of --base-url.",
        rich_help_panel=_MODEL,
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(
        help="How an answer is made to fit: json_schema, tools, json or md_json; auto tries out, once a day, what a "
        "server of yours can do, and takes json_schema elsewhere. (variable: CLAIMX_MODE)",
        show_default="auto",
        rich_help_panel=_MODEL,
    ),
]
PromptName = Annotated[
    str | None,
    typer.Option(
        "--prompt", help="A prompt by name, or a file ending in .md.", show_default="extract", rich_help_panel=_MODEL
    ),
]
ChunkTokens = Annotated[
    int | None,
    typer.Option(
        min=50, help="Tokens of an article per request, at most.", show_default="1800", rich_help_panel=_MODEL
    ),
]
Concurrency = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Requests in flight, at most.", show_default="8", rich_help_panel=_MODEL),
]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", min=0.1, help="Seconds to wait for a reply.", show_default="120", rich_help_panel=_MODEL),
]
Attempts = Annotated[
    int | None,
    typer.Option(
        "--max-attempts",
        min=1,
        help="Requests per chunk while the server fails.",
        show_default="5",
        rich_help_panel=_MODEL,
    ),
]
Reasks = Annotated[
    int | None,
    typer.Option(
        min=0, help="Times a poor answer is sent back with what is wrong.", show_default="1", rich_help_panel=_MODEL
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(min=0, max=2, help="0 for the likeliest words.", show_default="0", rich_help_panel=_MODEL),
]
TopP = Annotated[
    float | None,
    typer.Option(
        "--top-p",
        min=0,
        max=1,
        help="Sample from the likeliest words that make up this share.",
        show_default="the server's",
        rich_help_panel=_MODEL,
    ),
]
Seed = Annotated[int | None, typer.Option(help="Sampling seed, for servers that take one.", rich_help_panel=_MODEL)]
MaxOutputTokens = Annotated[
    int | None,
    typer.Option(min=1, help="Tokens of an answer, at most.", show_default="the server's", rich_help_panel=_MODEL),
]
ExtraBody = Annotated[
    str | None,
    typer.Option(
        "--extra-body",
        metavar="JSON",
        help="Put into every request as it is, such as '{\"top_k\": 40}'.",
        rich_help_panel=_MODEL,
    ),
]
Headers = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar="'NAME: VALUE'",
        help="Send this header, too. May be repeated; CLAIMX_HEADERS keeps a secret out of the list of processes.",
        rich_help_panel=_MODEL,
    ),
]
Organization = Annotated[
    str | None,
    typer.Option(
        help="OpenAI organisation that pays. (variable: OPENAI_ORG_ID)", show_default=False, rich_help_panel=_MODEL
    ),
]
SendOpenaiKey = Annotated[
    bool,
    typer.Option("--send-openai-key", help="Send OPENAI_API_KEY to --base-url, too.", rich_help_panel=_MODEL),
]
Published = Annotated[
    str | None,
    typer.Option(
        help="Publication date of articles that carry none, as YYYY-MM-DD; 'Friday' is counted from it.",
        rich_help_panel=_READING,
    ),
]
Encoding = Annotated[str, typer.Option(help="Encoding of text files.", rich_help_panel=_READING)]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private", help="Fetch URLs on private and loopback addresses, too.", rich_help_panel=_READING
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="Keep every reply in this file: the same command again goes on where it was, and pays for nothing twice. "
        "(variable: CLAIMX_STORE)",
        rich_help_panel=_STORE,
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Ask anew, although the store has a reply.", rich_help_panel=_STORE)
]
Replay = Annotated[
    bool, typer.Option("--replay", help="Answer from the store alone; send nothing.", rich_help_panel=_STORE)
]
MaxRequests = Annotated[
    int | None,
    typer.Option(min=1, help="Send no more requests than this, retries included.", rich_help_panel=_LIMITS),
]
MaxTokensTotal = Annotated[
    int | None,
    typer.Option(
        min=1, help="Send nothing more once prompts and answers come to so many tokens.", rich_help_panel=_LIMITS
    ),
]
Deadline = Annotated[
    float | None,
    typer.Option("--deadline", min=0.1, help="Send nothing more after so many seconds.", rich_help_panel=_LIMITS),
]
LogLevel = Annotated[
    _LogLevel | None,
    typer.Option("--log-level", help="Tell on stderr what happens, one event a line.", rich_help_panel=_LOG),
]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="The same as JSON Lines, remarks included.", rich_help_panel=_LOG)
]

Flags = dict[str, Any]
"""The settings that were given as options, by their names in `Settings`."""

_SETTINGS: dict[str, Any] = {
    "model": Model,
    "server": Server,
    "base_url": BaseUrl,
    "mode": Mode,
    "prompt": PromptName,
    "chunk_tokens": ChunkTokens,
    "concurrency": Concurrency,
    "timeout_s": Timeout,
    "max_attempts": Attempts,
    "reasks": Reasks,
    "temperature": Temperature,
    "top_p": TopP,
    "seed": Seed,
    "max_output_tokens": MaxOutputTokens,
    "extra_body": ExtraBody,
    "headers": Headers,
    "organization": Organization,
    "send_openai_key": SendOpenaiKey,
    "store": Store,
    "fresh": Fresh,
    "replay": Replay,
    "max_requests": MaxRequests,
    "max_tokens_total": MaxTokensTotal,
    "deadline_s": Deadline,
}


def takes(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put the options of these settings, by default of all, in the place of the command's parameter `flags`.

    Typer reads signatures, so the command gets one that has them all; it is called with those that were given.
    """
    chosen = {name: _SETTINGS[name] for name in names or _SETTINGS}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        parameters: dict[str, inspect.Parameter] = {}
        for name, parameter in own.parameters.items():
            if name != "flags":
                parameters[name] = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                continue
            for setting, annotation in chosen.items():
                parameters[setting] = inspect.Parameter(
                    setting,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=False if annotation.__origin__ is bool else None,
                    annotation=annotation,
                )

        @wraps(command)
        def run(**given: Any) -> None:
            values = {name: given.pop(name) for name in chosen}
            # By identity: 0 equals False, and --reasks 0 means it.
            flags = {
                name: value for name, value in values.items() if value not in (None, "", []) and value is not False
            }
            command(**given, flags=flags)

        run.__signature__ = own.replace(parameters=list(parameters.values()))  # type: ignore[attr-defined]
        run.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
        return run

    return decorate


asks_model = takes()
"""Every option that decides how a run goes."""
