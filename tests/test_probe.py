"""What an endpoint can do is found out from what it does, not from what it says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from claimx import Article, extract
from claimx.errors import ModelRefused, ModelUnreachable
from claimx.model.probe import Cache, Finding, Findings, fit, probe, suit
from claimx.settings import Settings
from tests.servers.app import Double
from tests.servers.doubles import serve
from tests.servers.llama import LlamaServer


def look(double: Double, *, is_thorough: bool = True, **changes: Any) -> Findings:
    return asyncio.run(probe(settings_of(double, **changes), is_thorough=is_thorough))


def settings_of(double: Double, **changes: Any) -> Settings:
    return Settings(**{"model": double.behaviour.models[0], "base_url": double.base_url, "timeout_s": 20, **changes})


def by_name(findings: Findings) -> dict[str, Finding]:
    return {check.name: check for check in findings.checks}


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("good", "json_schema"),
        ("ollama", "json_schema"),
        ("ollama without grammar", "md_json"),
        ("transformers serve", "md_json"),
        ("lm studio", "json_schema"),
        ("llama.cpp", "json_schema"),
        ("vllm", "json_schema"),
        ("sglang", "json_schema"),
        ("mlx", "md_json"),
        ("no usage", "json_schema"),
        ("answer among thoughts", "json_schema"),
        ("thinking aloud", "md_json"),
        ("tool calls as text", "tools"),
        ("without json_schema", "tools"),
        ("rate limited", "json_schema"),
    ],
)
@pytest.mark.parametrize("is_thorough", [False, True])
def test_the_best_mode_that_works_is_chosen(kind: str, mode: str, is_thorough: bool) -> None:
    with serve(kind) as double:
        findings = look(double, is_thorough=is_thorough)
    assert findings.mode == mode
    assert findings.why


def test_json_object_is_taken_where_schemas_and_tools_are_not() -> None:
    with serve("good", json_schema="ignore", has_tools=False) as double:
        assert look(double).mode == "json"


@pytest.mark.parametrize(
    ("kind", "server", "window"),
    [("ollama", "Ollama", 4096), ("llama.cpp", "llama.cpp", 8192), ("vllm", "vLLM", 8192), ("sglang", "SGLang", 8192)],
)
def test_a_server_is_known_by_what_only_it_serves(kind: str, server: str, window: int) -> None:
    with serve(kind) as double:
        findings = look(double, is_thorough=False)
    assert (findings.server or "").startswith(server)
    assert findings.window == window


@pytest.mark.parametrize(
    ("kind", "check", "verdict", "evidence"),
    [
        ("ollama", "too long prompt", "problem", "did not say so"),
        ("transformers serve", "json_schema", "lacking", "ignored"),
        ("lm studio", "tool by name", "lacking", "400: Invalid tool_choice"),
        ("lm studio", "json_object", "lacking", "400"),
        ("llama.cpp", "tool by name", "lacking", "ignored"),
        ("no usage", "usage", "lacking", "does not tell"),
        ("only thinking", "JSON by prompt", "problem", "ignored"),
        ("vllm", "reasoning", "ok", "in reasoning"),
        ("rate limited", "burst", "lacking", "429"),
    ],
)
def test_each_defect_is_named_with_its_evidence(kind: str, check: str, verdict: str, evidence: str) -> None:
    with serve(kind) as double:
        found = by_name(look(double))[check]
    assert found.verdict == verdict
    assert evidence in found.evidence


def test_a_prompt_cut_by_a_server_that_hides_its_window_is_noticed() -> None:
    with serve("ollama", tells_window=None, window=2048) as double:
        found = by_name(look(double))["long prompt"]
    assert found.verdict == "problem"
    assert "cuts prompts without a word" in (found.advice or "")


def test_ollama_is_told_how_to_get_a_larger_window() -> None:
    with serve("ollama") as double:
        advice = " ".join(check.advice or "" for check in look(double).problems)
    assert "Ollama cuts prompts at 4,096 tokens: set OLLAMA_CONTEXT_LENGTH=16384" in advice


def test_an_automatic_probe_costs_little() -> None:
    with serve("good") as double:
        look(double, is_thorough=False)
        requests = double.requests
    assert len(requests) <= 6
    assert sum(body.get("max_tokens", 10_000) for body in requests) <= 300


def test_the_word_of_a_canary_is_nowhere_in_the_prompt() -> None:
    with serve("good") as double:
        look(double, is_thorough=False)
    asked = next(body for body in double.requests if body.get("response_format", {}).get("type") == "json_schema")
    nonce = asked["response_format"]["json_schema"]["schema"]["properties"]["word"]["const"]
    assert nonce not in json.dumps(asked["messages"])


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        ("key required", ModelRefused, "401"),
        ("login page", ModelRefused, "web page"),
        ("missing choices", ModelRefused, "no choices"),
        ("refused", ModelUnreachable, "No model server"),
        ("tls", ModelUnreachable, "SSL_CERT_FILE"),
    ],
)
def test_an_endpoint_that_gives_no_answer_is_an_error_in_one_sentence(kind: str, error: Any, told: str) -> None:
    with serve(kind) as double, pytest.raises(error, match=told):
        look(double)


def test_a_key_is_not_in_what_was_found() -> None:
    with serve("key required") as double, pytest.raises(ModelRefused) as raised:
        look(double, api_key="sk-not-the-right-one-at-all")
    assert "sk-not" not in str(raised.value)


def test_chunks_fit_the_window_unless_the_user_has_chosen() -> None:
    findings = Findings(endpoint="http://x/v1", model="m", mode="tools", largest_chunk=700, tokens_per_estimate=1.2)
    free = fit(Settings(model="m", base_url="http://x/v1"), findings)
    assert (free.mode, free.chunk_tokens, free.tokens_per_estimate) == ("tools", 700, 1.2)
    chosen = fit(Settings(model="m", base_url="http://x/v1", mode="json", chunk_tokens=900), findings)
    assert (chosen.mode, chosen.chunk_tokens) == ("json", 900)


def test_a_server_is_tried_out_once_a_day(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "probes")
    with serve("transformers serve") as double:
        settings = settings_of(double)
        first, _ = asyncio.run(suit(settings, cache))
        asked = len(double.requests)
        again, _ = asyncio.run(suit(settings, cache))
        assert len(double.requests) == asked > 0
    assert first.mode == again.mode == "md_json"


def test_what_was_found_yesterday_is_old_but_not_for_a_run_that_goes_on(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    settings = Settings(model="m", base_url="http://127.0.0.1:9/v1")
    cache.keep(settings, Findings(endpoint=settings.endpoint, model="m", mode="tools"), now_s=0)
    assert cache.find(settings, now_s=23 * 3600)
    assert cache.find(settings, now_s=25 * 3600) is None
    assert cache.find(settings, now_s=25 * 3600, is_any_age=True)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"at": 1, "findings": {}}', b"\xff\xfe", b'{"at": "x"}'])
def test_a_spoilt_memory_is_no_memory(tmp_path: Path, content: bytes) -> None:
    cache = Cache(tmp_path)
    settings = Settings(model="m", base_url="http://127.0.0.1:9/v1")
    cache.keep(settings, Findings(endpoint=settings.endpoint, model="m"), now_s=1)
    next(tmp_path.iterdir()).write_bytes(content)
    assert cache.find(settings, now_s=2) is None


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    cache = Cache(in_the_way / "probes")
    settings = Settings(model="m", base_url="http://127.0.0.1:9/v1")
    cache.keep(settings, Findings(endpoint=settings.endpoint, model="m"), now_s=1)
    assert cache.find(settings, now_s=1) is None


@pytest.mark.parametrize(
    "changes",
    [{"mode": "json_schema"}, {"max_requests": 5}, {"base_url": None, "model": "offline"}, {"base_url": None}],
)
def test_nothing_is_tried_out_where_it_would_not_be_wanted(tmp_path: Path, changes: dict[str, Any]) -> None:
    with serve("good") as double:
        suited, findings = asyncio.run(suit(settings_of(double, **changes), Cache(tmp_path)))
        assert double.requests == []
    assert findings is None
    assert suited.mode in ("auto", "json_schema")


def test_a_busy_server_is_asked_without_a_trial_and_not_remembered(tmp_path: Path) -> None:
    with serve("good", most_at_once=0) as double:
        suited, findings = asyncio.run(suit(settings_of(double), Cache(tmp_path)))
    assert (suited.mode, findings) == ("auto", None)
    assert list(tmp_path.iterdir()) == []


def test_llama_cpp_is_found_with_its_window_and_its_grammar(llama: LlamaServer) -> None:
    findings = asyncio.run(probe(Settings(model="tiny", base_url=llama.base_url), is_thorough=True))
    assert (findings.server or "").startswith("llama.cpp")
    assert findings.window == 16_384
    assert findings.mode == "json_schema"
    assert {"json_schema", "answer schema", "tools"} <= {
        check.name for check in findings.checks if check.verdict == "ok"
    }


@pytest.mark.parametrize("mode", ["json", "md_json"])
def test_llama_cpp_is_given_the_schema_in_the_loose_modes_too(llama: LlamaServer, tmp_path: Path, mode: str) -> None:
    suited, _ = asyncio.run(suit(Settings(model="tiny", base_url=llama.base_url, mode=mode), Cache(tmp_path)))
    assert suited.mode == mode
    assert "claims" in suited.extra_body["json_schema"]["properties"]


def test_from_python_a_server_is_tried_out_as_well() -> None:
    article = Article(id="a", text="Harbour master Ida Brandt said the quay was open.", published="2026-05-04")
    with serve("transformers serve") as double:
        extraction = extract(article, settings_of(double))
        assert "response_format" not in double.requests[-1]
    assert extraction.claims[0].speaker is not None
    assert extraction.claims[0].speaker.name == "Ida Brandt"
