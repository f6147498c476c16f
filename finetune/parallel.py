"""Data-parallel training: several processes work off shares of one batch and add up their gradients.

A process belongs to a team when its environment says so: `accelerate launch` and `torchrun` set RANK and WORLD_SIZE,
and `launch` sets them for processes on this computer. On a processor, two processes of one thread each are faster
than one of two threads: they wait for each other once a step instead of at every operation.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as distributed
from torch import nn
from torch.distributed.fsdp import fully_shard

from finetune.dataset import Example, Packed, micro_batches, pack
from finetune.errors import WorkError

_T = TypeVar("_T")
_CPU = torch.device("cpu")
STORE_VARIABLE = "FINETUNE_STORE"
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
_TIMEOUT = timedelta(hours=6)  # the others wait while the leader scores; a death is noticed at once
_MEETING_SECONDS = 300.0  # to start Python and load torch, also where many processes do so at once
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Team:
    """The processes that train together: this one's `rank` of `size`, and the device that it works on."""

    rank: int = 0
    size: int = 1
    device: torch.device = _CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes the log and the checkpoints."""
        return self.rank == 0


def join(*, use_gpu: bool) -> Team:
    """The team that the environment describes; a lone process when it describes none.

    Raises WorkError when the processes that `launch` started do not meet within minutes.
    """
    gpu = use_gpu and torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(device)
    if "RANK" not in os.environ:
        return Team(device=device)
    if not distributed.is_initialized():
        store, rank, size = os.environ.get(STORE_VARIABLE), int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        if store:
            _sign(store, rank).touch()
            _await(store, range(size), {})
        distributed.init_process_group(
            "nccl" if gpu else "gloo",
            init_method=f"file://{store}" if store else "env://",
            rank=rank,
            world_size=size,
            timeout=_TIMEOUT,
        )
    return Team(distributed.get_rank(), distributed.get_world_size(), device)


@contextmanager
def launch(size: int, arguments: Sequence[str]) -> Iterator[None]:
    """Make this process the first of `size` on this computer; the others run `python -m finetune` with `arguments`.

    They find each other through a file and talk over the loopback interface only. A follower whose leader dies
    fails at its next step, and so does a leader whose follower dies. Raises WorkError when a follower ends before it
    has come, or does not come within minutes.
    """
    with tempfile.TemporaryDirectory(prefix="finetune-") as folder:
        team = {STORE_VARIABLE: str(Path(folder) / "store"), "WORLD_SIZE": str(size), "GLOO_SOCKET_IFNAME": LOOPBACK}
        os.environ.update(team, RANK="0", LOCAL_RANK="0")
        followers = {
            rank: subprocess.Popen(
                [sys.executable, "-m", "finetune", *arguments],
                env={**os.environ, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                stdout=subprocess.DEVNULL,
            )
            for rank in range(1, size)
        }
        try:
            _await(team[STORE_VARIABLE], followers, followers)
            yield
            for follower in followers.values():
                follower.wait()
        finally:
            for follower in followers.values():
                follower.kill()


def _sign(store: str, rank: int) -> Path:
    """The file that says that the process `rank` has come to the meeting at `store`."""
    return Path(f"{store}-{rank}")


def _await(store: str, ranks: Iterable[int], started: Mapping[int, subprocess.Popen[bytes]]) -> None:
    """Wait until the processes `ranks` have come to the meeting at `store`; those in `started` are watched.

    The libraries below would wait as long as for a gradient, and say only that nobody came.
    """
    until = time.monotonic() + _MEETING_SECONDS
    while missing := [rank for rank in ranks if not _sign(store, rank).exists()]:
        for rank in started.keys() & set(missing):
            if (status := started[rank].poll()) is not None:
                raise WorkError(
                    f"process {rank + 1} of {len(started) + 1} ended with status {status} before training began. See "
                    "what it says above, or set processes to 1."
                )
        if time.monotonic() > until:
            raise WorkError(
                f"process {missing[0] + 1} did not come within {_MEETING_SECONDS:.0f} seconds. Stop what else keeps "
                "this computer busy, or set processes to 1."
            )
        time.sleep(_LOOK_SECONDS)


def shares(batch: Sequence[Example], size: int) -> list[list[Example]]:
    """`batch` in `size` parts with about the same number of tokens: the longest first, each to the lightest part."""
    parts: list[list[Example]] = [[] for _ in range(size)]
    for example in sorted(batch, key=len, reverse=True):
        min(parts, key=lambda part: sum(map(len, part))).append(example)
    return parts


def share_rows(batch: Sequence[Example], team: Team, row_tokens: int, *, even: bool = False) -> list[Packed]:
    """This process's share of `batch` in rows of at most `row_tokens` tokens.

    With `even` every process gets the same number of rows, as sharded weights need it; those that make up the number
    have no weight in the loss.
    """
    groups = [list(micro_batches(share, row_tokens)) for share in shares(batch, team.size)]
    rows = [pack(group) for group in groups[team.rank]]
    if even:
        shortest = pack([replace(min(batch, key=len), weight=0.0)])
        rows += [shortest] * (max(map(len, groups)) - len(rows))
    return rows


def summed(team: Team, value: float) -> float:
    """The sum of `value` over the team."""
    if team.size == 1:
        return value
    total = torch.tensor([value], dtype=torch.float64, device=team.device)
    distributed.all_reduce(total)
    return float(total)


def gathered(team: Team, value: _T) -> list[_T]:
    """The `value` of every process of the team, in the order of their ranks."""
    if team.size == 1:
        return [value]
    values: list[Any] = [None] * team.size
    distributed.all_gather_object(values, value)
    return values


def add_up(team: Team, parameters: Sequence[nn.Parameter], loss: float) -> float:
    """Replace each gradient by its sum over the team; returns the sum of the losses."""
    if team.size == 1:
        return loss
    gradients = [
        parameter.grad if parameter.grad is not None else torch.zeros_like(parameter) for parameter in parameters
    ]
    flat = torch.cat([*(gradient.flatten() for gradient in gradients), gradients[0].new_tensor([loss])])
    distributed.all_reduce(flat)
    pieces = torch.split(flat[:-1], [parameter.numel() for parameter in parameters])
    for parameter, piece in zip(parameters, pieces, strict=True):
        parameter.grad = piece.view_as(parameter)
    return float(flat[-1])


def shard_frozen(model: nn.Module, layers: Sequence[nn.Module], device: torch.device) -> None:
    """Spread the frozen weights of `layers` over the team (FSDP), so that each process holds only its part.

    One layer at a time is whole on `device`, and the rest of the model stays where it is.
    The adapter's parameters stay whole in every process: they are small, and so their gradients, the optimiser and
    the checkpoints are the same with and without sharding.
    """
    trained = {parameter for parameter in model.parameters() if parameter.requires_grad}
    for layer in layers:
        layer.to(device)
        fully_shard(layer, ignored_params=trained)
