"""`claimx doctor` and `claimx config show` as people use them, and what a run does with what was found."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from claimx.cli.options import _Server
from claimx.model.probe import look_around
from claimx.settings import SERVERS
from tests.servers.doubles import serve
from tests.test_cli import run, served

SHORT = "Harbour master Ida Brandt said on Tuesday the quay was open. “We are glad,” she told reporters.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "quay.txt"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_the_table_has_the_evidence_the_mode_and_what_to_change() -> None:
    with serve("ollama") as double:
        done = run("doctor", "--base-url", double.base_url, COLUMNS="120")
    assert done.returncode == 1
    for told in ("Ollama", "did not say so", "Mode: json_schema", "Chunks: ", "OLLAMA_CONTEXT_LENGTH=16384"):
        assert told in done.stdout
    assert "model: qwen3:8b, the one that" in done.stderr


def test_a_server_with_nothing_wrong_exits_with_0_and_the_findings_as_json() -> None:
    with serve("good") as double:
        done = run("doctor", "--base-url", double.base_url, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["mode"] == "json_schema"
    assert {"server", "model", "usage", "json_schema", "tools", "long prompt", "burst"} <= {
        check["name"] for check in found["checks"]
    }


@pytest.mark.parametrize(
    ("kind", "told"),
    [("refused", "No model server at"), ("key required", "Check the API key"), ("login page", "web page")],
)
def test_a_server_that_gives_no_answer_is_one_sentence(kind: str, told: str) -> None:
    with serve(kind) as double:
        done = run("doctor", "--base-url", double.base_url, "-m", "toy")
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_model_is_an_error_that_lists_those_there_are() -> None:
    with serve("fussy") as double:
        done = run("doctor", "--base-url", double.base_url, "-m", "third")
    assert done.returncode == 1
    assert "one, another" in done.stderr


def test_the_served_offline_model_passes_with_all_it_claims() -> None:
    with served() as address:
        done = run("doctor", "--base-url", address, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert all(check["verdict"] == "ok" for check in found["checks"])
    assert {"json_schema", "tools", "json_object", "JSON by prompt"} <= {check["name"] for check in found["checks"]}


def test_a_place_where_nothing_listens_is_passed_over() -> None:
    with serve("ollama") as there, serve("refused") as nobody:
        found = asyncio.run(look_around([nobody.base_url, there.base_url]))
    assert [(place.endpoint, place.models) for place in found] == [(there.base_url, ("qwen3:8b",))]
    assert found[0].server.startswith("Ollama")


def test_every_server_that_has_a_usual_address_is_an_option() -> None:
    assert [server.value for server in _Server] == list(SERVERS)


def test_a_run_says_what_it_found_and_asks_in_that_mode(article: Path, tmp_path: Path) -> None:
    with serve("transformers serve") as double:
        done = run("extract", article, "--base-url", double.base_url, "-m", "toy", XDG_CACHE_HOME=str(tmp_path))
        asked = double.requests[-1]
    assert done.returncode == 0
    assert "md_json mode" in done.stderr
    assert "response_format" not in asked
    assert json.loads(done.stdout.splitlines()[0])["speaker"]["name"] == "Ida Brandt"


def test_a_chosen_mode_is_taken_without_a_trial(article: Path) -> None:
    with serve("good") as double:
        run("extract", article, "--base-url", double.base_url, "-m", "toy", "--mode", "tools")
        assert len(double.requests) == 1
        assert double.requests[0]["tool_choice"] == "required"


def test_prompts_that_a_server_cut_are_sent_again_in_pieces_and_the_fix_is_named() -> None:
    article = Path(__file__).parents[1] / "seeds" / "articles" / "00-borrell-lavrov.md"
    with serve("ollama", window=2200) as double:
        done = run("extract", article, "--base-url", double.base_url, "-m", "qwen3:8b", "--mode", "json_schema")
    whole = run("extract", article)
    assert done.returncode == 0
    assert "cut by the server without a word" in done.stderr
    assert "OLLAMA_CONTEXT_LENGTH=16384" in done.stderr
    ids = {json.loads(line)["id"] for line in done.stdout.splitlines()}
    assert len(ids & {json.loads(line)["id"] for line in whole.stdout.splitlines()}) > 0.9 * len(ids)


def test_headers_extra_body_and_top_p_go_out(article: Path) -> None:
    with serve("key required", key="s3cret") as double:
        flags = ("--header", "Authorization: Bearer s3cret", "--extra-body", '{"top_k": 40}', "--top-p", "0.9")
        done = run("extract", article, "--base-url", double.base_url, "-m", "toy", "--mode", "json_schema", *flags)
        assert double.requests[0]["top_k"] == 40
        assert double.requests[0]["top_p"] == 0.9
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--extra-body", "top_k=40"), "JSON object"),
        (("--extra-body", "[1]"), "extra-body"),
        (("--header", "no colon"), "'Name: value'"),
        (("--mode", "xml"), "mode 'xml'"),
    ],
)
def test_an_option_that_makes_no_sense_is_said_in_one_line(article: Path, flags: tuple[str, ...], told: str) -> None:
    done = run("extract", article, "--base-url", "http://127.0.0.1:9/v1", "-m", "m", *flags)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_is_none_is_said_in_one_line(article: Path, content: str | None) -> None:
    authorities = article.with_suffix(".pem")
    if content:
        authorities.write_text(content, encoding="utf-8")
    done = run("doctor", "--base-url", "https://127.0.0.1:9/v1", "-m", "m", SSL_CERT_FILE=str(authorities))
    assert done.returncode == 2
    assert f"SSL_CERT_FILE={authorities}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_config_show_tells_where_each_setting_comes_from_and_no_key(tmp_path: Path) -> None:
    (tmp_path / "claimx").mkdir()
    (tmp_path / "claimx" / "config.toml").write_text('concurrency = 3\nbase_url = "http://gpu:8000/v1"\n')
    done = run(
        "config", "show", "--seed", "7",
        XDG_CONFIG_HOME=str(tmp_path), CLAIMX_MODEL="qwen3:8b", CLAIMX_API_KEY="sk-a-very-long-secret-1234",
        CLAIMX_HEADERS='{"X-Token": "hush"}',
    )  # fmt: skip
    assert done.returncode == 0
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()}
    assert lines["seed"] == "7 --seed"
    assert lines["concurrency"] == "3 config file: concurrency"
    assert lines["model"] == "qwen3:8b environment: CLAIMX_MODEL"
    assert lines["endpoint"] == "http://gpu:8000/v1"
    assert lines["timeout_s"] == "120 default"
    assert lines["api_key"].startswith("…1234")
    assert "very-long" not in done.stdout + done.stderr
    assert "hush" not in done.stdout + done.stderr


def test_a_setting_that_does_not_exist_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "claimx").mkdir()
    (tmp_path / "claimx" / "config.toml").write_text("concurency = 3\n")
    done = run("config", "show", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "concurency (config file) is no setting; did you mean concurrency?" in done.stderr


def test_an_address_without_v1_is_not_called_empty() -> None:
    with served() as address:
        done = run("doctor", "--base-url", address.removesuffix("/v1"))
    assert done.returncode == 1
    assert "most servers want it to end in /v1" in done.stderr


def test_openai_without_a_key_is_not_asked() -> None:
    done = run("doctor", "-m", "gpt-5")
    assert done.returncode == 2
    assert "no API key for gpt-5" in done.stderr
