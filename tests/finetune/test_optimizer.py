"""The learning rate over a run."""

from __future__ import annotations

import pytest

from finetune.config import OptimizerSettings
from finetune.optimizer import learning_rate

SETTINGS = OptimizerSettings(learning_rate=1.0, final_fraction=0.3, warmup_steps=4)


def test_it_rises_and_falls_to_its_final_fraction() -> None:
    rates = [learning_rate(SETTINGS, step, 100) for step in range(100)]
    assert rates[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[-1] == pytest.approx(0.3, abs=0.001)


def test_the_end_takes_it_on_from_there_to_nothing() -> None:
    rates = [learning_rate(SETTINGS, step, 100, 50) for step in range(99, 150)]
    assert rates[1] == 0.3
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.001
