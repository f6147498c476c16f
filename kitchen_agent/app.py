"""Starts, resumes and follows runs of the graph; the command line and the web use this and nothing else of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver

from kitchen_agent.answers import AnswerStore
from kitchen_agent.checkpoints import held_run, open_checkpoints, thread_ids
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import UnknownRunError
from kitchen_agent.graph import DinnerGraph, build_graph
from kitchen_agent.nodes import from_now_on, recipes_of
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner_model import ModelChoice, PlannerModel
from kitchen_agent.progress import DinnerProgress, DishProgress, Progress
from kitchen_agent.request_file import requested
from kitchen_agent.state import Deps, DinnerState, Refusal, Scheduler
from scheduler.problem import Problem
from scheduler.schedule import Outcome

RUNS_FILE = "runs.sqlite"
THREADS = 32
"""A thread for each dish of the longest menu and for what streams their progress; the model lets four write at once."""

PATIENT_WORK = 6.0
"""Deterministic seconds for a dinner of which the first search found no plan at all: up to a minute."""

INSIGHT_SECONDS = 0.0
"""For what the bottleneck alone needs no search; the gains of more equipment would cost seconds."""

Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Runs:
    """The dinner graph with its checkpointer and what its nodes need; `locks` is a folder for the runs at work."""

    graph: DinnerGraph
    saver: SqliteSaver
    deps: Deps
    locks: Path

    def start(self, run: str, asked: dict[str, Any], menu_file: Path | None, listen: Listener) -> DinnerPlan | Refusal:
        """Plan the dinner that was asked for; `run` is its id from `new_run`."""
        return self._follow(run, {"asked": asked, "menu_file": menu_file}, listen)

    def resume(self, run: str, listen: Listener) -> DinnerPlan | Refusal:
        """Go on with a run where it stopped; of one that is finished, give the result again.

        Raises UnknownRunError, and RunBusyError when another process is at work on it.
        """
        _require_run(self.saver, run)
        return self._follow(run, None, listen)

    def _follow(self, run: str, state: DinnerState | None, listen: Listener) -> DinnerPlan | Refusal:
        with held_run(self.locks, run):
            stream = self.graph.stream(
                state, _config(run), context=self.deps, stream_mode="custom", subgraphs=True, durability="sync"
            )
            for _, event in stream:
                if isinstance(event, DishProgress | DinnerProgress):
                    listen(event)
        result = _result(self.graph, run)
        assert result is not None, "a run ends with a plan or a refusal"
        return result


def result_of(data_dir: Path, run: str) -> DinnerPlan | Refusal | None:
    """What came of a run, without a model; None while it is not finished. Raises UnknownRunError and StorageError."""
    with open_checkpoints(data_dir / RUNS_FILE) as saver:
        _require_run(saver, run)
        return _result(build_graph(saver), run)


def check_dinner(asked: dict[str, Any], menu_file: Path | None, own_recipes: Sequence[Path] = ()) -> None:
    """Raise now, before a model is fetched, what the first steps of planning would find wrong."""
    now = datetime.now().astimezone()
    recipes_of(from_now_on(requested(asked, menu_file, now), now), Cookbook.open(own_recipes))


def _result(graph: DinnerGraph, run: str) -> DinnerPlan | Refusal | None:
    values = graph.get_state(_config(run)).values
    return values.get("plan") or values.get("refusal")


def _require_run(saver: SqliteSaver, run: str) -> None:
    if saver.get_tuple(_config(run)) is None:
        raise UnknownRunError(run, thread_ids(saver, limit=5))


def new_run() -> str:
    """An id for a new run."""
    return secrets.token_hex(4)


@contextmanager
def open_runs(
    data_dir: Path, choice: ModelChoice, *, own_recipes: Sequence[Path] = (), recall: bool = True
) -> Iterator[Runs]:
    """Everything that planning a dinner needs, open until the end of the block.

    `data_dir` holds the runs and the kept answers; with `recall` false, kept answers are neither used nor added.
    """
    with (
        open_checkpoints(data_dir / RUNS_FILE) as saver,
        open_deps(data_dir, choice, own_recipes=own_recipes, recall=recall) as deps,
    ):
        yield Runs(build_graph(saver), saver, deps, data_dir / "locks")


@contextmanager
def open_deps(
    data_dir: Path, choice: ModelChoice, *, own_recipes: Sequence[Path] = (), recall: bool = True
) -> Iterator[Deps]:
    """What the nodes of planning need, open until the end of the block; as `open_runs`, without the runs."""
    with PlannerModel(choice) as planner, PlannerModel(choice.without_adapter()) as chooser:
        yield Deps(
            model=planner,
            answers=AnswerStore(data_dir / "answers.sqlite") if recall else None,
            chooser=chooser,
            cookbook=Cookbook.open(own_recipes),
            scheduler=_scheduler(),
            now=lambda: datetime.now().astimezone(),
        )


@contextmanager
def deps_when_needed(data_dir: Path, choose: Callable[[], ModelChoice]) -> Iterator[Callable[[], Deps]]:
    """What `open_deps` gives, opened when it is asked for first; `choose` may fetch the model."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(open_deps(data_dir, choose())))


def _scheduler() -> Scheduler:
    from scheduler import Limits, Solved, solve, tidy
    from scheduler.explain import explain, insight, rescues

    def solved(problem: Problem, limits: Limits) -> Outcome:
        outcome = solve(problem, limits)
        if not isinstance(outcome, Solved):
            return outcome
        return outcome.model_copy(update={"schedule": tidy(problem, outcome.schedule)})

    return Scheduler(
        solve=lambda problem: solved(problem, Limits()),
        search_longer=lambda problem: solved(problem, Limits(deterministic_limit=PATIENT_WORK)),
        explain=lambda problem, say: explain(problem, say=say),
        rescues=lambda problem, schedule, say: rescues(problem, schedule, say=say),
        insight=lambda problem, schedule, say: insight(problem, schedule, seconds=INSIGHT_SECONDS, say=say),
    )


def _config(run: str) -> RunnableConfig:
    return {"configurable": {"thread_id": run}, "max_concurrency": THREADS}
