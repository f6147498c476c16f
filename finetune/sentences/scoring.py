"""How well a model turns the hand-written sentences into events."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from finetune.errors import DataError, reason
from finetune.files import write_text
from finetune.sentences.testset import Split, Written, dinners
from kitchen_agent.errors import UnclearSentenceError, UnsaidAmountError
from kitchen_agent.live.eventline import NONE, OPEN
from kitchen_agent.live.events import Happening
from kitchen_agent.live.understand import Reads, question, understood


class Heard(BaseModel):
    """What a model made of one sentence.

    `line` is what it wrote, `event` what that means (None: no event, or one that leaves something open). `asks` says
    whether a person would be asked which of several events is meant. Seconds are wall-clock.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    written: Written
    line: str
    event: Happening | None
    asks: bool
    seconds: float

    @property
    def exact(self) -> bool:
        """Whether the event is the right one, in every field."""
        return self.event == self.written.event


class Score(BaseModel):
    """The share of exact events in one part of the sentences, and how long an answer takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    split: Split
    sentences: int
    exact: int
    asks: int
    seconds_median: float
    seconds_max: float

    @property
    def accuracy(self) -> float:
        """Exact-event accuracy."""
        return self.exact / self.sentences


def hear_all(sentences: Iterable[Written], model: Reads) -> Iterator[Heard]:
    """What `model` makes of each sentence, asked as the application asks."""
    known = dinners()
    for written in sentences:
        names = known[written.dinner]
        started = time.perf_counter()
        line = model.ask(question(written.sentence, names, model.style)).text
        seconds = time.perf_counter() - started
        event, asks = None, OPEN in line.split(" ")
        if not asks and line != NONE:
            try:
                meant = understood(written.sentence, line, names)
                event, asks = meant.event, bool(meant.other_readings) or not meant.named
            except (UnclearSentenceError, UnsaidAmountError):
                pass
        yield Heard(written=written, line=line, event=event, asks=asks, seconds=seconds)


def scores(heard: Sequence[Heard]) -> list[Score]:
    """The score of each part that has sentences."""
    parts: tuple[Split, ...] = ("tune", "kept")
    return [_score(split, part) for split in parts if (part := [one for one in heard if one.written.split == split])]


def write_scores(path: Path, versions: dict[str, str], found: Sequence[Score]) -> None:
    """Write what was measured, and of which model, as JSON."""
    document = {**versions, "scores": [score.model_dump() | {"accuracy": score.accuracy} for score in found]}
    write_text(path, json.dumps(document, indent=1) + "\n")


def read_scores(path: Path) -> list[Score]:
    """The scores in the file that `write_scores` wrote; raises DataError when it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["scores"]
        return [Score.model_validate({name: one[name] for name in Score.model_fields}) for one in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(path, f"not a report of evaluate-sentences ({reason(error)})", "Make it again.") from error


def _score(split: Split, heard: Sequence[Heard]) -> Score:
    seconds = sorted(one.seconds for one in heard)
    return Score(
        split=split,
        sentences=len(heard),
        exact=sum(one.exact for one in heard),
        asks=sum(one.asks for one in heard),
        seconds_median=seconds[len(seconds) // 2],
        seconds_max=seconds[-1],
    )
