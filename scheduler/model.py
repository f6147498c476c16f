"""Puts a problem together: variables, rules, objective."""

from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.declare import declare
from scheduler.objective import TERMS
from scheduler.problem import Problem, TermName
from scheduler.rules import RULES, Rule
from scheduler.validate import validate
from scheduler.variables import Expr, Variables


@dataclass(frozen=True)
class Build:
    """A model ready to be solved; ``terms``: the objective's terms in the problem's order."""

    model: cp_model.CpModel
    variables: Variables
    terms: dict[TermName, Expr]


def build(problem: Problem, rules: Iterable[Rule] = RULES) -> Build:
    """The CP-SAT model of a problem under the given rules.

    Raises InvalidProblemError with every fault when the problem makes no sense.
    """
    validate(problem)
    variables = declare(problem)
    for rule in rules:
        rule(variables)
    terms: dict[TermName, Expr] = {name: TERMS[name](variables) for name in problem.objective}
    return Build(variables.model, variables, terms)
