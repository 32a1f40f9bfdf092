"""`claimx config`: the settings in force, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimx.cli import options

if TYPE_CHECKING:
    from claimx.settings import Settings

config = typer.Typer(help="Show the settings in force, and where each comes from.", no_args_is_help=True)


@config.command()
@options.asks_model
def show(
    flags: options.Flags,
    json_: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Show the settings that a run with these options would have, keys masked.

    The command line is stronger than CLAIMX_* variables, those than OPENAI_*, those than a .env file in the working
    folder, that than the config file.
    """
    from claimx.cli.shell import config_file, errors_to_stderr, note, outside

    with errors_to_stderr():
        import json

        from claimx.report.tables import printable
        from claimx.settings import layers, resolve_settings

        settings = resolve_settings(flags, **outside())
        origins = {
            name: f"{layer.name}: {layer.origins[name]}" if layer.name != "command line" else layer.origins[name]
            for layer in layers(flags, **outside())
            for name in layer.values
        }
        rows = [(name, _shown(settings, name), origins.get(name, "default")) for name in type(settings).model_fields]
        rows.insert(0, ("endpoint", "in this process" if settings.is_embedded else settings.endpoint, ""))
        if json_:
            typer.echo(json.dumps({name: {"value": value, "from": origin} for name, value, origin in rows}, indent=2))
            return
        widths = [max(len(str(row[column])) for row in rows) for column in (0, 1)]
        for name, value, origin in rows:
            line = f"{name.ljust(widths[0])}  {_text(value).ljust(min(widths[1], 60))}  {origin}"
            typer.echo(printable(line.rstrip()))
        path = config_file()
        note(f"config file: {path}{'' if path.exists() else ' (there is none)'}")


def _shown(settings: Settings, name: str) -> Any:
    """A value that may be read over one's shoulder."""
    value = getattr(settings, name)
    if name in ("api_key", "openai_api_key"):
        return _masked(value.get_secret_value()) if value else None
    if name == "headers":
        return {header: _masked(secret.get_secret_value()) for header, secret in value.items()}
    if name == "proxy" and value:
        scheme, _, address = value.get_secret_value().rpartition("://")
        return f"{scheme}://{address.rpartition('@')[2]}"
    return value


def _masked(secret: str) -> str:
    """The last four characters of a long secret, by which one knows one's own; nothing of a short one."""
    return f"…{secret[-4:]}" if len(secret) >= 20 else "…"


def _text(value: Any) -> str:
    import json

    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
