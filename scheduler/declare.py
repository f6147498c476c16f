"""Creates the variables of a problem: one function for each sort of thing."""

from ortools.sat.python import cp_model

from scheduler.durations import (
    could_fill,
    hygiene_pairs,
    minutes_by_cook,
    minutes_with_pans,
    stand_in_cost,
    useful_pans,
)
from scheduler.problem import Dish, Pin, Problem, Task, VesselUse
from scheduler.variables import Expr, Extra, Hold, Literal, TaskVars, Value, Variables, Work


def declare(problem: Problem) -> Variables:
    """All variables of the problem, with no rule between them."""
    variables = Variables(problem)
    for task in problem.tasks:
        _declare_task(variables, task)
    for dish in problem.dishes:
        _declare_dish(variables, dish)
    for task in problem.tasks:
        _declare_warm_up(variables, task)
    _declare_wash_ups(variables)
    soiling = [first.id for first, _ in hygiene_pairs(problem)]
    # What was cleaned stays in the plan, though what it was cleaned for may be gone.
    cleaned = [task.id for task in problem.tasks if variables.pinned(f"clean:{task.id}")]
    for name in dict.fromkeys([*soiling, *cleaned]):
        _declare_clean(variables, variables.tasks[name])
    return variables


def _declare_task(v: Variables, task: Task) -> None:
    pin = v.pinned(task.id)
    pans: dict[int, Literal] = _pan_choice(v, task, pin)
    busy = (pin.cooks or ()) if pin else ()
    cooks = [
        cook
        for cook in v.problem.cooks
        if task.attention != "unattended" and (could_fill(task, cook) or cook.id in busy)
    ]
    sizes = _possible_sizes(v, task, pin, list(pans), [cook.id for cook in cooks])
    domain = cp_model.Domain.from_values(sizes)
    does = {cook.id: v.literal(f"{cook.id} does {task.id}") for cook in cooks}
    size: Expr = sizes[0]
    if len(sizes) > 1:
        size = v.model.new_int_var_from_domain(domain, f"minutes of {task.id}")
        v.definitions.append((size, lambda at: _minutes(v, task, does, pans, at)))
    low, high = (pin.start_minutes or 0,) * 2 if pin else (0, v.horizon)
    start = v.model.new_int_var(low, high, f"start of {task.id}")
    if isinstance(size, int):
        end: Expr = start + size
        interval = v.model.new_fixed_size_interval_var(start, size, task.id)
    else:
        end = v.derived(f"end of {task.id}", 0, v.horizon, lambda at: at(start) + at(size))
        interval = v.model.new_interval_var(start, size, end, task.id)
    count = _pan_count(v, task, pans)
    done = pin is not None and pin.state == "done"
    ovens = {oven.id: _choice(v, f"{task.id} in {oven.id}", len(v.ovens)) for oven in v.problem.ovens if task.oven}
    boards = {board.id: v.literal(f"{task.id} on {board.id}") for board in v.problem.boards if task.board}
    v.tasks[task.id] = TaskVars(
        task, start, size, end, interval, does, pans, count, ovens, boards, done=done, settled=pin is not None
    )
    for cook in cooks:
        fixed = minutes_by_cook(task, cook) if task.attention == "hands_on" and _alone(task) and not pin else size
        _declare_task_work(v, v.tasks[task.id], cook.id, fixed)


def _choice(v: Variables, name: str, options: int) -> Literal:
    return v.one if options == 1 else v.literal(name)


def _minutes(v: Variables, task: Task, does: dict[str, cp_model.IntVar], pans: dict[int, Literal], at: Value) -> int:
    """How long the task takes with these cooks and pans."""
    if task.attention == "hands_on":
        return max((minutes_by_cook(task, v.cooks[c]) for c, literal in does.items() if at(literal)), default=0)
    return next(minutes_with_pans(task, number) for number, literal in pans.items() if at(literal))


def _alone(task: Task) -> bool:
    return sum(need.count for need in task.crew) <= 1


def _pan_choice(v: Variables, task: Task, pin: Pin | None) -> dict[int, Literal]:
    if pin:
        return {pin.pans or 1: v.one}
    options = useful_pans(task)
    if len(options) == 1:
        return {options[0]: v.one}
    literals = {pans: v.literal(f"{task.id} in {pans} pans") for pans in options[1:]}
    if len(options) == 2:
        return {options[0]: ~literals[options[1]], **literals}
    return {options[0]: v.literal(f"{task.id} in {options[0]} pans"), **literals}


def _pan_count(v: Variables, task: Task, pans: dict[int, Literal]) -> Expr:
    """The number of pans as an expression that a cumulative accepts: at most one variable."""
    numbers = list(pans)
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 2:
        return numbers[0] + (numbers[1] - numbers[0]) * pans[numbers[1]]
    total = sum(number * literal for number, literal in pans.items())
    count = v.derived(f"pans of {task.id}", min(numbers), max(numbers), lambda at: at(total))
    v.model.add(count == total)
    return count


def _possible_sizes(v: Variables, task: Task, pin: Pin | None, pans: list[int], cooks: list[str]) -> list[int]:
    if pin and pin.start_minutes is not None and pin.end_minutes is not None:
        return [pin.end_minutes - pin.start_minutes]
    if task.attention == "hands_on" and cooks:
        return sorted({minutes_by_cook(task, v.cooks[cook]) for cook in cooks})
    return sorted({minutes_with_pans(task, number) for number in pans})


def _declare_task_work(v: Variables, t: TaskVars, cook: str, size: Expr) -> None:
    literal = t.does[cook]
    end: Expr = t.end
    if isinstance(size, int):
        end = t.start + size
    interval = v.model.new_optional_interval_var(t.start, size, end, literal, f"{cook} does {t.task.id}")
    hands = t.task.attention == "hands_on"
    v.work[cook].append(
        Work(
            cook,
            t.task.id,
            literal,
            t.start,
            size,
            end,
            interval,
            hands=hands,
            light=hands and t.task.light,
            pots=0 if hands else t.pan_count,
            tags=t.task.tags,
            skill=t.task.skill,
            free=t.settled,
            done=t.done,
        )
    )


def _declare_extra_work(v: Variables, extra: Extra, cook: str, light: bool, tag: str) -> None:
    # An end of its own where the minutes are a choice: the sum of two variables cannot be an interval's end.
    end = extra.end if extra.touch is extra.size else extra.start + extra.touch
    literal = extra.cooks[cook]
    name = f"{cook} does {extra.id}"
    interval = v.model.new_optional_interval_var(extra.start, extra.touch, end, literal, name)
    pin = v.pinned(extra.id)
    v.work[cook].append(
        Work(
            cook,
            extra.id,
            literal,
            extra.start,
            extra.touch,
            end,
            interval,
            hands=True,
            light=light,
            pots=0,
            tags=(tag,),
            skill=1,
            inserted=True,
            free=pin is not None,
            done=pin is not None and pin.state == "done",
        )
    )


def _declare_extra(
    v: Variables, name: str, sizes: set[int], cooks: list[str], touch: int | None = None, shorter: bool = False
) -> Extra:
    """Variables of an inserted task; with ``touch`` None the cook is busy for the whole of it."""
    pin = v.pinned(name)
    literal: Literal = v.one if pin else v.literal(name)
    low, high = (pin.start_minutes or 0,) * 2 if pin else (v.now, max(v.now, v.horizon - min(sizes)))
    if pin and pin.end_minutes is not None:
        sizes = {pin.end_minutes - low}
    start = v.model.new_int_var(low, high, f"start of {name}")
    if len(sizes) == 1:
        size: Expr = min(sizes)
        end: Expr = start + size
    else:
        domain = cp_model.Domain.from_values(sorted(sizes))
        size = v.model.new_int_var_from_domain(domain, f"minutes of {name}")
        end = v.model.new_int_var(0, v.horizon, f"end of {name}")
    interval = v.model.new_optional_interval_var(start, size, end, literal, name)
    if not isinstance(size, int):
        v.model.add(start + size == end)
    busy: Expr = size if touch is None else touch
    if touch == 0:
        cooks = []
    does = {cook: v.literal(f"{cook} does {name}") for cook in cooks}
    short = v.literal(f"{name} is a change") if shorter and not pin else None
    return Extra(name, literal, start, size, end, interval, does, busy, short)


def _declare_dish(v: Variables, dish: Dish) -> None:
    v.served[dish.id] = v.model.new_int_var(0, v.horizon, f"{dish.id} served")
    for use in dish.vessels:
        tasks = [task for task in v.problem.tasks if task.dish == dish.id and use.id in task.vessels]
        if not tasks:
            continue
        _declare_hold(v, dish, use, use.id, v.one, [task.id for task in tasks])
        for task in tasks:
            pans = v.tasks[task.id].pans
            for copy in range(2, max(pans) + 1):
                enough = [literal for number, literal in pans.items() if number >= copy]
                present = enough[0] if len(enough) == 1 else _any(v, f"{task.id} has pan {copy}", enough)
                _declare_hold(v, dish, use, f"{use.id}+{task.id}#{copy}", present, [task.id])


def _any(v: Variables, name: str, literals: list[Literal]) -> Literal:
    either = v.implied(name, lambda at: sum(at(literal) for literal in literals))
    v.model.add(sum(literals) == either)
    return either


def _declare_hold(v: Variables, dish: Dish, use: VesselUse, letter: str, present: Literal, tasks: list[str]) -> None:
    stocks = [stock.id for stock in v.problem.vessels if stand_in_cost(stock, use) is not None]
    name = f"{dish.id}/{letter}"
    alone = len(stocks) == 1
    chosen = {stock: present if alone else v.literal(f"{name} is {stock}") for stock in stocks}
    first, last = _span(v, name, tasks)
    v.holds[dish.id, letter] = Hold(dish.id, use, letter, present, tuple(tasks), chosen, first, last)


def _span(v: Variables, name: str, tasks: list[str]) -> tuple[Expr, Expr]:
    """The first start and the last end of the tasks; no new variable when the links tell which they are."""
    first = [t for t in tasks if all(other == t or t in v.before[other] for other in tasks)]
    last = [t for t in tasks if all(other == t or other in v.before[t] for other in tasks)]
    if first:
        start: Expr = v.tasks[first[0]].start
    else:
        start = v.derived(f"{name} first needed", 0, v.horizon, lambda at: min(at(v.tasks[t].start) for t in tasks))
        v.model.add_min_equality(start, [v.tasks[t].start for t in tasks])
    if last:
        end: Expr = v.tasks[last[0]].end
    else:
        end = v.derived(f"{name} last needed", 0, v.horizon, lambda at: max(at(v.tasks[t].end) for t in tasks))
        v.model.add_max_equality(end, [v.tasks[t].end for t in tasks])
    return start, end


def _declare_warm_up(v: Variables, task: Task) -> None:
    name = f"warm_up:{task.id}"
    ovens = [oven for oven in v.problem.ovens if oven.warm_up_minutes > 0]
    if task.oven is None or not ovens or (v.tasks[task.id].settled and name not in v.pins):
        return
    lone = sum(1 for other in v.problem.tasks if other.oven) == 1
    shorter = not lone and any(oven.change_minutes < oven.warm_up_minutes for oven in ovens)
    sizes = {oven.warm_up_minutes for oven in ovens}
    if shorter:
        sizes |= {oven.change_minutes for oven in ovens}
    touch = v.problem.settings.oven_touch_minutes
    extra = _declare_extra(v, name, sizes, list(v.cooks), touch, shorter)
    v.warm_ups[task.id] = extra
    for cook in extra.cooks:
        _declare_extra_work(v, extra, cook, light=True, tag="oven")


def _declare_wash_ups(v: Variables) -> None:
    """A wash-up for every use of a stock that more uses may want than it has vessels."""
    light = v.problem.settings.washing_is_light
    scarce = {
        stock.id
        for stock in v.problem.vessels
        if stock.outages or sum(1 for hold in v.holds.values() if stock.id in hold.stocks) > stock.count
    }
    for key, hold in v.holds.items():
        name = f"wash_up:{hold.dish}/{hold.letter}"
        wanted = name in v.pins
        sizes = {v.stocks[stock].wash_minutes for stock in hold.stocks if stock in scarce or wanted} - {0}
        if not sizes and not v.pinned(name):
            continue
        extra = _declare_extra(v, name, sizes, list(v.cooks))
        v.wash_ups[key] = extra
        for cook in extra.cooks:
            _declare_extra_work(v, extra, cook, light=light, tag="wash_up")


def _declare_clean(v: Variables, t: TaskVars) -> None:
    settings = v.problem.settings
    name = f"clean:{t.task.id}"
    pin = v.pinned(name)
    cooks = list(dict.fromkeys([*(t.does or v.cooks), *((pin.cooks or ()) if pin else ())]))
    extra = _declare_extra(v, name, {settings.clean_minutes}, cooks)
    v.cleans[t.task.id] = extra
    for cook in extra.cooks:
        _declare_extra_work(v, extra, cook, light=settings.washing_is_light, tag="clean")
