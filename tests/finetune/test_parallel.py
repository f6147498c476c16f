from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from finetune import parallel, training
from finetune.__main__ import app
from finetune.config import TrainConfig
from finetune.dataset import Example
from finetune.errors import WorkError
from finetune.parallel import LOOPBACK, STORE_VARIABLE, Team, add_up, join, launch, share_rows, shares, summed
from finetune.progress import Watcher, silent
from finetune.runlog import StepRecord


def example(tokens: int) -> Example:
    return Example("x", (0,), tuple(range(1, tokens)))


@given(lengths=st.lists(st.integers(2, 90), min_size=1, max_size=16), size=st.integers(1, 4))
def test_shares_are_whole_and_even(lengths: list[int], size: int) -> None:
    parts = shares([example(length) for length in lengths], size)
    assert len(parts) == size
    assert sorted(len(one) for part in parts for one in part) == sorted(lengths)
    loads = sorted(sum(map(len, part)) for part in parts)
    assert loads[-1] - loads[0] <= max(lengths)


@given(lengths=st.lists(st.integers(2, 90), min_size=1, max_size=16), size=st.integers(1, 4))
def test_even_rows_give_every_process_as_many_passes(lengths: list[int], size: int) -> None:
    batch = [example(length) for length in lengths]
    rows = [share_rows(batch, Team(rank, size), 100, even=True) for rank in range(size)]
    assert len({len(of_one) for of_one in rows}) == 1
    weight = sum(float(row.weights.sum()) for of_one in rows for row in of_one)
    assert weight == sum(len(one.answer) for one in batch)


def test_processes_meet_on_the_loopback_interface() -> None:
    assert LOOPBACK in {name for _, name in socket.if_nameindex()}


def test_a_follower_that_dies_before_the_team_has_met_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with (
        pytest.raises(WorkError, match=r"process 2 of 2 ended with status 2 before training began\. See"),
        launch(2, ["no-such-command"]),
    ):
        join(use_gpu=False)


def test_a_process_that_nobody_meets_does_not_wait_for_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_MEETING_SECONDS", 0.2)
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", STORE_VARIABLE: str(tmp_path / "store")}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WorkError, match=r"process 1 did not come within 0 seconds\. Stop what else"):
        join(use_gpu=False)


@pytest.mark.parametrize(("rank", "shows"), [("0", True), ("1", False)])
def test_only_the_leader_shows_the_run(
    tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rank: str, shows: bool
) -> None:
    watchers: list[Watcher] = []

    def train(config: TrainConfig, run: Path, watch: Watcher) -> list[StepRecord]:
        watchers.append(watch)
        return []

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setenv("RANK", rank)
    (tmp_path / "run.yaml").write_text(tiny_config.model_dump_json())
    CliRunner().invoke(app, ["train", str(tmp_path / "run.yaml")], catch_exceptions=False)
    assert [watch is not silent for watch in watchers] == [shows]


def test_one_process_alone_adds_nothing() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.tensor([1.0, 2.0])
    assert add_up(Team(), [parameter], 3.0) == 3.0
    assert parameter.grad.tolist() == [1.0, 2.0]
    assert summed(Team(), 4.0) == 4.0
