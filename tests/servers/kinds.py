"""The servers that claimx is tested against, one a row: each with the habit that makes it hard to work with.

Where a row names a server, it was seen to behave so, or its documentation or its issue tracker says so.
"""

from __future__ import annotations

from tests.servers.behaviour import (
    Behaviour,
    bare_error,
    detail_error,
    flat_error,
    numbered_error,
    openai_error,
)

_LOGIN = b"<!doctype html><title>Sign in</title><form>Please sign in to use the network.</form>"
_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_LATIN = b'{"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "caf\xe9"}}]}'

KINDS: dict[str, Behaviour] = {
    "good": Behaviour("Does all that is asked of it, as OpenAI's own servers do."),
    # --- by name
    "ollama": Behaviour(
        "Ollama: cuts a prompt that is longer than num_ctx at its beginning and answers 200, with prompt_tokens near "
        "num_ctx / 2 (ollama#17427); takes tool_choice for a suggestion (ollama#17921).",
        models=("qwen3:8b",),
        owned_by="library",
        tells_window="ps",
        is_fussy_about_models=True,
        window=4096,
        overflow="truncate",
        named_choice="auto",
        required="auto",
        strict_arguments="never",
    ),
    "ollama without grammar": Behaviour(
        "Ollama on a back end that ignores response_format (ollama#17013, ollama#12362).",
        models=("qwen3:8b",),
        owned_by="library",
        tells_window="ps",
        window=16_384,
        overflow="truncate",
        json_schema="ignore",
        json_object="ignore",
        named_choice="auto",
        required="auto",
        strict_arguments="never",
        style="fenced",
    ),
    "transformers serve": Behaviour(
        "transformers serve: accepts any response_format and ignores it, has no overflow, answers 500 to a question "
        "for its models, and complains as FastAPI does.",
        models_status=500,
        overflow="take",
        json_schema="ignore",
        json_object="ignore",
        has_tools=False,
        error=detail_error,
        style="fenced",
    ),
    "lm studio": Behaviour(
        "LM Studio: refuses a tool_choice that is an object (lmstudio-bug-tracker#670) and json_object (#189), with "
        "errors that are bare strings.",
        models=("qwen/qwen3-8b",),
        owned_by="organization_owner",
        tells_window="v0",
        json_object="refuse",
        named_choice="refuse",
        overflow="take",
        error=bare_error,
    ),
    "llama.cpp": Behaviour(
        "llama.cpp: ignores a tool_choice that is an object, tells its window at /props, and answers 500 where a "
        "model's output does not parse, in 1 to 3 % of replies (llama.cpp#26381).",
        owned_by="llamacpp",
        tells_window="props",
        window=8192,
        overflow_message="request ({tokens} tokens) exceeds the available context size ({window} tokens), "
        "try increasing it",
        overflow_type="exceed_context_size_error",
        named_choice="auto",
        error=numbered_error,
        bad_output_every=50,
    ),
    "vllm": Behaviour(
        "vLLM: tells max_model_len among its models, lets a tool's arguments run free unless the function is strict, "
        "and puts what a model thinks into `reasoning`.",
        models=("Qwen/Qwen3-8B",),
        owned_by="vllm",
        tells_window="models",
        is_fussy_about_models=True,
        window=8192,
        overflow_message="This model's maximum context length is {window} tokens. However, your request has {tokens} "
        "input tokens. Please reduce the length of the input messages.",
        overflow_type="BadRequestError",
        strict_arguments="if strict",
        error=numbered_error,
        reasoning_field="reasoning",
    ),
    "sglang": Behaviour(
        "SGLang: an error is flat, and says of a prompt that it is longer than the context.",
        models=("Qwen/Qwen3-8B",),
        owned_by="sglang",
        tells_window="models",
        window=8192,
        overflow_message="The input ({tokens} tokens) is longer than the model's context length ({window} tokens).",
        overflow_type="BadRequestError",
        error=flat_error,
        reasoning_field="reasoning_content",
    ),
    "mlx": Behaviour(
        "mlx_lm.server: knows neither tools nor response_format, and ends every answer after 512 tokens unless "
        "max_tokens says otherwise.",
        overflow="take",
        max_tokens=512,
        json_schema="ignore",
        json_object="ignore",
        has_tools=False,
        error=bare_error,
    ),
    # --- by defect
    "no usage": Behaviour("A gateway that does not say what a reply cost.", has_usage=False),
    "no choices": Behaviour("A gateway whose replies hold an empty list of choices.", choices="none"),
    "missing choices": Behaviour("A gateway whose replies have no choices at all.", choices="missing"),
    "only thinking": Behaviour(
        "A reasoning model that was cut off while it thought: its content is empty (llama.cpp, vLLM).",
        style="only thinking",
    ),
    "answer among thoughts": Behaviour(
        "vLLM with a reasoning parser and a model that does not think: the answer lands in `reasoning`, content is null.",
        reasoning_field="reasoning",
        style="answer among thoughts",
    ),
    "thinking aloud": Behaviour(
        "A reasoning model behind a server without a reasoning parser: <think>, a JSON object that is none, the answer.",
        json_schema="ignore",
        json_object="ignore",
        has_tools=False,
        style="thinking",
    ),
    "fenced": Behaviour(
        "A chat model without grammar: prose, braces in the prose, a fence, the answer, more prose.",
        json_schema="ignore",
        json_object="ignore",
        has_tools=False,
        style="fenced",
    ),
    "tool calls as text": Behaviour(
        "A server without the model's tool parser: <tool_call> stands in the content (lmstudio-bug-tracker#2115).",
        json_schema="ignore",
        json_object="ignore",
        style="tool as text",
    ),
    "extra keys": Behaviour(
        "A model without grammar that adds keys of its own.",
        json_schema="ignore",
        json_object="ignore",
        has_tools=False,
        style="extra keys",
    ),
    "rate limited": Behaviour(
        "A gateway that turns away what is more than two requests at once, and says when to come again.",
        most_at_once=2,
    ),
    "key required": Behaviour("A server with a key: 401 without it.", key="sk-a-key-for-tests"),
    "fussy": Behaviour(
        "A server that knows its models by name: 404 for others.",
        models=("one", "another"),
        is_fussy_about_models=True,
        error=openai_error,
    ),
    "login page": Behaviour(
        "A captive portal: 200 and a page of HTML to everything.", body=_LOGIN, content_type="text/html"
    ),
    "redirect": Behaviour(
        "A gateway that wants a sign-in first: 302 to a page of its own.",
        body=b"",
        status=302,
        location="/sign-in",
        content_type="text/html",
    ),
    "bad gateway": Behaviour(
        "A reverse proxy whose server is away: 502 and a page of HTML.",
        body=_GATEWAY,
        status=502,
        content_type="text/html",
    ),
    "loading": Behaviour(
        "llama.cpp while it still loads its model: 503 to the first requests.", error=numbered_error, loading_for=2
    ),
    "not utf-8": Behaviour("A server whose JSON is in Latin-1.", body=_LATIN),
    "slow": Behaviour("A model that takes half a second to answer.", latency_s=0.5),
    "without json_schema": Behaviour(
        "An older server: json_schema is refused, tools and json_object are taken.", json_schema="refuse"
    ),
}
