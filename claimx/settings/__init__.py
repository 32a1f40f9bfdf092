"""Everything that decides how a run goes, and where it comes from."""

from claimx.settings.resolving import Layer, layers, resolve_settings
from claimx.settings.values import OFFLINE, OPENAI_BASE_URL, OWN_SERVER, SERVERS, Mode, Server, Settings

__all__ = [
    "OFFLINE",
    "OPENAI_BASE_URL",
    "OWN_SERVER",
    "SERVERS",
    "Layer",
    "Mode",
    "Server",
    "Settings",
    "layers",
    "resolve_settings",
]
