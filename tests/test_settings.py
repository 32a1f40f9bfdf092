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
        ({"base_url": "http://host:99999/v1"}, {}, "whole address"),
        ({"base_url": "http://host:port/v1"}, {}, "whole address"),
        ({"base_url": "http://host/v1?key=1"}, {}, "leave out what follows"),
        ({"extra_body": '{"messages": []}'}, {}, "the article goes there"),
        ({"extra_body": '{"stream": true}'}, {}, "answers are read whole"),
        ({"extra_body": '{"model": "other"}'}, {}, "pass --model"),
        ({"extra_body": '{"a": NaN}'}, {}, "what JSON cannot"),
        ({"headers": ["Content-Length: 3"]}, {}, "how a request is sent"),
        ({"model": "m"}, {"HTTPS_PROXY": "ftp://host"}, "HTTPS_PROXY.*http://HOST:PORT"),
        ({"model": "m"}, {"HTTPS_PROXY": "http://[::1"}, "http://HOST:PORT"),
    ],
)
def test_a_value_that_does_not_fit_is_named(flags: dict[str, object], environment: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        resolve_settings(flags, environment)


def test_offline_at_a_base_url_is_a_server() -> None:
    assert not Settings(model="offline", base_url="http://127.0.0.1:8642/v1").is_embedded


def test_a_dotenv_file_is_weaker_than_the_environment_and_stronger_than_the_config_file() -> None:
    settings = resolve_settings(
        {}, {"CLAIMX_SEED": "1"}, {"seed": 3, "reasks": 3}, {"CLAIMX_SEED": "2", "CLAIMX_REASKS": "2"}
    )
    assert (settings.seed, settings.reasks) == (1, 2)


@pytest.mark.parametrize(
    ("dotenv", "environment"),
    [
        ({"CLAIMX_BASE_URL": "http://evil.example/v1"}, {"CLAIMX_API_KEY": "k"}),
        ({"OPENAI_BASE_URL": "http://evil.example/v1"}, {"OPENAI_API_KEY": "k"}),
        ({"CLAIMX_PROXY": "http://evil.example:8080"}, {"OPENAI_API_KEY": "k"}),
        ({"CLAIMX_SEND_OPENAI_KEY": "1"}, {"OPENAI_API_KEY": "k", "CLAIMX_BASE_URL": "http://mine.example/v1"}),
        ({"CLAIMX_BASE_URL": "http://evil.example/v1"}, {"CLAIMX_HEADERS": '{"X-Key": "k"}'}),
    ],
)
def test_a_dotenv_file_cannot_send_a_key_that_is_not_its_own(
    dotenv: dict[str, str], environment: dict[str, str]
) -> None:
    """It lies in the working folder, which may be somebody else's folder of articles."""
    with pytest.raises(UsageError, match=r"\.env sets"):
        resolve_settings({"model": "m"}, environment, dotenv=dotenv)


def test_a_dotenv_file_may_name_a_server_that_no_key_goes_to() -> None:
    settings = resolve_settings({"model": "m"}, {"OPENAI_API_KEY": "k"}, dotenv={"CLAIMX_SERVER": "ollama"})
    assert settings.key is None


def test_a_dotenv_file_may_name_an_address_and_the_key_for_it() -> None:
    dotenv = {"CLAIMX_BASE_URL": "http://mine.example/v1", "CLAIMX_API_KEY": "k"}
    settings = resolve_settings({"model": "m"}, {"OPENAI_API_KEY": "sk-1"}, dotenv=dotenv)
    assert (settings.endpoint, settings.key) == ("http://mine.example/v1", "k")


def test_a_server_by_name_has_its_usual_address_unless_one_is_given() -> None:
    assert resolve_settings({"model": "m", "server": "ollama"}).endpoint == "http://127.0.0.1:11434/v1"
    assert (
        resolve_settings({"model": "m", "server": "ollama", "base_url": "http://gpu:1/v1"}).endpoint
        == "http://gpu:1/v1"
    )
    named = resolve_settings({"model": "m", "server": "vllm"}, {"CLAIMX_BASE_URL": "http://gpu:1/v1"})
    assert named.endpoint == "http://127.0.0.1:8000/v1"


def test_openais_key_does_not_go_to_a_server_by_name() -> None:
    assert resolve_settings({"model": "m", "server": "ollama"}, {"OPENAI_API_KEY": "sk-1"}).key is None


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ({"X-Team": "desk"}, {"X-Team": "desk"}),
        ('{"X-Team": "desk"}', {"X-Team": "desk"}),
        (["X-Team: desk", "X-Key:  a:b "], {"X-Team": "desk", "X-Key": "a:b"}),
    ],
)
def test_headers_are_a_table_json_or_lines(given: object, headers: dict[str, str]) -> None:
    settings = resolve_settings({"headers": given})
    assert {name: value.get_secret_value() for name, value in settings.headers.items()} == headers
    assert "desk" not in repr(settings)


@pytest.mark.parametrize("given", [["X-A: b\r\nX-Evil: 1"], {"X A": "b"}, ["X-Ä: b"], ["no colon"], "{", 5])
def test_a_header_that_is_none_is_refused_without_showing_it(given: object) -> None:
    with pytest.raises(UsageError, match="headers"):
        resolve_settings({"headers": given})


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:1"}, "http://small:1"),
        ({"ALL_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://proxy:3128"}, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "gpu.example"}, None),
    ],
)
def test_a_proxy_is_taken_from_the_environment_as_curl_does(environment: dict[str, str], proxy: str | None) -> None:
    found = resolve_settings({"model": "m", "base_url": "https://gpu.example/v1"}, environment).proxy
    assert (found and found.get_secret_value()) == proxy


def test_the_password_of_a_proxy_is_not_shown() -> None:
    settings = resolve_settings({"model": "m"}, {"HTTPS_PROXY": "http://ann:secret@proxy:3128"})
    assert settings.proxy is not None
    assert "secret" not in f"{settings!r} {settings.model_dump_json()}"


def test_the_offline_model_needs_no_proxy() -> None:
    assert resolve_settings({}, {"ALL_PROXY": "http://proxy:3128"}).proxy is None


def test_an_organisation_of_the_environment_is_known() -> None:
    settings = resolve_settings({"model": "m"}, {"OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj-1"})
    assert (settings.organization, settings.project) == ("org-1", "proj-1")
