"""A language model of a few hundred kilobytes that llama.cpp really runs: it recites a text, and ends.

Attention and feed-forward are zero, so each next token depends on the last one alone: a Markov chain whose states are
written into the embeddings, and its preferences into the output matrix. The text to recite is cut into tokens that
occur once, so that it can be followed to its end whether a grammar holds the decoder or not. Where a grammar asks for
something else, the model writes the shortest thing that is allowed: one letter a string, one item a list.

Source: GGUF, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; byte-level BPE as in GPT-2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]

END, CALL, CALL_END = "<|im_end|>", "<tool_call>", "</tool_call>"
_CONTROL = ("<|endoftext|>", "<|im_start|>", END)
# ChatML with tools as the Qwen models have them. An answer begins behind a space, or behind a line break if there
# are tools: the one thing the model knows of what it was asked.
_TEMPLATE = r"""
{%- if tools %}{{- '<|im_start|>system\nCall one of these functions, as <tool_call>\n' }}
{{- '{"name": <name>, "arguments": <object>}\n</tool_call>:' }}
{%- for tool in tools %}{{- '\n' + (tool | tojson) }}{%- endfor %}
{{- '<|im_end|>\n' }}{%- endif %}
{%- for message in messages %}
{{- '<|im_start|>' + ('user' if message.role == 'tool' else message.role) + '\n' }}
{%- if message.reasoning_content %}{{- '<think>\n' + message.reasoning_content + '\n</think>\n\n' }}{%- endif %}
{{- message.content or '' }}
{%- for call in message.tool_calls or [] %}
{{- '\n<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' }}
{{- call.function.arguments | tojson }}{{- '}\n</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant' + ('\n' if tools else ' ') }}{%- endif %}"""

# What a state likes to be followed by, best first, where it has nothing to recite. Letters come before what closes,
# so that no string is empty; what closes comes before what goes on, so that everything ends.
_LETTERS = "eatoinsrhldcumfpgwybvkxjqz"
_CLOSING = ']},:"'
_HABITS = {
    '"': _LETTERS + _CLOSING,
    "letter": '"' + _LETTERS + "]},: ",
    "digit": '"]},' + "0123456789",
    "open": '"{[1' + _LETTERS + "]}",
    "comma": '"{[1' + _LETTERS,
    # A line break ends a tool call, where a comma would begin another.
    "close": "]}\n,",
    "other": '"{[1' + _LETTERS + "]},:",
}
_CONTEXT_TOKENS = 65_536
_MERGES = 500


def write_toy_model(path: Path, says: str, *, over_and_over: str = "") -> Path:
    """Write a GGUF file whose model says `says` to everything; the same bytes every time.

    Args:
        path: Where to write.
        says: What to recite, at least three words or marks.
        over_and_over: A part of it, of three words or marks at least, that the model cannot leave once it is there.
    """
    import gguf
    import numpy as np

    merges = learn_merges((_ROOT / "prompts" / "extract.md").read_text(encoding="utf-8"), _MERGES)
    # From here on one character stands for one byte.
    pieces: list[str] = []
    bounds = []
    for part in says.partition(over_and_over or says):
        pieces += cut_once_each(part.encode().decode("latin-1"), pieces)
        bounds.append(len(pieces))
    reading = [chr(byte) for byte in range(256)]
    merged = [piece for pair in merges if (piece := "".join(pair)) not in pieces and len(piece) > 1]
    tokens = [*_CONTROL, CALL, CALL_END, *reading, *merged, *(piece for piece in pieces if len(piece) > 1)]
    number = {token: index for index, token in enumerate(tokens)}

    states = [*_HABITS, "answer", "call", "called", "done", *pieces]
    liking = np.full((len(tokens), len(states)), -40.0, np.float32)

    def prefer(state: str, token: str, strength: float) -> None:
        liking[number[token], states.index(state)] = strength

    for state in states:
        prefer(state, END, -5)
        habits = _HABITS.get(state) or _HABITS[_kind(state[-1]) if state in pieces else "other"]
        for rank, letter in enumerate(habits):
            prefer(state, letter, -rank / 2)
    for state in ("answer", "open", "comma", "other"):
        prefer(state, pieces[0], 20)
    # Where a call has begun, the grammar forbids to begin another.
    prefer("call", CALL, 20)
    prefer("call", CALL_END, 10)
    prefer("called", "\n", 20)
    prefer("done", END, 20)
    for piece, following in pairwise(pieces):
        prefer(piece, following, 20)
    # Within a tool call the grammar wants the call closed before it lets the answer end.
    prefer(pieces[-1], END, 20)
    if over_and_over:
        prefer(pieces[bounds[1] - 1], pieces[bounds[0]], 30)

    embedding = np.zeros((len(tokens), _padded(len(states))), np.float32)
    for index, token in enumerate(tokens):
        state = {" ": "answer", "\n": "call", CALL: "called", CALL_END: "done"}.get(
            token, token if token in pieces else _kind(token[-1])
        )
        embedding[index, states.index(state)] = 1
    # The norm before the output makes the one in a state's vector the square root of the vector's length.
    output = np.zeros_like(embedding)
    output[:, : len(states)] = liking / np.sqrt(embedding.shape[1])
    _write(gguf, np, path, tokens, merges, embedding, output)
    return path


def cut_once_each(text: str, earlier: Sequence[str] = ()) -> list[str]:
    """The text cut into pieces of which no two are equal, words and marks where that is possible.

    >>> cut_once_each("to be or not to be, or", earlier=[" not"])
    ['to', ' be', ' or', ' not to', ' be, or']
    """
    pieces: list[str] = []
    pending = ""
    for part in re.findall(r"\s*\w+|\s*[^\w\s]|\s+$", text):
        pending += part
        if len(pending) > 1 and pending not in pieces and pending not in earlier:
            pieces.append(pending)
            pending = ""
    if pending:
        pieces[-1:] = ["".join([*pieces[-1:], pending])]
    return pieces


def _kind(letter: str) -> str:
    if letter == '"':
        return letter
    kinds = {"open": "[{", "close": "]}", "comma": ",", "digit": "0123456789"}
    found = next((kind for kind, letters in kinds.items() if letter in letters), None)
    return found or ("letter" if letter.isascii() and letter.isalpha() else "other")


@cache
def learn_merges(text: str, count: int) -> tuple[tuple[str, str], ...]:
    """Byte pair encoding, learnt from a text: what to join, in order, so that a prompt costs as many tokens as usual.

    Source: Sennrich, Haddow and Birch (2016), Neural Machine Translation of Rare Words with Subword Units.
    """
    words = Counter(tuple(word) for word in re.findall(r" ?[A-Za-z]+", text))
    merges = []
    for _ in range(count):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                pairs[pair] += times
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = Counter({_joined(word, best): times for word, times in words.items()})
    return tuple(merges)


def _joined(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    parts: list[str] = []
    for part in word:
        if parts and (parts[-1], part) == pair:
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def _spelling() -> dict[str, str]:
    """GPT-2's way to write each byte as a printable character."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): chr(byte) for byte in plain} | {chr(byte): chr(256 + n) for n, byte in enumerate(hidden)}


def _padded(length: int) -> int:
    return -(-length // 32) * 32


def _write(
    gguf: Any, np: Any, path: Path, tokens: list[str], merges: tuple[tuple[str, str], ...], embedding: Any, output: Any
) -> None:
    width, head, inner = embedding.shape[1], 32, 32
    spelling = _spelling()
    first_word = len(_CONTROL) + 2

    def spelt(token: str) -> str:
        return "".join(spelling[letter] for letter in token)

    kinds = [gguf.TokenType.CONTROL] * len(_CONTROL) + [gguf.TokenType.USER_DEFINED] * 2
    kinds += [gguf.TokenType.NORMAL] * (len(tokens) - first_word)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("claimx toy")
    writer.add_context_length(_CONTEXT_TOKENS)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*tokens[:first_word], *map(spelt, tokens[first_word:])])
    writer.add_token_types(kinds)
    writer.add_token_merges([f"{spelt(left)} {spelt(right)}" for left, right in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(tokens.index(END))
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_TEMPLATE.strip())
    half = np.float16
    writer.add_tensor("token_embd.weight", embedding.astype(half))
    writer.add_tensor("output.weight", output.astype(half))
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(width, np.float32))
    for name in ("attn_q", "attn_k", "attn_v"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((head, width), half))
    writer.add_tensor("blk.0.attn_output.weight", np.zeros((width, head), half))
    for name in ("ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((inner, width), half))
    writer.add_tensor("blk.0.ffn_down.weight", np.zeros((width, inner), half))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
