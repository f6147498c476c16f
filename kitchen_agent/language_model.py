"""The language model as the rest of the system sees it: thread-safe, several answers at once, temperature 0."""

from __future__ import annotations

import os
import queue
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from kitchen_agent.decoding import ROWS, Answer, Completion, Decoder
from kitchen_agent.errors import ModelClosedError, ModelLoadError
from kitchen_agent.llama import Engine
from kitchen_agent.prompt import Message

CONTEXT_TOKENS = 4096
_LOOK_SECONDS = 0.2

__all__ = ["CONTEXT_TOKENS", "ROWS", "Completion", "LanguageModel", "default_threads"]


class LanguageModel:
    """An open model file. One thread of its own works it; `complete` may be called from several threads.

    Up to `ROWS` answers are written side by side, which takes far less time than one after the other; further
    callers wait. What a prompt has in common with an earlier one is not read again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="language-model", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        model_path: Path,
        adapter_path: Path | None = None,
        *,
        threads: int | None = None,
        context: int = CONTEXT_TOKENS,
    ) -> Self:
        """Load a GGUF model and perhaps a LoRA adapter in GGUF.

        `threads` is one for each physical core if not given; `context` the tokens of the longest prompt with its
        answer. Raises ModelLoadError.
        """
        for path in (model_path, adapter_path):
            if path is not None and not path.is_file():
                raise ModelLoadError(path, "there is no such file")
        engine = Engine(model_path, adapter_path, threads=threads or default_threads(), context=context, slots=ROWS)
        return cls(engine)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        grammar: str | None = None,
        max_tokens: int = 1024,
        on_token: Callable[[str], None] | None = None,
        stop: Sequence[str] = (),
        begun: str = "",
        estimate: re.Pattern[str] | None = None,
    ) -> Completion:
        """The likeliest answer to `messages`, chosen token by token, under a GBNF `grammar` if given.

        `begun` is the beginning of the answer: the model writes on from there, and the whole is the answer.
        Where `estimate` is found in the text so far, at its end, the whole number in the middle of all that the model
        holds possible there is written (`weighing`): the grammar must allow any number of up to four digits there.
        `on_token` is called in this thread with each new bit of text. Raises ContextOverflowError when the prompt
        and `max_tokens` do not fit, GrammarError, ModelRunError, ModelClosedError.
        """
        answer = Answer(messages, grammar, max_tokens, stop, begun, estimate)
        self._enqueue(answer)
        try:
            while True:
                event = answer.events.get()
                if isinstance(event, Completion):
                    return event
                if isinstance(event, BaseException):
                    raise event
                if on_token is not None:
                    on_token(event)
        finally:
            answer.cancelled.set()

    def close(self) -> None:
        """Free the model; answers that are still being written raise ModelClosedError."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _enqueue(self, answer: Answer) -> None:
        with self._gate:
            if self._closed:
                raise ModelClosedError()
            self._waiting.put(answer)

    def _serve(self) -> None:
        decoder = Decoder(self._engine)
        try:
            while not self._closed:
                self._admit(decoder)
                decoder.step()
        finally:
            with self._gate:  # from here on nothing new is put in the queue
                self._closed = True
            decoder.fail(ModelClosedError())
            while answer := self._next(wait=False):
                answer.events.put(ModelClosedError())
            self._engine.close()

    def _admit(self, decoder: Decoder) -> None:
        while not decoder.full and (answer := self._next(wait=not decoder.busy)):
            decoder.admit(answer)

    def _next(self, wait: bool) -> Answer | None:
        """The next answer to write; None when there is none, or when the model is being closed."""
        try:
            return self._waiting.get(block=wait)
        except queue.Empty:
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def default_threads() -> int:
    """One thread for each physical core that this process may use and that nothing else keeps busy just now.

    Threads wait for each other several hundred times a token: one that shares its core with other work makes an
    answer take ten times as long, which one thread less never does.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(usable, psutil.cpu_count(logical=False) or usable)
    busy = sum(psutil.cpu_percent(_LOOK_SECONDS, percpu=True)) / 100
    return max(1, min(cores, round(usable - busy)))
