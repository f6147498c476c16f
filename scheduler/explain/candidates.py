"""Candidates for repairs, from the least change to the greatest, and what each of them would bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.explain.facts import Say, named
from scheduler.explain.repairs import (
    CookStays,
    DropDish,
    ExtraCook,
    LongerHold,
    MakeAhead,
    MoreUnits,
    OtherVessel,
    Repair,
    ServeLater,
    StartEarlier,
)
from scheduler.problem import Cook, Model, Problem

SKILL_WORDS = {1: "novice", 2: "home cook", 3: "expert"}
LATER_MINUTES = (10, 20, 30, 45, 60, 90, 120, 180)
EARLIER_MINUTES = (15, 30, 60, 90, 120)
STAY_MINUTES = (15, 30, 60, 120)
WAIT_MINUTES = (5, 10, 20, 40, 80)
HELP_MINUTES = (30, 60, 120, 240)

# Minutes of trouble, see Repair.cost: what guests notice costs its minutes, what somebody must fetch costs more.
MAKE_AHEAD_COST = 20
OTHER_VESSEL_COST = 5
SMALL_THING_COST = 15
MACHINE_COST = 30
OVEN_COST = 60
EXTRA_COOK_COST = 30
DROP_DISH_COST = 240


@dataclass(frozen=True)
class Ladder:
    """The same repair in rising sizes; when the last one does not help, none does."""

    repairs: tuple[Repair, ...]

    @property
    def cost(self) -> int:
        return self.repairs[0].cost


def _ladder(repairs: Sequence[Repair]) -> Iterator[Ladder]:
    if repairs:
        yield Ladder(tuple(repairs))


def _called(things: Sequence[Model], identifier: str) -> str:
    """The name of the thing with this id, the id when it has none."""
    for thing in things:
        if getattr(thing, "id", None) == identifier:
            return str(getattr(thing, "name", "")) or identifier
    return identifier


def _dues(problem: Problem) -> list[int]:
    """The serving times that somebody gave."""
    times = [dish.serve_at_minutes for dish in problem.dishes] + [entry.serve_at_minutes for entry in problem.courses]
    return [minute for minute in times if minute is not None]


def later(problem: Problem, say: Say) -> Iterator[Ladder]:
    """Serve later."""
    dues = _dues(problem)
    words = {minutes: f" (from {say(min(dues) + minutes)})" if dues else "" for minutes in LATER_MINUTES}
    yield from _ladder(
        [
            ServeLater(minutes=minutes, cost=minutes, sentence=f"Serve {minutes} minutes later{words[minutes]}.")
            for minutes in LATER_MINUTES
        ]
    )


def earlier(problem: Problem, say: Say) -> Iterator[Ladder]:
    """Begin earlier; not while cooking."""
    if problem.replan is None:
        first = min((entry.start_minutes for entry in problem.sessions), default=0)
        yield from _ladder(
            [
                StartEarlier(
                    minutes=minutes,
                    cost=-(-minutes // 2),
                    sentence=f"Begin up to {minutes} minutes earlier ({say(first - minutes)}).",
                )
                for minutes in EARLIER_MINUTES
            ]
        )


def stays(problem: Problem, cook: Cook, say: Say) -> Iterator[Ladder]:
    """A cook comes earlier or stays longer."""
    now = problem.replan.now_minutes if problem.replan else 0
    for window in cook.presence:
        begins, ends = window.start_minutes, window.end_minutes
        yield from _ladder(
            [
                CookStays(
                    cook=cook.id,
                    start_minutes=ends - 1,
                    end_minutes=ends + minutes,
                    cost=minutes,
                    sentence=f"{named(cook)} stays until {say(ends + minutes)}.",
                )
                for minutes in STAY_MINUTES
                if ends + minutes <= problem.horizon_minutes
            ]
        )
        yield from _ladder(
            [
                CookStays(
                    cook=cook.id,
                    start_minutes=begins - minutes,
                    end_minutes=begins + 1,
                    cost=minutes,
                    sentence=f"{named(cook)} comes at {say(begins - minutes)}.",
                )
                for minutes in STAY_MINUTES
                if begins - minutes >= now
            ]
        )


def help_wanted(problem: Problem, say: Say) -> Iterator[Ladder]:
    """One more cook, for ever longer before the last dish is due."""
    skill = max((task.skill for task in problem.tasks if task.attention != "unattended"), default=1)
    abilities = tuple(sorted({need.ability for task in problem.tasks for need in task.crew if need.ability}))
    dues = _dues(problem)
    end = max(dues, default=problem.horizon_minutes)
    least = problem.replan.now_minutes if problem.replan else 0
    windows = [(max(least, end - minutes), end) for minutes in HELP_MINUTES] + [(least, problem.horizon_minutes)]
    yield from _ladder(
        [
            ExtraCook(
                skill=skill,
                abilities=abilities,
                start_minutes=start,
                end_minutes=stop,
                cost=EXTRA_COOK_COST + (stop - start) // 4,
                sentence=f"One more cook ({SKILL_WORDS.get(skill, f'skill {skill}')}) helps from {say(start)} to "
                f"{say(stop)}.",
            )
            for start, stop in dict.fromkeys(windows)
            if stop > start
        ]
    )


def more_equipment(problem: Problem, pool: str) -> Iterator[Ladder]:
    """One or two more of a pool."""
    name = _called(problem.equipment, pool)
    yield from _ladder([_more("equipment", pool, name, count, MACHINE_COST) for count in (1, 2)])


def more_vessels(problem: Problem, kind: str) -> Iterator[Ladder]:
    """One or two more vessels of a kind, or another kind for one dish."""
    for stock in problem.vessels:
        if stock.kind == kind:
            name = stock.name or stock.id
            yield from _ladder([_more("vessels", stock.id, name, count, SMALL_THING_COST) for count in (1, 2)])
    for dish in problem.dishes:
        for use in dish.vessels:
            for stock in problem.vessels:
                smaller = stock.size < use.min_size
                if use.kind != kind or (stock.kind == use.kind and not smaller) or (smaller and stock.kind != kind):
                    continue
                yield Ladder(
                    (
                        OtherVessel(
                            dish=dish.id,
                            vessel=use.id,
                            takes=stock.kind,
                            min_size=min(stock.size, use.min_size),
                            cost=OTHER_VESSEL_COST,
                            sentence=f"Use {stock.name or stock.id} for {dish.name or dish.id} instead of {use.kind}.",
                        ),
                    )
                )


def more_ovens(problem: Problem) -> Iterator[Ladder]:
    """A second oven like the first."""
    for oven in problem.ovens[:1]:
        yield Ladder((_more("ovens", oven.id, oven.name or oven.id, 1, OVEN_COST),))


def more_boards(problem: Problem) -> Iterator[Ladder]:
    """One more board for everything, like the least restricted one."""
    if problem.boards:
        board = min(problem.boards, key=lambda board: (bool(board.classes), -len(board.classes)))
        yield Ladder((_more("boards", board.id, "cutting board", 1, SMALL_THING_COST),))


def _more(group: str, of: str, name: str, count: int, cost: int) -> MoreUnits:
    number = {1: "one", 2: "two"}[count]
    return MoreUnits.model_validate(
        {"group": group, "of": of, "count": count, "cost": cost * count, "sentence": f"Use {number} more: {name}."}
    )


def longer_hold(problem: Problem, before: str, after: str) -> Iterator[Ladder]:
    """The food waits longer between two tasks."""
    names = {task.id: named(task) for task in problem.tasks}
    lags = [
        link.max_lag_minutes
        for link in problem.links
        if (link.before, link.after) == (before, after) and link.max_lag_minutes is not None
    ]
    yield from _ladder(
        [
            LongerHold(
                before=before,
                after=after,
                max_lag_minutes=min(lags) + more,
                cost=more + 5,
                sentence=f"Let {names[before]} wait up to {min(lags) + more} minutes before {names[after]}.",
            )
            for more in WAIT_MINUTES
            if lags
        ]
    )


def longer_serving_hold(problem: Problem, dish: str, task: str) -> Iterator[Ladder]:
    """The food waits longer before it comes to the table."""
    lags = [
        serving.max_lag_minutes
        for entry in problem.dishes
        for serving in entry.serving
        if (entry.id, serving.task) == (dish, task) and serving.max_lag_minutes is not None
    ]
    name = _called(problem.dishes, dish)
    yield from _ladder(
        [
            LongerHold(
                before=task,
                dish=dish,
                max_lag_minutes=min(lags) + more,
                cost=more + 5,
                sentence=f"Let {name} wait up to {min(lags) + more} minutes after {_called(problem.tasks, task)}.",
            )
            for more in WAIT_MINUTES
            if lags
        ]
    )


def ahead(problem: Problem) -> Iterator[Ladder]:
    """What keeps of a dish is made the day before; only when there is no such session yet."""
    if problem.replan is not None or any(entry.make_ahead for entry in problem.sessions):
        return
    for dish in problem.dishes:
        tasks = tuple(task.id for task in problem.tasks if task.dish == dish.id and task.make_ahead)
        if tasks:
            yield Ladder(
                (
                    MakeAhead(
                        dish=dish.id,
                        tasks=tasks,
                        cost=MAKE_AHEAD_COST,
                        sentence=f"Make what keeps of {dish.name or dish.id} the day before.",
                    ),
                )
            )


def drop(problem: Problem) -> Iterator[Ladder]:
    """Leave out one dish, when there are others and it is not begun."""
    begun = {pin.task for pin in problem.pins if pin.state != "locked"}
    for dish in problem.dishes:
        tasks = {task.id for task in problem.tasks if task.dish == dish.id}
        if len(problem.dishes) > 1 and tasks and not tasks & begun:
            name = dish.name or dish.id
            yield Ladder((DropDish(dish=dish.id, cost=DROP_DISH_COST, sentence=f"Leave out {name}."),))
