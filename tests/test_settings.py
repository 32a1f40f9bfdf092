"""Where a setting comes from, and where a key goes."""

from __future__ import annotations

import pytest

from claimx.errors import UsageError
from claimx.settings import Settings, resolve_settings


def test_flag_beats_claimx_beats_openai_beats_file_beats_default() -> None:
    environment = {"CLAIMX_MODEL": "env", "OPENAI_BASE_URL": "https://proxy.example/v1", "CLAIMX_SEED": "4"}
    settings = resolve_settings({"model": "flag", "seed": None}, environment, {"model": "file", "concurrency": 3})
    assert (settings.model, settings.seed, settings.concurrency, settings.chunk_tokens) == ("flag", 4, 3, 1800)
    assert settings.endpoint == "https://proxy.example/v1"


def test_a_key_does_not_change_the_model() -> None:
    assert resolve_settings({}, {"OPENAI_API_KEY": "sk-1"}).is_embedded


@pytest.mark.parametrize(
    ("flags", "environment", "key"),
    [
        ({"model": "m"}, {"OPENAI_API_KEY": "sk-1"}, "sk-1"),
        ({"model": "m", "base_url": "http://127.0.0.1:1/v1"}, {"OPENAI_API_KEY": "sk-1"}, None),
        ({"model": "m", "base_url": "https://api.openai.com.evil.example/v1"}, {"OPENAI_API_KEY": "sk-1"}, None),
        ({"model": "m", "base_url": "http://api.openai.com/v1"}, {"OPENAI_API_KEY": "sk-1"}, None),
        (
            {"model": "m", "base_url": "http://127.0.0.1:1/v1", "send_openai_key": True},
            {"OPENAI_API_KEY": "sk-1"},
            "sk-1",
        ),
        ({"model": "m"}, {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://proxy.example/v1"}, "sk-1"),
        ({"model": "m"}, {"OPENAI_API_KEY": "sk-1", "CLAIMX_BASE_URL": "https://proxy.example/v1"}, None),
        ({"model": "m", "base_url": "http://127.0.0.1:1/v1"}, {"CLAIMX_API_KEY": "k"}, "k"),
        ({}, {"CLAIMX_API_KEY": "k", "OPENAI_API_KEY": "sk-1"}, None),
    ],
)
def test_openais_key_goes_to_openai_alone_unless_the_user_says_so(
    flags: dict[str, object], environment: dict[str, str], key: str | None
) -> None:
    assert resolve_settings(flags, environment).key == key


def test_a_key_is_not_shown() -> None:
    settings = resolve_settings({}, {"CLAIMX_API_KEY": "sk-secret", "OPENAI_API_KEY": "sk-other"})
    assert "sk-" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("flags", "environment", "told"),
    [
        ({"concurrency": 0}, {}, "concurrency 0 .command line."),
        ({}, {"CLAIMX_TEMPERATURE": "hot"}, "temperature 'hot' .environment."),
        ({"base_url": "127.0.0.1:8080"}, {}, "whole address"),
        ({"base_url": "http://[::1/v1"}, {}, "whole address"),
        ({"base_url": "http://ann:secret@host/v1"}, {}, "leave user name and password out"),
        ({"model": "m", "base_url": "http://host/v1"}, {"CLAIMX_API_KEY": "sk-…"}, "copied whole"),
        ({"mode": "xml"}, {}, "mode 'xml'"),
        ({"nonsense": 1}, {}, "nonsense"),
    ],
)
def test_a_value_that_does_not_fit_is_named(flags: dict[str, object], environment: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        resolve_settings(flags, environment)


def test_offline_at_a_base_url_is_a_server() -> None:
    assert not Settings(model="offline", base_url="http://127.0.0.1:8642/v1").is_embedded
