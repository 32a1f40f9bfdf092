"""What every command shares: settings from the outside world, remarks and errors on stderr, exit codes."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from claimx.errors import ClaimxError, UsageError

if TYPE_CHECKING:
    from claimx.settings import Settings

# Read by commands of their own.
_OTHER_VARIABLES = ("CLAIMX_SERVE_KEY",)
FAILED, MISUSED, PARTIAL, GATE_FAILED, INTERRUPTED = 1, 2, 3, 4, 130


def note(message: str) -> None:
    """One remark on stderr, on one line, harmless to the terminal; an event where stderr is a log of those."""
    from claimx.cli.logs import is_logging_json
    from claimx.report.tables import printable

    if is_logging_json():
        logging.getLogger("claimx.cli").warning("note", extra={"text": message})
        return
    # Without a stderr, `print` would write to stdout.
    if sys.stderr is not None:
        print(printable(" ".join(message.split())), file=sys.stderr)


@contextmanager
def errors_to_stderr() -> Iterator[None]:
    """Turn what a user can cause into one line on stderr and an exit code; a bug keeps its traceback."""
    try:
        yield
    except UsageError as error:
        note(f"claimx: {error}")
        raise typer.Exit(MISUSED) from None
    except ClaimxError as error:
        note(f"claimx: {error}")
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        note("claimx: interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader has what it wanted (`| head`); the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None


def settings_from(flags: Mapping[str, Any]) -> Settings:
    """The settings in force for these flags, the environment, a .env file and the user's config file."""
    from claimx.settings import resolve_settings

    settings = resolve_settings(flags, **outside())
    if not settings.is_embedded:
        _check_authorities()
    return settings


def _check_authorities() -> None:
    """Say now that the file of trusted authorities is no use, which a connection would say in a traceback."""
    import ssl

    if path := os.environ.get("SSL_CERT_FILE"):
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"SSL_CERT_FILE={path}: {reason}; name a file of certificates in PEM form") from None


def outside() -> dict[str, Mapping[str, Any]]:
    """What is set outside the command line, as `resolve_settings` takes it."""
    return {"environment": os.environ, "config": _config(), "dotenv": _dotenv()}


def settings_for(flags: Mapping[str, Any]) -> Settings:
    """The same for a run, with a word on stderr on what they mean.

    With a server and no model the server is asked: if it has just one model, that one is meant. A server that is new
    is tried out.
    """
    import asyncio

    _note_strangers()
    settings = named_model(flags)
    if settings.is_embedded:
        note("offline model: rules, no language model (choose one with --model)")
        return settings
    from claimx.model.probe import suit, user_cache

    def say_so() -> None:
        note(f"trying out {settings.endpoint}, once a day (--mode does without)")

    settings, findings = asyncio.run(suit(settings, user_cache(), on_trial=say_so))
    if findings and findings.checks:
        server = findings.server or "a server that does not tell its name"
        note(
            f"{settings.endpoint}: {server}, {settings.mode} mode, chunks of {settings.chunk_tokens:,} tokens "
            "(claimx doctor tells more)"
        )
        for problem in findings.problems:
            note(f"{problem.name}: {problem.evidence}. {problem.advice or ''}")
    return settings


def _note_strangers() -> None:
    """A word on variables that look like ours and set nothing."""
    from difflib import get_close_matches

    from claimx.settings import Settings

    known = [*(f"CLAIMX_{field.upper()}" for field in Settings.model_fields), *_OTHER_VARIABLES]
    for name in sorted(os.environ):
        if name.startswith("CLAIMX_") and name not in known:
            near = get_close_matches(name, known, n=1)
            note(f"{name} sets nothing" + (f"; did you mean {near[0]}?" if near else ""))


def named_model(flags: Mapping[str, Any]) -> Settings:
    """The settings for these flags, with the one model that a server has if none was named.

    Raises:
        UsageError: If there is no key for OpenAI, or the server has several models or none.
    """
    settings = settings_from(flags)
    if settings.is_openai and not settings.key and not settings.replay:
        raise UsageError(
            f"no API key for {settings.model}: set OPENAI_API_KEY, or pass --base-url for a server of yours"
        )
    if not settings.is_own_server or "model" in settings.model_fields_set:
        return settings
    if settings.replay:
        raise UsageError("--replay asks no server: pass --model, as in the run that was recorded")
    import asyncio

    from claimx.model.connection import list_models

    names = asyncio.run(list_models(settings))
    if len(names) != 1:
        raise UsageError(f"pass --model; {settings.endpoint} offers {', '.join(names[:20]) or 'none by name'}")
    note(f"model: {names[0]}, the one that {settings.endpoint} has")
    return settings_from({**flags, "model": names[0]})


def config_file() -> Path:
    """Where the user's settings are kept."""
    from platformdirs import user_config_path

    return user_config_path("claimx") / "config.toml"


def _config() -> dict[str, Any]:
    import tomllib

    path = config_file()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def _dotenv() -> dict[str, str]:
    """The variables of a .env file in the working folder, which are ours; no other program's are looked at."""
    path = Path(".env")
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        values = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    return {name: value for name, value in values.items() if name.startswith(("CLAIMX_", "OPENAI_")) and value}
