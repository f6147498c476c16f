"""Candidates for repairs, from the least change to the greatest, and what each of them would bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.durations import stand_in_cost
from scheduler.explain.facts import Say, kind_named, named
from scheduler.explain.omissions import DropDish, LeaveOut
from scheduler.explain.repairs import (
    CookStays,
    ExtraCook,
    LongerHold,
    MakeAhead,
    MoreUnits,
    OtherVessel,
    Repair,
    ServeLater,
    StartEarlier,
)
from scheduler.problem import Cook, Dish, Model, Problem, VesselStock, VesselUse

SKILL_WORDS = {1: "novice", 2: "home cook", 3: "expert"}
LATER_MINUTES = (10, 20, 30, 45, 60, 90, 120, 180)
EARLIER_MINUTES = (15, 30, 60, 90, 120, 240, 480)
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
LEAVE_OUT_COST = 25
DROP_DISH_COST = 240


@dataclass(frozen=True)
class Ladder:
    """The same repair in rising sizes; when the last one does not help, none does."""

    repairs: tuple[Repair, ...]

    @property
    def cost(self) -> int:
        """The cost of its smallest repair."""
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
    """A cook stays longer or comes earlier."""
    now = problem.replan.now_minutes if problem.replan else 0
    name = named(cook)
    for window in cook.presence:
        begins, ends = window.start_minutes, window.end_minutes
        longer = [
            _stay(cook, ends - 1, ends + minutes, minutes, f"{name} stays until {say(ends + minutes)}.")
            for minutes in STAY_MINUTES
            if now <= ends <= problem.horizon_minutes - minutes
        ]
        sooner = [
            _stay(cook, begins - minutes, begins + 1, minutes, f"{name} comes at {say(begins - minutes)}.")
            for minutes in STAY_MINUTES
            if begins - minutes >= now
        ]
        yield from _ladder(longer)
        yield from _ladder(sooner)


def _stay(cook: Cook, start: int, end: int, cost: int, sentence: str) -> CookStays:
    return CookStays(cook=cook.id, start_minutes=start, end_minutes=end, cost=cost, sentence=sentence)


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
    """One or two more vessels of a kind, or another kind or size for one dish."""
    for stock in problem.vessels:
        if stock.kind == kind:
            name = named(stock)
            yield from _ladder([_more("vessels", stock.id, name, count, SMALL_THING_COST) for count in (1, 2)])
    for dish in problem.dishes:
        for use in dish.vessels:
            for stock in problem.vessels:
                if use.kind == kind and stand_in_cost(stock, use) is None and _are_alike(problem, stock, kind):
                    yield Ladder((_other_vessel(problem, dish, use, stock),))


def _are_alike(problem: Problem, stock: VesselStock, kind: str) -> bool:
    """Whether the stock is of this kind or may stand in for it, or one of this kind may stand in for it.

    A dish that cooks in a pot may do with a saucepan, but no repair puts it into a muffin tin.
    """
    alike = {stock.kind, *(stand_in.kind for stand_in in stock.stands_in_for)}
    others = (other for other in problem.vessels if other.kind == kind)
    return kind in alike or any(stand_in.kind == stock.kind for other in others for stand_in in other.stands_in_for)


def _other_vessel(problem: Problem, dish: Dish, use: VesselUse, stock: VesselStock) -> OtherVessel:
    small = ", though it is small for it" if stock.size < use.min_size else ""
    instead = f" instead of {kind_named(problem, use.kind)}" if stock.kind != use.kind else ""
    return OtherVessel(
        dish=dish.id,
        vessel=use.id,
        takes=stock.kind,
        min_size=min(stock.size, use.min_size),
        cost=OTHER_VESSEL_COST,
        sentence=f"Use {named(stock)} for {named(dish)}{instead}{small}.",
    )


def more_ovens(problem: Problem) -> Iterator[Ladder]:
    """A second oven like the first."""
    for oven in problem.ovens[:1]:
        yield Ladder((_more("ovens", oven.id, named(oven), 1, OVEN_COST),))


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
    between = [link for link in problem.links if (link.before, link.after) == (before, after)]
    lags = [link.max_lag_minutes for link in between if not link.from_start]  # from the start: how old food may be
    words = f"{_called(problem.tasks, before)} wait", f"before {_called(problem.tasks, after)}"
    yield from _waits(LongerHold(before=before, after=after, max_lag_minutes=0), lags, words)


def longer_serving_hold(problem: Problem, dish: str, task: str) -> Iterator[Ladder]:
    """The food waits longer before it comes to the table."""
    servings = [serving for entry in problem.dishes if entry.id == dish for serving in entry.serving]
    lags = [serving.max_lag_minutes for serving in servings if serving.task == task]
    words = f"{_called(problem.dishes, dish)} wait", f"after {_called(problem.tasks, task)}"
    yield from _waits(LongerHold(before=task, dish=dish, max_lag_minutes=0), lags, words)


def _waits(hold: LongerHold, lags: Sequence[int | None], words: tuple[str, str]) -> Iterator[Ladder]:
    """The hold with ever longer waits than the shortest of the lags."""
    shortest = min((lag for lag in lags if lag is not None), default=None)
    if shortest is None:
        return
    longest = {more: shortest + more for more in WAIT_MINUTES}
    yield from _ladder(
        [
            hold.model_copy(
                update={
                    "max_lag_minutes": minutes,
                    "cost": more + 5,
                    "sentence": f"Let {words[0]} up to {minutes} minutes {words[1]}.",
                }
            )
            for more, minutes in longest.items()
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
                        sentence=f"Make what keeps of {named(dish)} the day before.",
                    ),
                )
            )


def leave_out(problem: Problem) -> Iterator[Ladder]:
    """The optional tasks of a dish that hang together are not done, unless they are begun or the whole dish."""
    begun = _begun(problem)
    for dish in problem.dishes:
        tasks = [task for task in problem.tasks if task.dish == dish.id]
        optional = [task.id for task in tasks if task.optional and task.id not in begun]
        for group in _linked_groups(problem, optional):
            if len(group) < len(tasks):
                names = " and ".join(_called(problem.tasks, task) for task in group)
                sentence = f"Leave out {names} ({named(dish)})."
                yield Ladder((LeaveOut(dish=dish.id, tasks=group, cost=LEAVE_OUT_COST, sentence=sentence),))


def _linked_groups(problem: Problem, tasks: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The tasks, those together that links connect."""
    left = list(tasks)
    while left:
        group = {left[0]}
        while more := {
            other
            for link in problem.links
            for one, other in ((link.before, link.after), (link.after, link.before))
            if one in group and other in left and other not in group
        }:
            group |= more
        yield tuple(task for task in left if task in group)
        left = [task for task in left if task not in group]


def _begun(problem: Problem) -> set[str]:
    return {pin.task for pin in problem.pins if pin.state != "locked"}


def drop(problem: Problem) -> Iterator[Ladder]:
    """Leave out one dish, when there are others and it is not begun."""
    for dish in problem.dishes:
        tasks = {task.id for task in problem.tasks if task.dish == dish.id}
        if len(problem.dishes) > 1 and tasks and not tasks & _begun(problem):
            yield Ladder((DropDish(dish=dish.id, cost=DROP_DISH_COST, sentence=f"Leave out {named(dish)}."),))
