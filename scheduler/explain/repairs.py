"""What people may change so that a dinner fits. Each repair is data, and can be applied to the problem."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from scheduler.explain.offer import Offer
from scheduler.explain.omissions import DropDish, LeaveOut
from scheduler.explain.relax import joined, with_later_end, with_max_lag, with_serving_lag
from scheduler.explain.shift import shift
from scheduler.problem import Cook, Link, Problem, ServingLink, Session, Window


class ServeLater(Offer):
    """Everything is served ``minutes`` later."""

    kind: Literal["serve_later"] = "serve_later"
    minutes: int

    def apply(self, problem: Problem) -> Problem:
        """All serving times and the end of the plan moved."""
        later = with_later_end(self.minutes, problem)
        dishes = tuple(
            dish.model_copy(update={"serve_at_minutes": _plus(dish.serve_at_minutes, self.minutes)})
            for dish in problem.dishes
        )
        courses = tuple(
            course.model_copy(update={"serve_at_minutes": _plus(course.serve_at_minutes, self.minutes)})
            for course in problem.courses
        )
        return later.model_copy(update={"dishes": dishes, "courses": courses})


class StartEarlier(Offer):
    """The kitchen opens ``minutes`` earlier. Minute 0 of the repaired problem is that much earlier."""

    kind: Literal["start_earlier"] = "start_earlier"
    minutes: int

    def apply(self, problem: Problem) -> Problem:
        """Everything later, but who is there at the start and the first session begin at the new minute 0."""
        first = min((entry.start_minutes for entry in problem.sessions), default=0)
        moved = shift(problem, self.minutes)

        def opened(start: int) -> int:
            return start - self.minutes if start == first + self.minutes else start

        cooks = tuple(
            cook.model_copy(update={"presence": tuple(_from(window, opened) for window in cook.presence)})
            for cook in moved.cooks
        )
        sessions = tuple(
            entry.model_copy(update={"start_minutes": opened(entry.start_minutes)}) for entry in moved.sessions
        )
        tasks = tuple(
            task.model_copy(update={"release_minutes": 0 if old.release_minutes == 0 else task.release_minutes})
            for task, old in zip(moved.tasks, problem.tasks, strict=True)
        )
        return moved.model_copy(update={"cooks": cooks, "sessions": sessions, "tasks": tasks})


class MoreUnits(Offer):
    """``count`` more of a pool of equipment, a stock of vessels, an oven or a cutting board."""

    kind: Literal["more_units"] = "more_units"
    cooks_can_decide: bool = False
    group: Literal["equipment", "vessels", "ovens", "boards"]
    of: str
    count: int = 1

    def apply(self, problem: Problem) -> Problem:
        """More units in the pool or stock; ovens and boards get twins."""
        if self.group == "equipment":
            pools = tuple(
                pool.model_copy(update={"count": pool.count + self.count}) if pool.id == self.of else pool
                for pool in problem.equipment
            )
            return problem.model_copy(update={"equipment": pools})
        if self.group == "vessels":
            stocks = tuple(
                stock.model_copy(update={"count": stock.count + self.count}) if stock.id == self.of else stock
                for stock in problem.vessels
            )
            return problem.model_copy(update={"vessels": stocks})
        if self.group == "ovens":
            twins = tuple(
                oven.model_copy(update={"id": f"{oven.id} twin {number}", "outages": ()})
                for oven in problem.ovens
                if oven.id == self.of
                for number in range(1, self.count + 1)
            )
            return problem.model_copy(update={"ovens": problem.ovens + twins})
        more = tuple(
            board.model_copy(update={"id": f"{board.id} twin {number}"})
            for board in problem.boards
            if board.id == self.of
            for number in range(1, self.count + 1)
        )
        return problem.model_copy(update={"boards": problem.boards + more})


class ExtraCook(Offer):
    """One more cook of this skill and these abilities from ``start_minutes`` to ``end_minutes``."""

    kind: Literal["extra_cook"] = "extra_cook"
    cooks_can_decide: bool = False
    skill: int
    abilities: tuple[str, ...] = ()
    start_minutes: int
    end_minutes: int

    def apply(self, problem: Problem) -> Problem:
        """The problem with that cook, who is called ``helper`` (with a number when there is one already)."""
        taken = {cook.id for cook in problem.cooks}
        name = next(
            name
            for name in ("helper", *(f"helper {number}" for number in range(2, len(taken) + 3)))
            if name not in taken
        )
        window = Window(start_minutes=self.start_minutes, end_minutes=self.end_minutes)
        cook = Cook(id=name, skill=self.skill, abilities=self.abilities, presence=(window,))
        return problem.model_copy(update={"cooks": (*problem.cooks, cook)})


class CookStays(Offer):
    """A cook is there from ``start_minutes`` to ``end_minutes`` without a break, besides the usual hours."""

    kind: Literal["cook_stays"] = "cook_stays"
    cook: str
    start_minutes: int
    end_minutes: int

    def apply(self, problem: Problem) -> Problem:
        """The cook's windows joined with the new one."""
        new = Window(start_minutes=self.start_minutes, end_minutes=self.end_minutes)
        cooks = tuple(
            cook.model_copy(update={"presence": joined((*cook.presence, new))}) if cook.id == self.cook else cook
            for cook in problem.cooks
        )
        return problem.model_copy(update={"cooks": cooks})


class MakeAhead(Offer):
    """What keeps of a dish is made the day before. Minute 0 of the repaired problem is ``shift_minutes`` earlier."""

    kind: Literal["make_ahead"] = "make_ahead"
    dish: str
    tasks: tuple[str, ...]
    shift_minutes: int = 1440
    session_minutes: int = 120

    def apply(self, problem: Problem) -> Problem:
        """A session on the day before, in which only these tasks may start and every cook is there."""
        moved = shift(problem, self.shift_minutes)
        day_before = Window(start_minutes=0, end_minutes=self.session_minutes)
        present = tuple(
            cook.model_copy(update={"presence": (day_before, *cook.presence)}) if cook.presence else cook
            for cook in moved.cooks
        )
        today = moved.sessions or (Session(start_minutes=self.shift_minutes, end_minutes=moved.horizon_minutes),)
        ahead = Session(start_minutes=0, end_minutes=self.session_minutes, make_ahead=True)
        already = any(entry.make_ahead for entry in problem.sessions)
        tasks = tuple(
            task.model_copy(
                update={
                    "make_ahead": task.id in self.tasks or (already and task.make_ahead),
                    "release_minutes": 0 if task.id in self.tasks else task.release_minutes,
                }
            )
            for task in moved.tasks
        )
        return moved.model_copy(update={"cooks": present, "sessions": (ahead, *today), "tasks": tasks})


class OtherVessel(Offer):
    """A dish takes another kind of vessel, or a smaller one."""

    kind: Literal["other_vessel"] = "other_vessel"
    dish: str
    vessel: str
    takes: str
    min_size: int = 0

    def apply(self, problem: Problem) -> Problem:
        """The dish asks for the other kind and size."""
        dishes = tuple(
            dish.model_copy(
                update={
                    "vessels": tuple(
                        use.model_copy(update={"kind": self.takes, "min_size": self.min_size})
                        if use.id == self.vessel
                        else use
                        for use in dish.vessels
                    )
                }
            )
            if dish.id == self.dish
            else dish
            for dish in problem.dishes
        )
        return problem.model_copy(update={"dishes": dishes})


class LongerHold(Offer):
    """The result of ``before`` may wait up to ``max_lag_minutes`` for ``after`` (None: for the table, as ``dish``)."""

    kind: Literal["longer_hold"] = "longer_hold"
    before: str
    after: str | None = None
    dish: str | None = None
    max_lag_minutes: int

    def apply(self, problem: Problem) -> Problem:
        """Every link or serving link between the two allows the longer wait."""
        changed = problem
        if self.after is not None:
            for link in problem.links:
                waits = (link.before, link.after) == (self.before, self.after) and not link.from_start
                if waits and self._is_longer(link):
                    changed = with_max_lag(link, self.max_lag_minutes, changed)
            return changed
        for dish in problem.dishes:
            for serving in dish.serving:
                if (dish.id, serving.task) == (self.dish, self.before) and self._is_longer(serving):
                    changed = with_serving_lag(dish.id, serving, self.max_lag_minutes, changed)
        return changed

    def _is_longer(self, link: Link | ServingLink) -> bool:
        return link.max_lag_minutes is not None and link.max_lag_minutes < self.max_lag_minutes


Repair = Annotated[
    ServeLater
    | StartEarlier
    | MoreUnits
    | ExtraCook
    | CookStays
    | MakeAhead
    | OtherVessel
    | LongerHold
    | LeaveOut
    | DropDish,
    Field(discriminator="kind"),
]


def _plus(minute: int | None, minutes: int) -> int | None:
    return None if minute is None else minute + minutes


def _from(window: Window, opened: Callable[[int], int]) -> Window:
    return window.model_copy(update={"start_minutes": opened(window.start_minutes)})
