"""The solver's variables, as a cook would name them: when each task starts, who does it, in which oven.

Variables only exist here; what they may be together is said by :mod:`scheduler.rules`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.problem import Cook, Oven, Pin, Problem, Task, VesselStock, VesselUse, Window

Literal = cp_model.BoolVarT
Expr = cp_model.LinearExpr | int
Value = Callable[[Expr], int]
"""The value of an expression in some solution."""
Definition = Callable[[Value], int]
"""The value of a variable that is no decision, from those of the variables created before it."""
SETTLED = ("done", "running")


@dataclass(frozen=True)
class TaskVars:
    """One task: its times, cooks (``does``), pans in parallel (``pans``: number → literal), oven and board."""

    task: Task
    start: Expr
    size: Expr
    end: Expr
    interval: cp_model.IntervalVar
    does: dict[str, cp_model.IntVar]
    pans: dict[int, Literal]
    pan_count: Expr
    ovens: dict[str, Literal]
    boards: dict[str, cp_model.IntVar]
    done: bool
    settled: bool

    @property
    def max_pans(self) -> int:
        """The most pans in parallel that the solver may choose."""
        return max(self.pans)


@dataclass(frozen=True)
class Work:
    """A piece of work that one cook may do: ``literal`` says whether this cook does it.

    ``owner``: id of the task or inserted task.
    ``hands``: needs both hands, else it is tending ``pots`` pots.
    ``free``: settled, so that skill, refusals and presence are not asked.
    """

    cook: str
    owner: str
    literal: cp_model.IntVar
    start: Expr
    size: Expr
    end: Expr
    interval: cp_model.IntervalVar
    hands: bool
    light: bool
    pots: Expr
    tags: tuple[str, ...]
    skill: int
    inserted: bool = False
    free: bool = False
    done: bool = False

    @property
    def label(self) -> str:
        """A name for the solver's variables."""
        return f"{self.cook} does {self.owner}"


@dataclass(frozen=True)
class Extra:
    """A task that may be inserted; ``literal`` says whether it is. ``cooks``: who does it."""

    id: str
    literal: Literal
    start: Expr
    size: Expr
    end: Expr
    interval: cp_model.IntervalVar
    cooks: dict[str, cp_model.IntVar]
    touch: Expr
    short: Literal | None = None


@dataclass(frozen=True)
class Hold:
    """A vessel that a dish's letter holds, for the k-th extra pan of a task ``extra_of`` and ``copy`` say which."""

    dish: str
    use: VesselUse
    letter: str
    present: Literal
    tasks: tuple[str, ...]
    stocks: dict[str, Literal]
    first: Expr
    last: Expr

    @property
    def key(self) -> tuple[str, str]:
        """Dish and letter."""
        return self.dish, self.letter


@dataclass
class Variables:
    """Everything that the rules and the objective speak about, for one problem."""

    problem: Problem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    tasks: dict[str, TaskVars] = field(default_factory=dict)
    served: dict[str, cp_model.IntVar] = field(default_factory=dict)
    warm_ups: dict[str, Extra] = field(default_factory=dict)
    wash_ups: dict[tuple[str, str], Extra] = field(default_factory=dict)
    cleans: dict[str, Extra] = field(default_factory=dict)
    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)
    work: dict[str, list[Work]] = field(default_factory=lambda: defaultdict(list))
    in_window: dict[str, dict[int, Literal]] = field(default_factory=dict)
    orders: dict[tuple[str, str], Literal] = field(default_factory=dict)
    attendance: dict[tuple[str, int], Expr] = field(default_factory=dict)
    clean_at: dict[tuple[str, str], Expr] = field(default_factory=dict)
    own_heat: dict[str, Literal] = field(default_factory=dict)
    definitions: list[tuple[cp_model.IntVar, Definition]] = field(default_factory=list)

    @property
    def horizon(self) -> int:
        """The last minute of the plan."""
        return self.problem.horizon_minutes

    @cached_property
    def cooks(self) -> dict[str, Cook]:
        """The cooks by id."""
        return {cook.id: cook for cook in self.problem.cooks}

    @cached_property
    def ovens(self) -> dict[str, Oven]:
        """The ovens by id."""
        return {oven.id: oven for oven in self.problem.ovens}

    @cached_property
    def stocks(self) -> dict[str, VesselStock]:
        """The vessel stocks by id."""
        return {stock.id: stock for stock in self.problem.vessels}

    @cached_property
    def pins(self) -> dict[str, Pin]:
        """The pins by the id of what they settle."""
        return {pin.task: pin for pin in self.problem.pins}

    @cached_property
    def now(self) -> int:
        """The minute of planning again; 0 for a first plan."""
        return self.problem.replan.now_minutes if self.problem.replan else 0

    @cached_property
    def one(self) -> cp_model.IntVar:
        """A literal that is always true."""
        return self.model.new_constant(1)

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """For each task, the tasks that end before it starts because of links (transitively)."""
        return predecessors(self.problem)

    def windows(self, cook: str) -> tuple[Window, ...]:
        """The cook's presence windows; everything when none is given."""
        return self.cooks[cook].presence or (Window(start_minutes=0, end_minutes=self.horizon),)

    def pinned(self, name: str) -> Pin | None:
        """The pin of a task or inserted task that is done or running, else None."""
        pin = self.pins.get(name)
        return pin if pin and pin.state in SETTLED else None

    def order(self, first: str, second: str) -> Literal:
        """A literal for "``first`` comes before ``second``", its negation meaning the reverse.

        It has no meaning by itself: rules give it one with the gap that they need.
        """
        if second in self.before and first in self.before[second]:
            return self.one
        if first in self.before and second in self.before[first]:
            return ~self.one
        if (first, second) not in self.orders:
            i, j = self.tasks[first], self.tasks[second]
            literal = self.implied(f"{first} before {second}", lambda at: _comes_first(i, j, at))
            self.orders[first, second] = literal
            self.orders[second, first] = ~literal
        return self.orders[first, second]

    def literal(self, name: str) -> cp_model.IntVar:
        """A decision: true or false."""
        return self.model.new_bool_var(name)

    def implied(self, name: str, definition: Definition) -> cp_model.IntVar:
        """A literal that follows from the decisions in the way that the definition computes."""
        literal = self.model.new_bool_var(name)
        self.definitions.append((literal, definition))
        return literal

    def derived(self, name: str, low: int, high: int, definition: Definition) -> cp_model.IntVar:
        """A number in low..high that follows from the decisions in the way that the definition computes."""
        number = self.model.new_int_var(low, high, name)
        self.definitions.append((number, definition))
        return number


def _comes_first(i: TaskVars, j: TaskVars, at: Value) -> bool:
    """Whether i ends before j starts, or where they overlap starts no later."""
    if at(i.end) <= at(j.start) or at(j.end) <= at(i.start):
        return at(i.end) <= at(j.start)
    return at(i.start) <= at(j.start)


def predecessors(problem: Problem) -> dict[str, frozenset[str]]:
    """Transitive closure of the links that put one task wholly before another (min lag >= 0 from the end).

    What is done or running may have been done in another order.
    """
    settled = {pin.task for pin in problem.pins if pin.state in SETTLED}
    direct: dict[str, set[str]] = {task.id: set() for task in problem.tasks}
    for link in problem.links:
        if link.before in settled and link.after in settled:
            continue
        if link.min_lag_minutes is not None and link.min_lag_minutes >= 0 and not link.from_start:
            direct[link.after].add(link.before)
    closed: dict[str, frozenset[str]] = {}
    stack = list(direct)
    while stack:
        current = stack[-1]
        missing = [name for name in direct[current] if name not in closed]
        if missing and current not in closed:
            stack.extend(missing)
            continue
        stack.pop()
        above = direct[current]
        closed[current] = frozenset(above).union(*(closed[name] for name in above))
    return closed


def all_equal(values: Iterable[int]) -> bool:
    """Whether the values do not differ."""
    return all(left == right for left, right in pairwise(list(values)))
