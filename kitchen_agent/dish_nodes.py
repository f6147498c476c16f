"""The steps from a recipe to its task graph, one function each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from langgraph.runtime import Runtime

from kitchen_agent import planner
from kitchen_agent.errors import ContextOverflowError, DishRefusedError, GrammarError, GraphRefusedError
from kitchen_agent.progress import DishProgress, TokenMeter
from kitchen_agent.recipe import Recipe
from kitchen_agent.state import DishDeps, DishPlan, DishState


def recall_dish(state: DishState, runtime: Runtime[DishDeps]) -> DishState:
    """Look the recipe up among the answers of earlier runs."""
    deps, recipe = runtime.context, state["recipe"]
    answer = deps.answers.get(recipe, deps.model.author) if deps.answers else None
    if answer is None:
        runtime.stream_writer(DishProgress(recipe.title, "waiting"))
        return {"recalled": False}
    return {"recalled": True, "best": answer}


def plan_dish(state: DishState, runtime: Runtime[DishDeps]) -> DishState:
    """Let the model read the recipe and write its task graph."""
    recipe, deps = state["recipe"], runtime.context
    runtime.stream_writer(DishProgress(recipe.title, "reading"))
    meter = TokenMeter(recipe.title, "writing", runtime.stream_writer)
    with _about(recipe):
        completion = deps.model.ask(planner.question(recipe, deps.model.style), meter)
    return {"best": completion.text, "revisions": 0}


def check_dish(state: DishState, runtime: Runtime[DishDeps]) -> DishState:
    """Judge the best answer; the faults are those for which the model is asked again."""
    judged = planner.judge(state["best"], state["recipe"])
    again = planner.wants_revision(judged, runtime.context.model.style)
    return {"faults": tuple(fault.sentence for fault in judged.faults) if again else ()}


def revise_dish(state: DishState, runtime: Runtime[DishDeps]) -> DishState:
    """Let the model write again what is wrong with its answer; keep the better of the old one and the new one.

    An answer that is no better is the last: the model would write the same once more.
    """
    recipe, deps = state["recipe"], runtime.context
    before = planner.judge(state["best"], recipe)
    meter = TokenMeter(recipe.title, "revising", runtime.stream_writer)
    try:
        completion = deps.model.ask(planner.revision(recipe, deps.model.style, before), meter)
    except (ContextOverflowError, GrammarError):  # so long that there is no room for more: what there is must do
        return {"revisions": planner.REVISIONS_MAX}
    after = planner.judge(completion.text, recipe)
    if after.rank >= before.rank:
        return {"revisions": planner.REVISIONS_MAX}
    return {"best": after.answer, "revisions": state["revisions"] + 1}


def finish_dish(state: DishState, runtime: Runtime[DishDeps]) -> DishState:
    """Make the task graph of the best answer, and keep that answer for the next time."""
    recipe, deps = state["recipe"], runtime.context
    with _about(recipe):
        graph, notes = planner.finish(planner.judge(state["best"], recipe))
    if deps.answers and not state["recalled"]:
        deps.answers.put(recipe, deps.model.author, state["best"])
    stage: Literal["recalled", "planned"] = "recalled" if state["recalled"] else "planned"
    runtime.stream_writer(DishProgress(recipe.title, stage, tasks=len(graph.tasks)))
    return {"dishes": {state["dish"]: DishPlan(graph=graph, notes=notes)}}


def after_recall(state: DishState) -> Literal["finish_dish", "plan_dish"]:
    """A known answer was checked and revised when it was new."""
    return "finish_dish" if state["recalled"] else "plan_dish"


def after_check(state: DishState) -> Literal["finish_dish", "revise_dish"]:
    """Ask again while something is wrong, at most twice."""
    return "revise_dish" if state["faults"] and state["revisions"] < planner.REVISIONS_MAX else "finish_dish"


@contextmanager
def _about(recipe: Recipe) -> Iterator[None]:
    """Name the recipe in the errors of its planning."""
    try:
        yield
    except (ContextOverflowError, GrammarError, GraphRefusedError) as error:
        raise DishRefusedError(recipe.title, str(error)) from error
