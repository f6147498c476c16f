"""The same problem without one of its rules or limits; the problem comes last, so that the rest can be bound."""

from typing import TypeVar

from scheduler.problem import Cook, Equipment, Link, Outage, Oven, Problem, ServingLink, Task, VesselStock, Window

_Breakable = TypeVar("_Breakable", Equipment, Oven, VesselStock)


def without_hours(name: str, problem: Problem) -> Problem:
    """The cook is always there."""
    return _cook(problem, name, presence=())


def without_refusals(name: str, problem: Problem) -> Problem:
    """The cook does everything."""
    return _cook(problem, name, refuses=())


def without_pot_limit(name: str, problem: Problem) -> Problem:
    """The cook watches any number of pots."""
    return _cook(problem, name, tend_capacity=1000)


def with_hours(name: str, hours: tuple[Window, ...], problem: Problem) -> Problem:
    """The cook is there in these hours."""
    return _cook(problem, name, presence=hours)


def _cook(problem: Problem, name: str, **update: object) -> Problem:
    cooks = tuple(cook.model_copy(update=update) if cook.id == name else cook for cook in problem.cooks)
    return problem.model_copy(update={"cooks": cooks})


def without_skill(level: int, problem: Problem) -> Problem:
    """Anybody does the tasks of this skill."""
    tasks = tuple(task.model_copy(update={"skill": 1}) if task.skill == level else task for task in problem.tasks)
    return problem.model_copy(update={"tasks": tasks})


def with_helpers(count: int, problem: Problem) -> Problem:
    """So many more cooks, who are always there and can do everything."""
    abilities = tuple(sorted({need.ability for task in problem.tasks for need in task.crew if need.ability}))
    helpers = tuple(
        Cook(id=f"helper {number}", skill=3, abilities=abilities, tend_capacity=1000) for number in range(1, count + 1)
    )
    return problem.model_copy(update={"cooks": problem.cooks + helpers})


def _each_task(problem: Problem, **update: object) -> Problem:
    return problem.model_copy(update={"tasks": tuple(task.model_copy(update=update) for task in problem.tasks)})


def without_ovens(problem: Problem) -> Problem:
    """Every dish bakes in an oven of its own."""
    return _each_task(problem, oven=None)


def without_boards(problem: Problem) -> Problem:
    """Every task has a board of its own."""
    return _each_task(problem, board=False)


def without_hygiene(problem: Problem) -> Problem:
    """Nothing makes anything unclean."""
    return problem.model_copy(update={"settings": problem.settings.model_copy(update={"hygiene": False})})


def without_watch(problem: Problem) -> Problem:
    """The fire looks after itself."""
    return problem.model_copy(update={"settings": problem.settings.model_copy(update={"watch_fire": False})})


def without_pool(name: str, problem: Problem) -> Problem:
    """Nothing needs this pool of equipment."""

    def freed(task: Task) -> Task:
        return task.model_copy(update={"needs": tuple(need for need in task.needs if need.equipment != name)})

    return problem.model_copy(update={"tasks": tuple(freed(task) for task in problem.tasks)})


def without_vessels(kind: str, problem: Problem) -> Problem:
    """No dish asks for this kind of vessel."""
    gone = {(dish.id, use.id) for dish in problem.dishes for use in dish.vessels if use.kind == kind}

    def freed(task: Task) -> Task:
        left = tuple(letter for letter in task.vessels if (task.dish, letter) not in gone)
        return task.model_copy(update={"vessels": left})

    dishes = tuple(
        dish.model_copy(update={"vessels": tuple(use for use in dish.vessels if use.kind != kind)})
        for dish in problem.dishes
    )
    washes = {f"wash_up:{dish}/{letter}" for dish, letter in gone}
    held = problem.replan.held if problem.replan else ()
    kept = tuple(entry for entry in held if (entry.dish, entry.vessel.partition("+")[0]) not in gone)
    return problem.model_copy(
        update={
            "dishes": dishes,
            "tasks": tuple(freed(task) for task in problem.tasks),
            "pins": tuple(pin for pin in problem.pins if pin.task.partition("+")[0] not in washes),
            "replan": problem.replan and problem.replan.model_copy(update={"held": kept}),
        }
    )


def with_max_lag(link: Link, minutes: int | None, problem: Problem) -> Problem:
    """This link allows a wait of so many minutes (None: any)."""
    changed = link.model_copy(update={"max_lag_minutes": minutes})
    says_nothing = changed.min_lag_minutes is None and minutes is None
    links = []
    for other in problem.links:
        if other != link:
            links.append(other)
        elif not says_nothing:
            links.append(changed)
    return problem.model_copy(update={"links": tuple(links)})


def with_serving_lag(dish: str, link: ServingLink, minutes: int | None, problem: Problem) -> Problem:
    """The dish may wait so many minutes (None: any) between this task and the table."""
    changed = link.model_copy(update={"max_lag_minutes": minutes})
    dishes = tuple(
        other.model_copy(update={"serving": tuple(changed if own == link else own for own in other.serving)})
        if other.id == dish
        else other
        for other in problem.dishes
    )
    return problem.model_copy(update={"dishes": dishes})


def without_dish_time(name: str, problem: Problem) -> Problem:
    """The dish may be served at any time."""
    dishes = tuple(
        entry.model_copy(update={"serve_at_minutes": None}) if entry.id == name else entry for entry in problem.dishes
    )
    return problem.model_copy(update={"dishes": dishes})


def without_course_time(name: str, problem: Problem) -> Problem:
    """The course may be served at any time."""
    return _course(problem, name, serve_at_minutes=None)


def without_course_window(name: str, problem: Problem) -> Problem:
    """The dishes of the course may come one by one."""
    return _course(problem, name, window_minutes=problem.horizon_minutes)


def _course(problem: Problem, name: str, **update: object) -> Problem:
    courses = tuple(entry.model_copy(update=update) if entry.id == name else entry for entry in problem.courses)
    return problem.model_copy(update={"courses": courses})


def without_sessions(problem: Problem) -> Problem:
    """Work may be done at any time."""
    return problem.model_copy(update={"sessions": ()})


def without_time_window(name: str, problem: Problem) -> Problem:
    """The task may be done at any time."""
    tasks = tuple(
        task.model_copy(update={"release_minutes": 0, "deadline_minutes": None}) if task.id == name else task
        for task in problem.tasks
    )
    return problem.model_copy(update={"tasks": tasks})


def without_pin(name: str, problem: Problem) -> Problem:
    """Nothing is settled about the task."""
    return problem.model_copy(update={"pins": tuple(pin for pin in problem.pins if pin.task != name)})


def without_freeze(problem: Problem) -> Problem:
    """What is about to start may still change."""
    if problem.replan is None:
        return problem
    return problem.model_copy(update={"replan": problem.replan.model_copy(update={"freeze_minutes": 0})})


def with_time_for_everything(problem: Problem) -> Problem:
    """An end so late that everything could be done one after another, with all its waits."""
    work = 2 * sum(task.minutes * task.rounds for task in problem.tasks)
    waits = sum(link.min_lag_minutes or 0 for link in problem.links)
    waits += sum(link.min_lag_minutes for dish in problem.dishes for link in dish.serving)
    waits += sum(course.gap_minutes for course in problem.courses)
    moments = [dish.serve_at_minutes or 0 for dish in problem.dishes]
    moments += [course.serve_at_minutes or 0 for course in problem.courses]
    moments += [task.release_minutes for task in problem.tasks]
    late = max(0, max(moments, default=0) - problem.horizon_minutes)
    return with_later_end(work + waits + late + 60, problem)


def with_later_end(minutes: int, problem: Problem) -> Problem:
    """So many minutes more at the end; who and what stays to the old end, or is out of order until it, does to the
    new one."""
    old, new = problem.horizon_minutes, problem.horizon_minutes + minutes

    def hours(cook: Cook) -> tuple[Window, ...]:
        return tuple(
            window.model_copy(update={"end_minutes": new})
            if window.start_minutes < old <= window.end_minutes
            else window
            for window in cook.presence
        )

    cooks = tuple(cook.model_copy(update={"presence": hours(cook)}) for cook in problem.cooks)
    sessions = tuple(
        entry.model_copy(update={"end_minutes": new}) if entry.end_minutes >= old else entry
        for entry in problem.sessions
    )
    moved = {
        "horizon_minutes": new,
        "cooks": cooks,
        "sessions": sessions,
        "equipment": tuple(_still_broken(pool, pool.outages, old, new) for pool in problem.equipment),
        "ovens": tuple(_still_broken(oven, oven.outages, old, new) for oven in problem.ovens),
        "vessels": tuple(_still_broken(stock, stock.outages, old, new) for stock in problem.vessels),
    }
    return problem.model_copy(update=moved)


def _still_broken(thing: _Breakable, outages: tuple[Outage, ...], old: int, new: int) -> _Breakable:
    """Outages that reach the old end reach the new one."""
    longer = tuple(
        outage.model_copy(update={"end_minutes": new}) if outage.start_minutes < old <= outage.end_minutes else outage
        for outage in outages
    )
    return thing.model_copy(update={"outages": longer})


def joined(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Disjoint windows that cover the same minutes."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda window: window.start_minutes):
        if found and window.start_minutes <= found[-1].end_minutes:
            end = max(found[-1].end_minutes, window.end_minutes)
            found[-1] = Window(start_minutes=found[-1].start_minutes, end_minutes=end)
        else:
            found.append(window)
    return tuple(found)
