"""Choosing estimates: by what a model holds possible, and inside an answer that is being written."""

import math
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_agent.language_model import LanguageModel
from kitchen_agent.llama import Engine, Logits, Row
from kitchen_agent.weighing import Figure, weigh
from tests.kitchen_agent.model.test_language_model import QUESTIONS, ask

DIGITS = range(10)
OTHER = 10


def logits_after(begun: Figure, belief: dict[int, float]) -> Logits:
    """What a model says after `begun` when it believes in whole numbers as `belief` does; token 10 ends a number."""
    text = "".join(map(str, begun))
    shares = np.zeros(11)
    for figure, share in belief.items():
        if str(figure).startswith(text):
            rest = str(figure)[len(text) :]
            shares[int(rest[0]) if rest else OTHER] += share
    with np.errstate(divide="ignore"):
        logits: Logits = np.log(shares / max(shares.sum(), 1e-300)).astype(np.float32)
    return logits


def chosen(belief: dict[int, float]) -> tuple[int, list[Figure]]:
    """The figure that is written, and the beginnings that were tried on the way."""
    tried = []
    search = weigh(logits_after((), belief), DIGITS)
    try:
        figure = next(search)
        while True:
            tried.append(figure)
            figure = search.send(logits_after(figure, belief))
    except StopIteration as found:
        return int("".join(map(str, found.value))), tried


@pytest.mark.parametrize(
    ("belief", "figure"),
    [
        ({7: 1.0}, 7),
        ({5: 0.4, 10: 0.3, 12: 0.2, 15: 0.1}, 8),
        ({1: 0.5, 2: 0.5}, 1),
        ({2: 0.4, 3: 0.4, 4: 0.2}, 3),
        ({120: 0.9, 12: 0.1}, 95),
        ({1440: 0.97, 5: 0.03}, 1440),
        ({30: 0.5, 300: 0.5}, 95),
    ],
)
def test_the_figure_in_the_middle_of_what_is_believed(belief: dict[int, float], figure: int) -> None:
    assert chosen(belief)[0] == pytest.approx(figure, rel=0.2 if figure > 100 else 0.06)


def test_what_is_nearly_sure_is_not_weighed_against_much() -> None:
    assert chosen({8: 0.9, 15: 0.06, 20: 0.04})[1] == [(8,)]


@given(st.dictionaries(st.integers(1, 400), st.floats(0.05, 1), min_size=1, max_size=6))
def test_it_is_the_geometric_mean_and_found_token_by_token(weights: dict[int, float]) -> None:
    total = sum(weights.values())
    belief = {figure: weight / total for figure, weight in weights.items()}
    figure, tried = chosen(belief)
    assert len(tried) == len(set(tried))
    for before, after in zip([(), *tried], tried, strict=False):
        assert after[:-1] == before[: len(after) - 1]
    if min(belief.values()) >= 0.05 and max(belief.values()) < 0.8:
        exact = math.exp(sum(share * math.log(value) for value, share in belief.items()))
        assert figure == pytest.approx(exact, abs=0.51)


def figure_by_hand(engine: Engine, prompt: list[int]) -> int:
    """The figure after `prompt`, weighed without a decoder."""
    digits = [engine.tokenize(str(digit))[0] for digit in DIGITS]
    engine.trim(0, 0)
    rows = [Row(0, at, token, wanted=at == len(prompt) - 1) for at, token in enumerate(prompt)]
    search = weigh(engine.evaluate(rows)[0].copy(), digits)
    try:
        figure = next(search)
        while True:
            at = len(prompt) + len(figure) - 1
            engine.trim(0, at)
            figure = search.send(engine.evaluate([Row(0, at, digits[figure[-1]])])[0])
    except StopIteration as found:
        return int("".join(map(str, found.value)))


def test_the_figure_that_was_weighed_is_written_and_ends_there(tiny_path: Path) -> None:
    rules = 'root ::= "~" [1-9] [0-9]{0,3} (" " [a-z])? [0-9a-z ]{0,9}'
    engine = Engine(tiny_path, None, threads=1, context=1024, slots=1)
    with LanguageModel.open(tiny_path, threads=1, context=1024) as model:
        for question in [*QUESTIONS[:3], *(ask(f"Step {number}?") for number in range(9))]:
            wanted = figure_by_hand(engine, engine.tokenize(engine.render(question) + "~"))
            answer = model.complete(question, grammar=rules, max_tokens=8, begun="~", estimate=re.compile(r"~\Z"))
            written = re.match(r"~(\d+)", answer.text)
            assert written
            assert int(written[1]) == wanted
    engine.close()


def test_inside_an_answer_the_rest_is_written_as_if_the_figure_had_been_given(tiny_path: Path) -> None:
    rules = 'root ::= "about ~" [1-9] [0-9]{0,3} " minutes, " [a-z]{8}'
    mark = re.compile(r"~\Z")
    with LanguageModel.open(tiny_path, threads=1, context=1024) as model:
        for question in QUESTIONS:
            weighed = model.complete(question, grammar=rules, max_tokens=60, estimate=mark)
            found = re.fullmatch(r"(about ~[1-9][0-9]{0,3}) minutes, [a-z]{8}", weighed.text)
            assert found, weighed.text
            given_figure = model.complete(question, grammar=rules, max_tokens=60, begun=f"{found[1]} ")
            assert given_figure.text == weighed.text
        assert any(
            model.complete(question, grammar=rules, max_tokens=60).text
            != model.complete(question, grammar=rules, max_tokens=60, estimate=mark).text
            for question in QUESTIONS
        )


def test_figures_are_weighed_alike_alone_and_side_by_side(tiny_path: Path, tiny_adapter: Path) -> None:
    rules = 'root ::= ("~" [1-9] [0-9]{0,3} " " [a-z]{1,3} "; "){6}'
    mark = re.compile(r"~\Z")
    questions = [*QUESTIONS, ask("How long does rice take?")]
    with LanguageModel.open(tiny_path, tiny_adapter, threads=1, context=1024) as model:

        def answer(number: int) -> str:
            return model.complete(questions[number], grammar=rules, max_tokens=90, estimate=mark).text

        alone = [answer(number) for number in range(len(questions))]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(answer, range(len(questions)))) == alone
    assert all(re.fullmatch(r"(~[1-9][0-9]{0,3} [a-z]{1,3}; ){6}", text) for text in alone)
