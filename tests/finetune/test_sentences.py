"""Sentences to events: the hand-written ones, the made ones, and that neither leaks into the other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finetune.__main__ import app
from finetune.chat import read_chats
from finetune.graphfile import read_graphs
from finetune.sentences.dinners import dinner, title
from finetune.sentences.examples import sentence_examples, templates
from finetune.sentences.forms import forms
from finetune.sentences.scoring import hear_all, scores
from finetune.sentences.slots import fill
from finetune.sentences.testset import dinners, is_near_copy, written
from finetune.sentences.words import words
from kitchen_agent import modelfiles, settings
from kitchen_agent.live.eventline import KINDS, NONE, OPEN, read
from kitchen_agent.live.hearing import hear
from kitchen_agent.planner import Question
from kitchen_agent.planner_model import PlannerModel, model_of_events
from kitchen_agent.prompt import Style
from kitchen_agent.taskgraph import TaskGraph

DATA = Path(__file__).parents[2] / "finetune/data"


@pytest.fixture(scope="module")
def graphs() -> list[TaskGraph]:
    return list(read_graphs(DATA / "graphs.jsonl").values())


def test_there_are_150_sentences_in_two_parts_about_every_kind_of_event() -> None:
    sentences = written()
    assert len(sentences) >= 150
    assert len({sentence.sentence.lower() for sentence in sentences}) == len(sentences)
    assert len(written("kept")) >= 100
    assert len(written("tune")) >= 50
    kinds = Counter(sentence.event.kind if sentence.event else NONE for sentence in sentences)
    assert kinds.keys() == {*KINDS, NONE}


def test_the_events_are_about_their_dinners() -> None:
    for sentence in written():
        names, event = dinners()[sentence.dinner], sentence.event
        assert getattr(event, "task", names.tasks[0].id) in {task.id for task in names.tasks}
        assert getattr(event, "cook", None) in (None, *names.cooks)
        assert getattr(event, "equipment", names.equipment[0]) in names.equipment
        assert getattr(event, "dish", names.dishes[0]) in names.dishes


def test_no_training_sentence_is_a_near_copy_of_a_kept_one(graphs: list[TaskGraph]) -> None:
    kept = [sentence.sentence for sentence in written("kept")]
    for example in sentence_examples(graphs, 60, seed=1):
        assert not is_near_copy(_said(example.messages[-1].content), kept)


def test_near_copies_are_found_whoever_cooks_and_however_many_eat() -> None:
    assert is_near_copy("Max has to leave at eight", ["Ida has to leave at eight"]) is False
    cook, other = words().cooks[:2]
    assert is_near_copy(f"{cook} goes home at 8", [f"{other} goes home at 9"])
    assert is_near_copy("The soup is done!", ["the soup is done"])
    assert not is_near_copy("the soup is done", ["the soup is cold"])


def test_examples_are_the_same_for_the_same_seed_and_cover_every_meaning(graphs: list[TaskGraph]) -> None:
    first = list(sentence_examples(graphs, 40, seed=3))
    assert first == list(sentence_examples(graphs, 40, seed=3))
    assert first != list(sentence_examples(graphs, 40, seed=4))
    answers = [example.answer for example in sentence_examples(graphs, 300, seed=5)]
    meant = {saying.answer.split()[0] for saying in templates().values()}
    assert {answer.split()[0] for answer in answers} == meant
    assert any(OPEN in answer.split() for answer in answers)


def test_answers_can_be_read_and_hold_only_what_was_shown(graphs: list[TaskGraph]) -> None:
    for example in sentence_examples(graphs, 120, seed=6):
        prompt, answer = example.messages[-1].content, example.answer
        for word in answer.split()[1:]:
            shown = word.lstrip("+-") in prompt or word in (OPEN, "-", "now", "+1", "-1")
            assert shown, (prompt, answer)


def test_every_template_can_be_filled_and_read(graphs: list[TaskGraph]) -> None:
    rng = random.Random(1)
    for meaning, saying in templates().items():
        assert saying.share > 0
        assert len(set(saying.sayings)) == len(saying.sayings), meaning
        if "{" not in saying.answer and OPEN not in saying.answer and saying.answer != NONE:
            assert read(saying.answer, dinner(graphs, rng))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Boil the green beans until tender", ("boiling the green beans", "the green beans are boiled")),
        ("Chop onion, mince garlic", ("chopping the onion", "the onion is chopped")),
        ("Let the dough rise for an hour", ("letting the dough rise", "the dough has risen")),
        ("Bring a pot of water to the boil", ("bringing the water to the boil", "the water is boiling")),
        ("Roll out the pastry", ("rolling out the pastry", "the pastry is rolled out")),
        ("Freeze the cream", ("freezing the cream", "the cream is frozen")),
    ],
)
def test_a_task_is_said_in_several_ways(name: str, said: tuple[str, str]) -> None:
    found = forms(name)
    assert found is not None
    assert (found.ing, found.ed) == said


def test_names_that_sound_wrong_are_left_out() -> None:
    assert forms("Serve") is None
    assert forms("Finely grate it") is None
    assert forms("Combine everything") is None


def test_a_recipe_gives_a_short_dish(graphs: list[TaskGraph]) -> None:
    assert title("Cookbook:Shrimp Scampi with Lemon (Easy) II") == "Shrimp Scampi"
    names = dinner(graphs, random.Random(2))
    assert all(task.dish in names.dishes for task in names.tasks)
    assert fill(["food"], "pause", names.model_copy(update={"tasks": ()}), graphs, random.Random(1)) is None


class _Always:
    """A model that gives one answer to everything."""

    style: Style = "short"

    def __init__(self, text: str) -> None:
        self.text = text

    def ask(self, question: Question) -> _Always:
        return self


def test_exact_means_every_field() -> None:
    sentences = [one for one in written("tune") if one.dinner == "roast"]
    heard = list(hear_all(sentences, _Always("fails blender")))
    assert [one.exact for one in heard] == ["blender" in one.sentence for one in sentences]
    (score,) = scores(heard)
    assert score.exact == 1
    assert score.accuracy == 1 / len(sentences)
    silent = scores(list(hear_all(sentences, _Always(NONE))))[0]
    assert silent.exact == sum(one.event is None for one in sentences)
    assert not any(one.exact and one.written.event for one in hear_all(sentences, _Always("cook_leaves ? now")))


def test_the_tuning_sentences_can_be_answered() -> None:
    """What the grammar is built from holds each amount, task and thing that the events need."""
    for one in written("tune"):
        names = dinners()[one.dinner]
        heard = hear(one.sentence, names)
        needed = one.event.model_dump(mode="json", exclude={"kind", "units"}) if one.event else {}
        possible: dict[str, Collection[object]] = {
            "task": {names.labels()[label].id for label in heard.tasks},
            "cook": {*heard.cooks, None},
            "equipment": heard.things,
            "dish": heard.dishes,
            "ingredient": heard.phrases,
        }
        for field, value in needed.items():
            if field in ("at", "serve_at"):
                assert value[11:16] in heard.clocks
            elif field in possible:
                assert value in possible[field], one
            elif isinstance(value, int):
                assert str(value) in heard.numbers, one


def test_prepare_writes_files_that_train_reads(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["prepare-sentences", str(tmp_path), "--count", "5", "--eval-count", "2"])
    assert result.exit_code == 0, result.output
    assert len(list(read_chats(tmp_path / "train.jsonl"))) == 5
    assert len(list(read_chats(tmp_path / "eval.jsonl"))) == 2


@pytest.mark.slow
@pytest.mark.gguf
@pytest.mark.timeout(1200)
def test_the_shipped_adapter_understands_what_cooks_say() -> None:
    """Every sentence that was kept from tuning, and some of the others; `evaluate-sentences` asks all of them."""
    current = settings.load()
    assert modelfiles.adapter(modelfiles.events_settings(current), "events"), "the adapter for sentences is missing"
    with PlannerModel(model_of_events(current)) as model:
        tune, kept = scores(list(hear_all([*written("tune")[::4], *written("kept")], model)))
    assert tune.accuracy >= 0.90
    assert kept.accuracy >= 0.90


def _said(prompt: str) -> str:
    return prompt.rpartition("\n> ")[2]
