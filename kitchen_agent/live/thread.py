"""One dinner as one thread of the graph: planning, approval by a person, cooking; it waits at the last two.

The thread is kept by the database that keeps the events. Approval and cooking are interrupts: whoever has something
to say resumes the thread from any process, and it waits again. The store of events is the truth; the thread says
where the dinner is. So a resume that is lost or doubled does no harm: `cook` looks at the session, not at what it was
woken with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from kitchen_agent.errors import ModelError
from kitchen_agent.graph import build_graph
from kitchen_agent.live.kitchen import BY_ITSELF, LiveKitchen
from kitchen_agent.live.substitution import proposal
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner import Question
from kitchen_agent.state import Deps, DinnerState, Refusal


class SessionState(TypedDict, total=False):
    """A session on its way: what was asked for or the plan, whether it was approved, and how far it was cooked.

    `seen` is the number of the newest event that the graph knows.
    """

    session: str
    asked: dict[str, Any]
    menu_file: Path | None
    plan: DinnerPlan | None
    refusal: Refusal | None
    approved: bool
    seen: int
    finished: bool


@dataclass(frozen=True)
class SessionDeps:
    """What a session needs; `planning` opens what planning needs, for a menu and for a missing ingredient."""

    kitchen: LiveKitchen
    planning: Callable[[], Deps] | None = None


SessionGraph = CompiledStateGraph[SessionState, SessionDeps, SessionState, SessionState]


def build_session_graph(checkpointer: BaseCheckpointSaver[Any] | None) -> SessionGraph:
    """Plan unless there is a plan, open the session, wait for approval, then answer event after event."""
    graph = StateGraph(SessionState, context_schema=SessionDeps)
    graph.add_node(make_plan)
    graph.add_node(open_session)
    graph.add_node(approve)
    graph.add_node(cook)
    graph.add_node(propose)
    graph.add_node(replan)
    graph.add_conditional_edges(START, _first)
    graph.add_conditional_edges("make_plan", _planned)
    graph.add_edge("open_session", "approve")
    graph.add_conditional_edges("approve", _approved)
    graph.add_edge("cook", "propose")
    graph.add_edge("propose", "replan")
    graph.add_conditional_edges("replan", _over)
    return graph.compile(checkpointer=checkpointer)


def make_plan(state: SessionState, runtime: Runtime[SessionDeps]) -> SessionState:
    """Plan the dinner that was asked for, with the planning graph; its steps are kept by this thread's checkpointer."""
    planning = runtime.context.planning
    assert planning is not None, "a session without a plan is started with what planning needs"
    asked: DinnerState = {"asked": state["asked"], "menu_file": state["menu_file"]}
    values = build_graph(None).invoke(asked, context=planning())
    return {"plan": values.get("plan"), "refusal": values.get("refusal")}


def open_session(state: SessionState, runtime: Runtime[SessionDeps]) -> SessionState:
    """Keep the plan in the store, under the thread's id; the checkpoints of the cooking are small without it."""
    plan = state["plan"]
    assert plan is not None, "the edge leads here only with a plan"
    runtime.context.kitchen.open_session(plan, state["session"])
    return {"plan": None, "seen": 0, "finished": False}


def approve(state: SessionState) -> SessionState:
    """Wait for a person to say yes or no to the plan."""
    return {"approved": bool(interrupt("approve"))}


def cook(state: SessionState) -> SessionState:
    """Wait until somebody has told an event."""
    interrupt("cook")
    return {}


def propose(state: SessionState, runtime: Runtime[SessionDeps]) -> SessionState:
    """Say what could stand in for each missing ingredient that has no answer yet; a person decides.

    Without a model the proposals keep the order of the table.
    """
    kitchen, planning, name = runtime.context.kitchen, runtime.context.planning, state["session"]
    session = kitchen.latest(name)
    for missing in session.open_questions:
        if session.options(missing) is None:
            choose = _ask(planning) if planning is not None else None
            try:
                answer = proposal(session, missing, choose)
            except ModelError:
                answer = proposal(session, missing, None)
            kitchen.record(name, answer, f"proposal: {missing.ingredient} for {missing.dish}"[:100], BY_ITSELF)
    return {}


def _ask(planning: Callable[[], Deps]) -> Callable[[Question], str]:
    return lambda question: planning().chooser.ask(question).text


def replan(state: SessionState, runtime: Runtime[SessionDeps]) -> SessionState:
    """Bring the plan in force up to date with all events."""
    kitchen = runtime.context.kitchen
    session = kitchen.session(state["session"])
    return {"seen": kitchen.newest(state["session"]), "finished": session.finished}


def _first(state: SessionState) -> Literal["make_plan", "open_session"]:
    return "open_session" if state.get("plan") else "make_plan"


def _planned(state: SessionState) -> Literal["open_session", "__end__"]:
    return "open_session" if state.get("plan") else "__end__"


def _approved(state: SessionState) -> Literal["cook", "approve"]:
    """Who said no may change their mind: the session waits for approval again."""
    return "cook" if state["approved"] else "approve"


def _over(state: SessionState) -> Literal["cook", "__end__"]:
    return "__end__" if state["finished"] else "cook"
