"""What every command shares: settings from the outside world, remarks and errors on stderr, exit codes."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from claimx.settings import Settings

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
    from claimx.errors import ClaimxError, UsageError

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
    """The settings in force for these flags, the environment and the user's config file."""
    from claimx.settings import resolve_settings

    given = {name: value for name, value in flags.items() if value not in (None, "")}
    return resolve_settings(given, os.environ, _config())


def settings_for(flags: Mapping[str, Any]) -> Settings:
    """The same for a run, with a word on stderr on what they mean.

    With a base URL and no model the server is asked: if it has just one model, that one is meant.
    """
    from claimx.errors import UsageError

    settings = settings_from(flags)
    if settings.base_url and "model" not in settings.model_fields_set:
        if settings.replay:
            raise UsageError("--replay asks no server: pass --model, as in the run that was recorded")
        import asyncio

        from claimx.model.client import list_models

        names = asyncio.run(list_models(settings))
        if len(names) != 1:
            raise UsageError(f"pass --model; {settings.endpoint} offers {', '.join(names[:20]) or 'none by name'}")
        note(f"model: {names[0]}, the one that {settings.endpoint} has")
        settings = settings_from({**flags, "model": names[0]})
    if settings.is_openai and not settings.key and not settings.replay:
        raise UsageError(
            f"no API key for {settings.model}: set OPENAI_API_KEY, or pass --base-url for a server of yours"
        )
    if settings.is_embedded:
        note("offline model: rules, no language model (choose one with --model)")
    return settings


def _config() -> dict[str, Any]:
    """The user's config file, if there is one."""
    import tomllib

    from platformdirs import user_config_path

    from claimx.errors import UsageError

    path = user_config_path("claimx") / "config.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
