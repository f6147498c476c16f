"""The judge: does a schedule keep every rule of the kitchen, and what is it worth?

Written from the meaning of the types alone. It shares no code with the model and never imports OR-Tools, so that
a mistake in the model cannot hide here.
"""

from collections.abc import Callable, Iterator

from scheduler.check import boards, equipment, form, ovens, people, serving, terms, times, vessels
from scheduler.check.report import Report, Rule, Violation
from scheduler.check.view import View
from scheduler.problem import Problem
from scheduler.schedule import Schedule

RULES: tuple[Callable[[View], Iterator[Violation]], ...] = (
    form.form,
    form.horizon,
    times.duration,
    times.release,
    times.link,
    times.session,
    times.pin,
    times.replan,
    people.crew,
    people.skill,
    people.refusal,
    people.presence,
    people.hands,
    people.tending,
    people.fire,
    equipment.equipment,
    ovens.oven_celsius,
    ovens.oven_slots,
    ovens.oven_change,
    ovens.oven_heat,
    ovens.oven_warm_up,
    ovens.oven_door,
    vessels.vessel,
    vessels.wash_up,
    boards.board,
    boards.hygiene,
    boards.clean,
    serving.serving,
    serving.course,
    terms.terms,
)


def check(problem: Problem, schedule: Schedule) -> Report:
    """Every rule that the schedule breaks, and the objective's terms computed again.

    The problem must be valid (:func:`scheduler.validate.validate`). A schedule that is incomplete or names unknown
    things gets violations of the rule ``form``; the other rules then judge what is there.
    """
    view = View(problem, schedule)
    return Report(
        violations=tuple(violation for rule in RULES for violation in rule(view)),
        terms=terms.recompute(view),
    )


__all__ = ["RULES", "Report", "Rule", "Violation", "check"]
