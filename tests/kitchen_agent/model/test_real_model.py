"""The embedded model itself: it writes sense, obeys the grammar at no price, and four answers cost less than four."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kitchen_agent import lineformat, modelfiles, settings
from kitchen_agent.doctor import examine
from kitchen_agent.language_model import LanguageModel
from kitchen_agent.llama import Engine, Row
from kitchen_agent.modelfiles import ModelFile
from kitchen_agent.prompt import Message, messages
from tests.kitchen_agent.samples import GRATIN

pytestmark = [pytest.mark.gguf, pytest.mark.timeout(900)]

CHATS: list[list[Message]] = [
    [{"role": "user", "content": question}]
    for question in (
        "What is the capital of France? Answer in one word.",
        "Name the main ingredient of hummus in one word.",
        "How many minutes does a soft-boiled egg take?",
        "Which sauce is made of butter, egg yolks and lemon?",
    )
]


@pytest.fixture(scope="module")
def served() -> ModelFile:
    """The model file that is served, fetched if need be."""
    return modelfiles.served_model(settings.load())


@pytest.fixture(scope="module")
def model(served: ModelFile) -> Iterator[LanguageModel]:
    """The model, open, without adapter."""
    with LanguageModel.open(served.path) as language:
        yield language


def test_the_file_is_made_from_the_published_bytes() -> None:
    states = modelfiles.inspect(settings.load(), read=True)
    assert [(state.role, state.state) for state in states] == [("base", "good"), ("served", "good")]


def test_it_writes_sense(model: LanguageModel) -> None:
    assert "Paris" in model.complete(CHATS[0], max_tokens=8).text


def test_four_answers_at_once_are_the_same_and_cheaper(model: LanguageModel) -> None:
    def answer(chat: list[Message]) -> str:
        return model.complete(chat, max_tokens=24, grammar="root ::= [^\\x00]{80,200}").text

    began = time.process_time()
    alone = [answer(chat) for chat in CHATS]
    between = time.process_time()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(answer, CHATS))
    ended = time.process_time()
    assert together == alone
    assert ended - between < 0.8 * (between - began)


def test_the_grammar_costs_at_most_a_tenth(served: ModelFile) -> None:
    """Processor time of this thread, so that a busy machine does not count."""
    engine = Engine(served.path, None, threads=1, context=2048, slots=1)
    prompt = engine.tokenize(engine.render(messages(GRATIN, "example")))
    logits = engine.evaluate([Row(0, at, token, wanted=at == len(prompt) - 1) for at, token in enumerate(prompt[:500])])
    for first in range(500, len(prompt), 500):
        rows = [Row(0, at, t, wanted=at == len(prompt) - 1) for at, t in enumerate(prompt[first : first + 500], first)]
        logits = engine.evaluate(rows)
    grammar, free, ruled = engine.grammar(lineformat.grammar(GRATIN)), 0.0, 0.0
    for position in range(len(prompt), len(prompt) + 60):
        began = time.thread_time()
        np.argmax(logits[0])
        chosen = time.thread_time()
        token = grammar.best(logits[0])
        if engine.ends(token):
            break
        grammar.accept(token)
        accepted = time.thread_time()
        logits = engine.evaluate([Row(0, position, token)])
        free += chosen - began + time.thread_time() - accepted
        ruled += accepted - chosen + time.thread_time() - accepted
    engine.close()
    assert ruled < 1.1 * free


def test_doctor_says_everything() -> None:
    found = dict(examine(settings.load()))
    assert {"llama-cpp-python", "cores", "memory", "model folder", "model", "adapter"} < found.keys()
    assert found["reads"].endswith("prompt tokens a second")
    assert "tokens a second" in found["writes"]
    assert "tokens a second" in found["with grammar"]
