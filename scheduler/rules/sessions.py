"""Cooking on another day."""

from ortools.sat.python import cp_model

from scheduler.problem import Session
from scheduler.variables import Extra, Literal, TaskVars, Variables


def sessions(v: Variables) -> None:
    """Work starts while the kitchen is open, and only what keeps is made ahead: start in an allowed session.

    Attended tasks and inserted tasks (but warm-ups) also end in that session.
    """
    if not v.problem.sessions:
        return
    for t in v.tasks.values():
        if t.settled:
            continue
        allowed = [s for s in v.problem.sessions if t.task.make_ahead or not s.make_ahead]
        starts = [[s.start_minutes, s.end_minutes - 1] for s in allowed]
        v.model.add_linear_expression_in_domain(t.start, cp_model.Domain.from_intervals(starts))
        if t.task.attention == "unattended":
            continue
        inside = [_inside(v, t, session) for session in allowed]
        v.model.add_exactly_one(inside)
        for session, literal in zip(allowed, inside, strict=True):
            v.model.add(t.start >= session.start_minutes).only_enforce_if(literal)
            v.model.add(t.end <= session.end_minutes).only_enforce_if(literal)
    _inserted_in_sessions(v)


def _inserted_in_sessions(v: Variables) -> None:
    for extras, whole in ((v.warm_ups, False), (v.wash_ups, True), (v.cleans, True)):
        for extra in extras.values():
            if v.pinned(extra.id):
                continue
            spans = [
                [s.start_minutes, s.end_minutes - (extra.size if whole and isinstance(extra.size, int) else 1)]
                for s in v.problem.sessions
            ]
            domain = cp_model.Domain.from_intervals([span for span in spans if span[0] <= span[1]])
            v.model.add_linear_expression_in_domain(extra.start, domain).only_enforce_if(extra.literal)
            if whole and not isinstance(extra.size, int):
                inside = [_inside(v, extra, session) for session in v.problem.sessions]
                v.model.add_bool_or(*inside, ~extra.literal)
                for session, literal in zip(v.problem.sessions, inside, strict=True):
                    v.model.add(extra.start >= session.start_minutes).only_enforce_if(literal, extra.literal)
                    v.model.add(extra.end <= session.end_minutes).only_enforce_if(literal, extra.literal)


def _inside(v: Variables, item: TaskVars | Extra, session: Session) -> Literal:
    low, high = session.start_minutes, session.end_minutes
    name = item.id if isinstance(item, Extra) else item.task.id
    return v.implied(f"{name} in the session from {low}", lambda at: low <= at(item.start) < high)
