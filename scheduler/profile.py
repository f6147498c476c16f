"""How large a problem's model is and which rule makes it so."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from scheduler.declare import declare
from scheduler.objective import TERMS
from scheduler.problem import Problem
from scheduler.rules import RULES
from scheduler.validate import validate
from scheduler.variables import Variables


@dataclass(frozen=True)
class Step:
    """What one step of building added: seconds, variables and constraints."""

    name: str
    seconds: float
    variables: int
    constraints: int


def profile(problem: Problem) -> tuple[Step, ...]:
    """The steps of building the model: the variables, each rule, each term of the objective."""
    validate(problem)
    started = time.perf_counter()
    variables = declare(problem)
    proto = variables.model.proto
    steps = [Step("variables", time.perf_counter() - started, len(proto.variables), len(proto.constraints))]
    parts: list[tuple[str, Callable[[Variables], object]]] = [(rule.__name__, rule) for rule in RULES]
    parts += [(f"term {name}", TERMS[name]) for name in problem.objective]
    for name, part in parts:
        before = len(proto.variables), len(proto.constraints)
        started = time.perf_counter()
        part(variables)
        seconds = time.perf_counter() - started
        steps.append(Step(name, seconds, len(proto.variables) - before[0], len(proto.constraints) - before[1]))
    return tuple(steps)


def table(steps: tuple[Step, ...]) -> str:
    """The steps as a text table, the sum last."""
    total = Step(
        "all",
        sum(step.seconds for step in steps),
        sum(step.variables for step in steps),
        sum(step.constraints for step in steps),
    )
    lines = [f"{'step':24} {'ms':>8} {'variables':>10} {'constraints':>12}"]
    for step in (*steps, total):
        lines.append(f"{step.name:24} {step.seconds * 1000:8.1f} {step.variables:10} {step.constraints:12}")
    return "\n".join(lines)
