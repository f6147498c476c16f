"""Greedy decoding, but for estimates, of up to four answers side by side, with a cache of prompts read before.

A step evaluates one row of the batch for each answer. llama.cpp's repacked Q4_0 kernels multiply four rows at once
and fewer than four one by one, so a step of two or three answers carries idle rows along: four rows take about 1.6
times as long as one, two rows 2.0 and three 2.6. Which answers stand side by side changes no bit of any of them.

Guessing tokens ahead by prompt lookup was tried and left out: on annotated recipes a step would have written 1.15
tokens instead of 1, which about pays for verifying the guesses, and the verified logits differ in their last bits.
"""

from __future__ import annotations

import codecs
import queue
import re
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from kitchen_agent.errors import ContextOverflowError, GrammarError, ModelRunError
from kitchen_agent.llama import BATCH_TOKENS, Engine, Grammar, Logits, Row
from kitchen_agent.prompt import Message
from kitchen_agent.weighing import Figure, weigh

ROWS = 4
_FILLER_TOKEN = 0
Finish = Literal["end", "stop", "length"]


@dataclass(frozen=True)
class Completion:
    """An answer. Seconds are wall-clock; other answers that are written meanwhile share them.

    `text` is the whole answer with its given beginning, `completion_tokens` counts what was written.
    `finish` is "end" when the model ended, "stop" at a stop text (which is not part of `text`), "length" at the
    limit. Of the prompt's tokens `reused_tokens` were still in the cache.
    """

    text: str
    finish: Finish
    prompt_tokens: int
    reused_tokens: int
    completion_tokens: int
    prompt_seconds: float
    completion_seconds: float


class Answer:
    """An answer being written: what was asked, and what has been written so far.

    `events` carries to the asking thread the text bit by bit, then the completion or the error that ended it.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        grammar: str | None,
        max_tokens: int,
        stop: Sequence[str],
        begun: str,
        estimate: re.Pattern[str] | None,
    ) -> None:
        self.messages, self.grammar_text, self.max_tokens, self.stop = messages, grammar, max_tokens, tuple(stop)
        self.begun, self.estimate = begun, estimate
        self.events: queue.SimpleQueue[str | Completion | BaseException] = queue.SimpleQueue()
        self.cancelled = threading.Event()
        self.tokens: list[int] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text = begun
        self._sent = len(begun)

    @property
    def at_estimate(self) -> bool:
        """Whether what comes next is a figure to be weighed."""
        return self.estimate is not None and self.estimate.search(self._text) is not None

    def add(self, token: int, piece: bytes) -> Finish | None:
        """Append a token; why the answer is finished, if it is."""
        self.tokens.append(token)
        self._text += self._decoder.decode(piece)
        ends = [at for text in self.stop if (at := self._text.find(text)) >= 0]
        if ends:
            self._text = self._text[: min(ends)]
            return "stop"
        self._send(len(self._text) - max((len(text) - 1 for text in self.stop), default=0))
        return "length" if len(self.tokens) >= self.max_tokens else None

    def finish(self) -> str:
        """Send the rest and give the whole text."""
        self._text += self._decoder.decode(b"", final=True)
        self._send(len(self._text))
        return self._text

    def _send(self, end: int) -> None:
        """Send the text up to `end`: what comes after may yet turn out to be the start of a stop text."""
        if end > self._sent:
            self.events.put(self._text[self._sent : end])
            self._sent = end


@dataclass(eq=False)
class _Seat:
    """An answer that is being decoded in a slot of the engine's cache."""

    answer: Answer
    slot: int
    prompt_tokens: int
    reused_tokens: int
    started: float
    grammar: Grammar | None = None
    read: float = field(default_factory=time.perf_counter)
    pending: int = _FILLER_TOKEN
    figure: _FigureSought | None = None


@dataclass
class _FigureSought:
    """A figure that is weighed after the first `kept` tokens of a slot; when it is known, its `digits` yet to write."""

    search: Generator[Figure, Logits, Figure]
    kept: int
    digits: list[int] | None = None


class Decoder:
    """The answers that are being written on one engine. Not thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seats: dict[int, _Seat] = {}
        self._cached: list[list[int]] = [[] for _ in range(ROWS)]
        self._digits = [engine.tokenize(str(digit))[-1] for digit in range(10)]

    @property
    def busy(self) -> bool:
        """Whether an answer is being written."""
        return bool(self._seats)

    @property
    def full(self) -> bool:
        """Whether no further answer can be admitted."""
        return len(self._seats) == ROWS

    def admit(self, answer: Answer) -> None:
        """Read the prompt of `answer` and choose its first token. What goes wrong is told through its events."""
        try:
            self._sit(answer)
        except (ContextOverflowError, GrammarError) as error:
            answer.events.put(error)
        except ModelRunError as error:
            answer.events.put(error)
            self._forget(error)

    def _sit(self, answer: Answer) -> None:
        started = time.perf_counter()
        prompt = self._engine.tokenize(self._engine.render(answer.messages) + answer.begun)
        if len(prompt) + answer.max_tokens + ROWS > self._engine.context:
            raise ContextOverflowError(len(prompt), answer.max_tokens, self._engine.context)
        slot, reused = self._place(prompt)
        logits = self._read(prompt, slot, reused)
        grammar = self._grammar(answer)
        seat = _Seat(answer, slot, len(prompt), reused, started, grammar)
        self._seats[slot] = seat
        self._take(seat, logits)

    def _grammar(self, answer: Answer) -> Grammar | None:
        """The answer's grammar where the answer begins to be written."""
        if answer.grammar_text is None:
            return None
        grammar = self._engine.grammar(answer.grammar_text)
        try:
            grammar.follow(self._engine.tokenize(answer.begun))
        except GrammarError:
            grammar.close()
            raise
        return grammar

    def _place(self, prompt: list[int]) -> tuple[int, int]:
        """A free slot that holds as long a beginning of `prompt` as any slot does, and the length of that beginning."""
        shared = [_common_prefix(prompt[:-2], cached) for cached in self._cached]
        free = [slot for slot in range(ROWS) if slot not in self._seats]
        slot = max(free, key=lambda s: (shared[s], -len(self._cached[s])))
        best = max(range(ROWS), key=lambda s: shared[s])
        if shared[best] > shared[slot]:
            self._engine.copy(best, slot)
        self._engine.trim(slot, shared[best])
        self._cached[slot] = prompt[: shared[best]]
        return slot, shared[best]

    def _read(self, prompt: list[int], slot: int, first: int) -> Logits:
        """Evaluate `prompt` from token `first` on; the logits after its end.

        Never one token by itself: llama.cpp computes the attention of a lone row differently in the last bits.
        """
        logits: list[Logits] = []
        while first < len(prompt):
            size = BATCH_TOKENS - (len(prompt) - first == BATCH_TOKENS + 1)
            chunk = prompt[first : first + size]
            last = len(prompt) - 1
            logits = self._engine.evaluate([Row(slot, at, t, wanted=at == last) for at, t in enumerate(chunk, first)])
            self._cached[slot] += chunk
            first += len(chunk)
        return logits[0]

    def step(self) -> None:
        """Write at least one token of every answer."""
        for seat in [seat for seat in self._seats.values() if seat.answer.cancelled.is_set()]:
            self._leave(seat)
        if not self._seats:
            return
        alone = len(self._seats) == 1 and self._engine.one_row_is_exact
        slots = list(self._seats) if alone else list(range(ROWS))
        rows = []
        for slot in slots:
            sitting = self._seats.get(slot)
            token = sitting.pending if sitting else _FILLER_TOKEN
            rows.append(Row(slot, len(self._cached[slot]), token, wanted=sitting is not None))
        try:
            logits = iter(self._engine.evaluate(rows))
        except ModelRunError as error:
            self._forget(error)
            return
        for slot in slots:
            if sitting := self._seats.get(slot):
                self._cached[slot].append(sitting.pending)
                self._take(sitting, next(logits))
            else:
                self._trim(slot, len(self._cached[slot]))

    def _trim(self, slot: int, length: int) -> None:
        self._engine.trim(slot, length)
        del self._cached[slot][length:]

    def _forget(self, error: ModelRunError) -> None:
        """After a failure nothing in the cache can be trusted: end every answer and start empty."""
        self.fail(error)
        for slot in range(ROWS):
            self._trim(slot, 0)

    def _take(self, seat: _Seat, logits: Logits) -> None:
        """Choose the next token of an answer, or one to try where a figure is being weighed."""
        if seat.answer.at_estimate and seat.figure is None:
            search = weigh(logits.copy(), self._digits)
            seat.figure = _FigureSought(search, len(self._cached[seat.slot]))
        if seat.figure and seat.figure.digits is None and self._tries(seat, seat.figure, logits):
            return
        try:
            token = self._next_token(seat, logits)
        except GrammarError as error:
            seat.answer.events.put(error)
            self._leave(seat)
            return
        if self._engine.ends(token):
            self._complete(seat, "end")
            return
        if seat.grammar:
            seat.grammar.accept(token)
        seat.pending = token
        if finish := seat.answer.add(token, self._engine.piece(token)):
            self._complete(seat, finish)

    def _tries(self, seat: _Seat, figure: _FigureSought, logits: Logits) -> bool:
        """Whether one more token is to be tried; when not, the figure is known and the slot as it was before it."""
        try:
            begun = figure.search.send(logits) if len(self._cached[seat.slot]) > figure.kept else next(figure.search)
        except StopIteration as found:
            self._trim(seat.slot, figure.kept)
            figure.digits = [self._digits[digit] for digit in found.value]
            return False
        self._trim(seat.slot, figure.kept + len(begun) - 1)
        seat.pending = self._digits[begun[-1]]
        return True

    def _next_token(self, seat: _Seat, logits: Logits) -> int:
        """The next digit of a figure that was weighed, no digit after its end, the likeliest token elsewhere."""
        if seat.figure and seat.figure.digits:
            return seat.figure.digits.pop(0)
        if seat.figure:
            seat.figure = None
            logits = logits.copy()
            logits[self._digits] = -np.inf
        return seat.grammar.best(logits) if seat.grammar else int(np.argmax(logits))

    def _complete(self, seat: _Seat, finish: Finish) -> None:
        completion = Completion(
            text=seat.answer.finish(),
            finish=finish,
            prompt_tokens=seat.prompt_tokens,
            reused_tokens=seat.reused_tokens,
            completion_tokens=len(seat.answer.tokens),
            prompt_seconds=seat.read - seat.started,
            completion_seconds=time.perf_counter() - seat.read,
        )
        seat.answer.events.put(completion)
        self._leave(seat)

    def _leave(self, seat: _Seat) -> None:
        if seat.grammar:
            seat.grammar.close()
        del self._seats[seat.slot]

    def fail(self, error: BaseException) -> None:
        """End every answer with `error`."""
        for seat in list(self._seats.values()):
            seat.answer.events.put(error)
            self._leave(seat)


def _common_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
