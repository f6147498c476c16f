"""The adapter to llama.cpp: the only module that imports `llama_cpp`, but for `llama_library`, which sets it up.

What it offers is what the language model needs and no more: rows of tokens in, logits out, a key-value cache
with separate sequences, a grammar that can be asked about single tokens, and requantising a file.
"""

from __future__ import annotations

import codecs
import ctypes
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import jinja2.ext
import jinja2.sandbox
import llama_cpp
import numpy as np
from numpy.typing import NDArray

from kitchen_agent.errors import GrammarError, ModelLoadError, ModelRunError
from kitchen_agent.llama_library import chatter
from kitchen_agent.prompt import Message

Logits = NDArray[np.float32]

BATCH_TOKENS = 512
# A grammar usually allows the model's own favourite. Only when all of the best are refused, more are asked about.
_CANDIDATES = (1, 16, 512)


@dataclass(frozen=True)
class Row:
    """One token at one position of one sequence; `wanted` when its logits will be read."""

    slot: int
    position: int
    token: int
    wanted: bool = True


class Grammar:
    """Where in a GBNF grammar an answer stands."""

    def __init__(self, vocabulary: ctypes.c_void_p, text: str) -> None:
        with chatter.keeping() as errors:
            self._sampler = llama_cpp.llama_sampler_init_grammar(vocabulary, text.encode(), b"root")
        if not self._sampler:
            raise GrammarError("; ".join(errors) or "llama.cpp does not accept the grammar")

    def best(self, logits: Logits) -> int:
        """The likeliest token that the grammar allows here.

        The grammar is asked lazily: about the best token alone, then about a few more, and about the whole
        vocabulary only when all of these are refused. Raises GrammarError when no token can follow.
        """
        for count in (*_CANDIDATES, len(logits)):
            best = _largest(logits, count)
            allowed = self._allowed(best, logits[best])
            if len(allowed):
                return int(allowed[0])
        raise GrammarError("no token can follow: a rule of the grammar has no end")

    def accept(self, token: int) -> None:
        """Move on past `token`, which must be one that `best` returned."""
        llama_cpp.llama_sampler_accept(self._sampler, token)

    def follow(self, tokens: Sequence[int]) -> None:
        """Move on past the beginning of an answer. Raises GrammarError where the grammar does not allow it."""
        for token in tokens:
            if not len(self._allowed(np.array([token]), np.zeros(1, dtype=np.float32))):
                raise GrammarError("the answer's beginning does not fit the grammar")
            self.accept(token)

    def close(self) -> None:
        """Free it."""
        if self._sampler:
            llama_cpp.llama_sampler_free(self._sampler)
            self._sampler = None

    def _allowed(self, tokens: NDArray[np.int64], logits: Logits) -> NDArray[np.int64]:
        candidates = np.zeros(len(tokens), dtype=[("id", np.int32), ("logit", np.float32), ("p", np.float32)])
        candidates["id"], candidates["logit"] = tokens, logits
        data = candidates.ctypes.data_as(llama_cpp.llama_token_data_p)
        array = llama_cpp.llama_token_data_array(data=data, size=len(tokens), selected=-1, sorted=False)
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(array))
        allowed: NDArray[np.int64] = tokens[candidates["logit"] != -np.inf]
        return allowed


def _largest(logits: Logits, count: int) -> NDArray[np.int64]:
    """The indices of the `count` largest logits, best first; the lower index first among equals."""
    if count == 1:
        return np.array([np.argmax(logits)])
    if count < len(logits):
        top = np.sort(np.argpartition(logits, -count)[-count:])
        return top[np.argsort(-logits[top], kind="stable")]
    return np.argsort(-logits, kind="stable")


class Engine:
    """A model, perhaps with a LoRA adapter, and a key-value cache of `slots` sequences of `context` tokens each.

    Not thread-safe. The sequences are kept in separate streams and flash attention is off: then the logits after a
    prompt, and those after a row, are the same bits whatever stands in the other sequences. `one_row_is_exact` says
    whether that also holds for a row that is evaluated all by itself; with an adapter it does not, because other
    kernels multiply one row by its float matrices than several.
    """

    def __init__(self, path: Path, adapter: Path | None, *, threads: int, context: int, slots: int) -> None:
        self._model: Any = None
        self._context: Any = None
        self._adapter: Any = None
        self.context = context
        self.one_row_is_exact = adapter is None
        try:
            self._load(path, adapter)
            self._start(path, threads, context, slots)
        except BaseException:
            self.close()
            raise
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))
        self._batch = llama_cpp.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._chat = _chat_template(path, self._model)

    def _load(self, path: Path, adapter: Path | None) -> None:
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        with chatter.keeping() as errors:
            self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ModelLoadError(path, "; ".join(errors) or "llama.cpp cannot read it")
        if adapter is not None:
            with chatter.keeping() as errors:
                self._adapter = llama_cpp.llama_adapter_lora_init(self._model, str(adapter).encode())
            if not self._adapter:
                raise ModelLoadError(adapter, "; ".join(errors) or "llama.cpp cannot use it as an adapter")

    def _start(self, path: Path, threads: int, context: int, slots: int) -> None:
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = context * slots
        parameters.n_seq_max = slots
        parameters.kv_unified = False
        parameters.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_threads = parameters.n_threads_batch = threads
        with chatter.keeping() as errors:
            self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ModelLoadError(path, "; ".join(errors) or "no memory for its context")
        if self._adapter:
            adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(self._adapter)
            llama_cpp.llama_set_adapters_lora(self._context, adapters, 1, (ctypes.c_float * 1)(1.0))

    def render(self, messages: Sequence[Message]) -> str:
        """The chat as text by the model's own template, ending where the answer begins.

        A control token's spelling inside a message is broken up: a recipe cannot speak as another role.
        """
        harmless = [{"role": m["role"], "content": m["content"].replace("<|", "< |")} for m in messages]
        return self._chat.render(messages=harmless, add_generation_prompt=True)

    def tokenize(self, text: str) -> list[int]:
        """The tokens of `text`; spelled control tokens count as such."""
        data = text.encode()
        buffer = (llama_cpp.llama_token * (len(data) + 1))()
        count = llama_cpp.llama_tokenize(self._vocabulary, data, len(data), buffer, len(buffer), True, True)
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of `token`; they may be a part of a character."""
        buffer = ctypes.create_string_buffer(256)
        count = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[:count] if count > 0 else b""

    def ends(self, token: int) -> bool:
        """Whether `token` ends the answer."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocabulary, token))

    def grammar(self, text: str) -> Grammar:
        """Start at the root of the GBNF grammar `text`. Raises GrammarError when it has a fault."""
        return Grammar(self._vocabulary, text)

    def evaluate(self, rows: Sequence[Row]) -> list[Logits]:
        """Evaluate up to BATCH_TOKENS rows; the logits of the wanted ones, in order, valid until the next call."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, row in enumerate(rows):
            batch.token[i], batch.pos[i], batch.logits[i] = row.token, row.position, row.wanted
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, row.slot
        with chatter.keeping() as errors:
            status = llama_cpp.llama_decode(self._context, batch)
        if status:
            raise ModelRunError(status, "; ".join(errors))
        return [self._logits(i) for i, row in enumerate(rows) if row.wanted]

    def _logits(self, row: int) -> Logits:
        pointer = llama_cpp.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,))

    def trim(self, slot: int, length: int) -> None:
        """Forget what sequence `slot` holds from position `length` on."""
        llama_cpp.llama_memory_seq_rm(self._memory, slot, length, -1)

    def copy(self, source: int, target: int) -> None:
        """Make sequence `target` hold what sequence `source` holds."""
        llama_cpp.llama_memory_seq_rm(self._memory, target, -1, -1)
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def close(self) -> None:
        """Free the model and its cache."""
        if self._context:
            llama_cpp.llama_free(self._context)
            llama_cpp.llama_batch_free(self._batch)
        if self._adapter:
            llama_cpp.llama_adapter_lora_free(self._adapter)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._context = self._adapter = self._model = None


def _chat_template(path: Path, model: Any) -> jinja2.Template:
    """The file's chat template, set up as Hugging Face's tokenizers do, so that training sees the same text."""
    source = llama_cpp.llama_model_chat_template(model, None)
    if not source:
        raise ModelLoadError(path, "it has no chat template")
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment.from_string(codecs.decode(source, "utf-8"))


def requantise(source: Path, target: Path, embedding: str | None) -> None:
    """Write the GGUF file `source` again with every matrix in Q4_0, the output layer too.

    llama.cpp repacks Q4_0 for the CPU's vector instructions. The embedding is only looked up, never multiplied, so
    `embedding` may name a finer type for it ("q5_0", "q8_0") at no cost in time. One thread: the same bytes each time.
    """
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.nthread = 1
    parameters.allow_requantize = True
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0
    parameters.output_tensor_type = llama_cpp.GGML_TYPE_Q4_0
    if embedding is not None:
        parameters.token_embedding_type = getattr(llama_cpp, f"GGML_TYPE_{embedding.upper()}")
    _quantise(source, target, parameters)


def quantise(source: Path, target: Path, file_type: str) -> None:
    """Write the unquantised GGUF file `source` again in llama.cpp's mix `file_type`, such as "Q4_K_M" or "Q8_0"."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.nthread = 1
    parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{file_type}")
    _quantise(source, target, parameters)


def _quantise(source: Path, target: Path, parameters: llama_cpp.llama_model_quantize_params) -> None:
    with chatter.keeping() as errors:
        status = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    if status:
        raise ModelLoadError(source, "; ".join(errors) or f"llama.cpp cannot quantise it (status {status})")


def version() -> str:
    """The version of llama-cpp-python."""
    return str(llama_cpp.__version__)
