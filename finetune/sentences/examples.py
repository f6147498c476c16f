"""Training examples: a saying of `data/sentences/templates.yaml`, filled from a dinner, with the line that it means."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from finetune.chat import ChatExample
from finetune.errors import DataError
from finetune.sentences.dinners import dinner
from finetune.sentences.slots import Filling, fill
from finetune.sentences.testset import is_near_copy, written
from finetune.sentences.words import FOLDER
from kitchen_agent.errors import InputError
from kitchen_agent.live import eventline
from kitchen_agent.live.eventline import NONE
from kitchen_agent.live.events import EquipmentBack, EquipmentFails, IngredientMissing
from kitchen_agent.live.hearing import hear
from kitchen_agent.live.names import Names
from kitchen_agent.live.understand import question, readings
from kitchen_agent.taskgraph import TaskGraph

TEMPLATES: Final = FOLDER / "templates.yaml"
_TRIES: Final = 200
_ANY: Final = "20"
"""Stands for what a line leaves open: an amount, a time of day and a name that the line format can hold."""
_CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
_BEFORE_SPAN: Final = re.compile(
    r"\b(?:at|by|around|from|till|until|after|before|to|for|starting) (?=in (?:\w+ min|half|a quarter|three))"
)
_SLOT: Final = re.compile(r"\{([a-z_]+)\}")


class Sayings(BaseModel):
    """Sayings of one meaning: `answer` is the line that they mean, `share` how often they come up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    share: int
    sayings: tuple[str, ...]


def templates() -> dict[str, Sayings]:
    """All sayings by what they mean."""
    raw = yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))
    return {meaning: Sayings.model_validate(sayings) for meaning, sayings in raw.items()}


def sentence_examples(graphs: Sequence[TaskGraph], count: int, seed: int) -> Iterator[ChatExample]:
    """`count` questions with their answers, the same ones for the same `seed`.

    None is a near-copy of a sentence that is kept for judging, and none is ambiguous by the application's own check.
    """
    rng = random.Random(seed)
    kept = [sentence.sentence for sentence in written("kept")]
    sayings = list(templates().values())
    shares = [saying.share for saying in sayings]
    for number in range(count):
        saying = rng.choices(sayings, shares)[0]
        for _ in range(_TRIES):
            names = dinner(graphs, rng)
            example = _example(saying, names, graphs, rng)
            if example is not None and not is_near_copy(example[0], kept):
                break
        else:
            raise DataError(TEMPLATES, f"no sentence comes of {saying.sayings[:3]}", "Mend the sayings.")
        sentence, line = example
        asked = question(sentence, names)
        yield ChatExample.model_validate(
            {"key": f"sentence {seed}-{number}", "messages": list(asked.messages), "answer": line}
        )


def _example(saying: Sayings, names: Names, graphs: Sequence[TaskGraph], rng: random.Random) -> tuple[str, str] | None:
    """A sentence and its line, or None when this dinner has nothing to fill it with."""
    wording = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), rng.choice(saying.sayings))
    kind = saying.answer.partition(" ")[0]
    said = fill(_SLOT.findall(wording), kind, names, graphs, rng)
    if said is None:
        return None
    plain = _SLOT.sub(lambda match: said.words[match[1]], wording)
    plain = _BEFORE_SPAN.sub("", " ".join(plain.split()))
    sentence = _as_typed(plain, said, rng)
    line = _line(saying.answer, said, sentence, names)
    return (sentence, line) if line is not None and _is_meant(line, sentence, names) else None


def _line(answer: str, said: Filling, sentence: str, names: Names) -> str | None:
    """The answer, with a moment as the sentence tells it once it is in figures."""
    values = {"cook": "-"} | said.values
    if said.moment is not None:
        told = [clock for clock in hear(sentence, names).clocks if eventline.moment(clock, names) == said.moment]
        if not told:
            return None
        values["clock"] = told[-1]
    return _SLOT.sub(lambda match: values[match[1]], answer)


def _is_meant(line: str, sentence: str, names: Names) -> bool:
    """Whether the application's grammar lets a model write `line` for `sentence`, and whether it would not ask back."""
    if line == NONE:
        return True
    heard = hear(sentence, names)
    try:
        events = eventline.read(line.replace(eventline.OPEN, _ANY), names)
    except InputError:
        return False
    event = events[0]
    if isinstance(event, IngredientMissing) and event.ingredient not in heard.phrases:
        return False
    if isinstance(event, EquipmentFails | EquipmentBack) and event.equipment not in heard.things:
        return False
    if task := getattr(event, "task", None):
        written = {names.labels()[label].id for label in eventline.in_sensible_states(event.kind, heard, names)}
        if task not in written:
            return False
    return eventline.OPEN in line.split(" ") or readings(sentence, event, names) in ([event], [])


_OPENINGS: Final = (
    "hey, ",
    "ok, ",
    "sorry, ",
    "um, ",
    "listen, ",
    "chef, ",
    "so ",
    "well, ",
    "right, ",
    "guys, ",
    "oh, ",
)
_ENDINGS: Final = (" please", " thanks", ", ok?", " I think", " I'm afraid", ", sorry")


def _as_typed(sentence: str, said: Filling, rng: random.Random) -> str:
    """People type in a hurry: small letters, words of courtesy, articles and apostrophes left out, slips."""
    if rng.random() < 0.12:
        sentence = rng.choice(_OPENINGS) + sentence
    if rng.random() < 0.1 and not sentence.endswith("please"):
        sentence += rng.choice(_ENDINGS)
    if rng.random() < 0.25:
        sentence = re.sub(r"(?<=[a-z]{3}) (?:is|has) (?!(?:a|to)\b)", "'s ", sentence, count=1)
    if rng.random() < 0.25:
        sentence = re.sub(r"\bthe ", "", sentence)
    if rng.random() < 0.15:
        sentence = re.sub(r"(?<=[a-z])'(?=[a-z])", "", sentence)
    if rng.random() < 0.15:
        sentence = _slip(sentence, said, rng)
    if rng.random() < 0.6:
        sentence = sentence[:1].upper() + sentence[1:]
    elif rng.random() < 0.4:
        sentence = sentence.lower()
    return sentence + rng.choice(("", "", "", "", ".", "!"))


def _slip(sentence: str, said: Filling, rng: random.Random) -> str:
    """One long word with a letter left out, doubled or swapped with the next; never one that the answer copies."""
    copied = tuple(" ".join(said.words[slot] for slot in said.words if slot not in ("food", "ing", "do")).split())
    words = sentence.split(" ")
    places = [
        place for place, word in enumerate(words) if len(word) > 4 and word.isalpha() and not word.startswith(copied)
    ]
    if not places:
        return sentence
    place = rng.choice(places)
    word = words[place]
    at = rng.randint(1, len(word) - 2)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[place] = rng.choice(slips)
    return " ".join(words)
