from __future__ import annotations

import socket

import torch
from hypothesis import given
from hypothesis import strategies as st

from finetune.dataset import Example
from finetune.parallel import LOOPBACK, Team, add_up, share_rows, shares, summed


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


def test_one_process_alone_adds_nothing() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.tensor([1.0, 2.0])
    assert add_up(Team(), [parameter], 3.0) == 3.0
    assert parameter.grad.tolist() == [1.0, 2.0]
    assert summed(Team(), 4.0) == 4.0
