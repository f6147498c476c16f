"""One temperature at a time, warm before use, and only so many trays."""

from itertools import combinations

from scheduler.problem import Oven
from scheduler.rules.capacity import Load, at_most, running_span, task_load
from scheduler.rules.inserted import done_by_one_cook
from scheduler.variables import Literal, TaskVars, Value, Variables


def _uses(v: Variables) -> list[TaskVars]:
    """The tasks that use an oven and are not over."""
    return [t for t in v.tasks.values() if t.task.oven and not t.done]


def _celsius(t: TaskVars) -> int:
    return t.task.oven.celsius if t.task.oven else 0


def _compatible(v: Variables, first: TaskVars, second: TaskVars) -> bool:
    return abs(_celsius(first) - _celsius(second)) <= v.problem.settings.oven_tolerance_celsius


def oven_choice(v: Variables) -> None:
    """Each baking is in one oven that reaches its temperature: sum over ovens of in(o) = 1."""
    for t in v.tasks.values():
        pin = v.pins.get(t.task.id)
        if t.task.oven is None:
            continue
        for oven in v.problem.ovens:
            fits = oven.min_celsius <= _celsius(t) <= oven.max_celsius and t.task.oven.slots <= oven.slots
            if not fits and not t.settled:
                v.model.add(t.ovens[oven.id] == 0)
        if len(t.ovens) > 1:
            v.model.add_exactly_one(t.ovens.values())
        if pin and pin.oven:
            v.model.add(t.ovens[pin.oven] == 1)


def oven_slots(v: Variables) -> None:
    """An oven holds as many trays as it has racks: at each minute slots of its uses <= slots, none in an outage."""
    for oven in v.problem.ovens:
        loads = [load for t in _uses(v) if (load := _load(v, t, oven.id))]
        outages = [o.model_copy(update={"units": oven.slots}) for o in oven.outages]
        most = sum(t.task.oven.slots * t.max_pans for t in _uses(v) if t.task.oven)
        if most > oven.slots or outages:
            at_most(v, loads, oven.slots, outages)


def _load(v: Variables, t: TaskVars, oven: str) -> Load | None:
    """The slots that the task takes of this oven; None when it is known to be in another."""
    slots = (t.task.oven.slots if t.task.oven else 0) * t.pan_count
    pin = v.pinned(t.task.id)
    if pin and pin.oven not in (None, oven):
        return None
    if len(t.ovens) == 1 or (pin and pin.oven):
        return task_load(v, t, slots)
    name = f"{t.task.id} in {oven}"
    return Load(v.model.new_optional_interval_var(t.start, t.size, t.end, t.ovens[oven], name), t.size, slots)


def _together(v: Variables, first: TaskVars, second: TaskVars, oven: str) -> list[Literal]:
    """The literals that say that both tasks are in this oven; none when there is only one oven."""
    return [] if len(v.ovens) == 1 else [first.ovens[oven], second.ovens[oven]]


def oven_temperature(v: Variables) -> None:
    """An oven has one temperature at a time, and changing it takes time.

    For incompatible uses i, j of one oven: start(j) >= end(i) + change or start(i) >= end(j) + change.
    """
    for i, j in combinations(_uses(v), 2):
        if _compatible(v, i, j) or (i.settled and j.settled):
            continue
        for oven in v.problem.ovens:
            order, both = v.order(i.task.id, j.task.id), _together(v, i, j, oven.id)
            v.model.add(j.start >= i.end + oven.change_minutes).only_enforce_if(order, *both)
            v.model.add(i.start >= j.end + oven.change_minutes).only_enforce_if(~order, *both)


def oven_door(v: Variables) -> None:
    """A weak oven recovers after its door was open: starts in it are equal or recovery minutes apart."""
    for oven in v.problem.ovens:
        if oven.recovery_minutes <= 0:
            continue
        for i, j in combinations(_uses(v), 2):
            if i.settled and j.settled:
                continue
            cases = _door_cases(v, i, j, oven)
            both = _together(v, i, j, oven.id)
            v.model.add_bool_or(cases).only_enforce_if(*both)
            v.model.add(j.start >= i.start + oven.recovery_minutes).only_enforce_if(cases[0])
            v.model.add(j.start == i.start).only_enforce_if(cases[1])
            v.model.add(i.start >= j.start + oven.recovery_minutes).only_enforce_if(cases[2])


def _door_cases(v: Variables, i: TaskVars, j: TaskVars, oven: Oven) -> list[Literal]:
    """The literals for: i goes in first, both at once, j first."""
    name = f"{i.task.id} and {j.task.id} into {oven.id}"
    gap = oven.recovery_minutes
    return [
        v.implied(f"{name}, in this order", lambda at: at(j.start) >= at(i.start) + gap),
        v.implied(f"{name}, together", lambda at: at(j.start) == at(i.start)),
        v.implied(f"{name}, the other way", lambda at: at(i.start) >= at(j.start) + gap),
    ]


def oven_warm_up(v: Variables) -> None:
    """Nothing goes into a cold oven: each use has its own warm-up, or follows a compatible use while the oven is hot.

    warm(j) or some compatible i in the same oven with start(i) <= start(j) <= end(i) + keep_hot (start(i) < start(j)
    unless warm(i)); a warm-up ends within keep_hot before its use, does not overlap incompatible uses nor another
    warm-up, and has one cook for the first minutes.
    """
    for name, extra in v.warm_ups.items():
        t = v.tasks[name]
        if v.problem.settings.oven_touch_minutes:
            done_by_one_cook(v, extra)
        if v.pinned(extra.id):
            continue
        v.model.add(extra.end <= t.start).only_enforce_if(extra.literal)
        for oven in v.problem.ovens:
            inside = [] if len(v.ovens) == 1 else [t.ovens[oven.id]]
            if oven.warm_up_minutes <= 0:
                v.model.add(extra.literal == 0).only_enforce_if(*inside)
                continue
            v.model.add(t.start <= extra.end + oven.keep_hot_minutes).only_enforce_if(extra.literal, *inside)
            _warm_up_length(v, t, oven, inside)
    for t in _uses(v):
        if not t.settled:
            _supported(v, t)
    _warm_ups_apart(v)


def _warm_up_length(v: Variables, t: TaskVars, oven: Oven, inside: list[Literal]) -> None:
    extra = v.warm_ups[t.task.id]
    cold = oven.warm_up_minutes
    if extra.short is None:
        if not isinstance(extra.size, int):
            v.model.add(extra.size == cold).only_enforce_if(extra.literal, *inside)
        return
    v.model.add_implication(extra.short, extra.literal)
    v.model.add(extra.size == cold).only_enforce_if(extra.literal, ~extra.short, *inside)
    v.model.add(extra.size == min(cold, oven.change_minutes)).only_enforce_if(extra.short, *inside)
    witnesses = []
    for other in (u for u in v.tasks.values() if u.task.oven and u is not t):
        hot = _still_hot(v, t, other, oven)
        witnesses.append(hot)
        v.model.add(other.start + 1 <= extra.end).only_enforce_if(hot)
        v.model.add(other.end + oven.keep_hot_minutes >= extra.start).only_enforce_if(hot)
        if len(v.ovens) > 1:
            v.model.add_implication(hot, other.ovens[oven.id])
    v.model.add_bool_or(witnesses).only_enforce_if(extra.short, *inside)


def _still_hot(v: Variables, t: TaskVars, other: TaskVars, oven: Oven) -> Literal:
    """The oven is hot from the other use when the warm-up for this one begins."""
    extra = v.warm_ups[t.task.id]
    return v.implied(
        f"{oven.id} still hot from {other.task.id} for {t.task.id}",
        lambda at: (
            at(other.ovens[oven.id])
            and at(other.start) < at(extra.end)
            and at(other.end) + oven.keep_hot_minutes >= at(extra.start)
        ),
    )


def _supported(v: Variables, t: TaskVars) -> None:
    """The use has a warm-up of its own, or follows a compatible use in the same oven before that cools down."""
    own = _own_heat(v, t)
    for oven in v.problem.ovens:
        if oven.warm_up_minutes <= 0:
            continue
        inside = [] if len(v.ovens) == 1 else [t.ovens[oven.id]]
        reasons: list[Literal] = [] if own is None else [own]
        for other in v.tasks.values():
            if not other.task.oven or other is t or not _compatible(v, t, other):
                continue
            if t.task.id in v.before[other.task.id]:
                continue
            reasons.append(_follows(v, t, other, oven))
        v.model.add_bool_or(reasons).only_enforce_if(*inside)


def _own_heat(v: Variables, t: TaskVars) -> Literal | None:
    """The use goes in while its own warm-up keeps the oven hot; one that has begun may be too late or too early."""
    extra = v.warm_ups.get(t.task.id)
    if extra is None:
        return None
    if v.pinned(extra.id) is None:
        return extra.literal
    if t.task.id in v.own_heat:
        return v.own_heat[t.task.id]
    keep = {oven.id: oven.keep_hot_minutes for oven in v.problem.ovens}
    strangers = [u for u in v.tasks.values() if u.task.oven and not _compatible(v, t, u)]

    def in_time(oven: str, at: Value) -> bool:
        since = any(
            at(u.ovens[oven]) and max(at(extra.start), at(u.start)) < min(at(t.start), at(u.end)) for u in strangers
        )
        return not since and at(extra.end) <= at(t.start) <= at(extra.end) + keep[oven]

    heat = v.implied(
        f"{extra.id} is in time", lambda at: any(at(inside) and in_time(oven, at) for oven, inside in t.ovens.items())
    )
    v.model.add(extra.end <= t.start).only_enforce_if(heat)
    for oven in v.problem.ovens:
        v.model.add(t.start <= extra.end + oven.keep_hot_minutes).only_enforce_if(heat, t.ovens[oven.id])
        for other in strangers:
            _nothing_between(v, t, other, heat, oven.id)
    v.own_heat[t.task.id] = heat
    return heat


def _nothing_between(v: Variables, t: TaskVars, other: TaskVars, heat: Literal, oven: str) -> None:
    """The heat of a warm-up that has begun is there for its use only if that comes before the incompatible use."""
    begun = v.pins[v.warm_ups[t.task.id].id].start_minutes or 0
    over = v.pins[other.task.id].end_minutes or 0 if other.done else v.horizon
    if over > begun:
        before = [] if other.done else [v.order(t.task.id, other.task.id)]
        v.model.add_bool_or(*before, *(~literal for literal in (heat, *_together(v, t, other, oven))))


def _follows(v: Variables, t: TaskVars, other: TaskVars, oven: Oven) -> Literal:
    first = _own_heat(v, other)
    follows = v.implied(
        f"{t.task.id} uses the heat of {other.task.id} in {oven.id}",
        lambda at: (
            at(other.ovens[oven.id])
            and at(other.start) + (0 if first is not None and at(first) else 1) <= at(t.start)
            and at(t.start) <= at(other.end) + oven.keep_hot_minutes
        ),
    )
    v.model.add(t.start <= other.end + oven.keep_hot_minutes).only_enforce_if(follows)
    if first is not None:
        v.model.add(other.start <= t.start).only_enforce_if(follows)
        v.model.add(other.start + 1 <= t.start).only_enforce_if(follows, ~first)
    else:
        v.model.add(other.start + 1 <= t.start).only_enforce_if(follows)
    if len(v.ovens) > 1:
        v.model.add_implication(follows, other.ovens[oven.id])
    return follows


def _warm_ups_apart(v: Variables) -> None:
    """No two warm-ups of an oven at once, and none in an outage; what runs already only keeps others waiting."""
    running = [name for name, extra in v.warm_ups.items() if running_span(v, extra.id, extra.size)]
    new = [name for name, extra in v.warm_ups.items() if v.pinned(extra.id) is None]
    for oven in v.problem.ovens:
        loads = []
        for name in new:
            extra, literal = v.warm_ups[name], _warm_in(v, name, oven.id)
            label = f"{extra.id} in {oven.id}"
            interval = v.model.new_optional_interval_var(extra.start, extra.size, extra.end, literal, label)
            loads.append(Load(interval, extra.size, 1))
            for other in running:
                both = [literal, _warm_in(v, other, oven.id)]
                v.model.add(extra.start >= v.warm_ups[other].end).only_enforce_if(both)
        for name in (*new, *running):
            _not_during_others(v, name, oven)
        at_most(v, loads, 1, [outage.model_copy(update={"units": 1}) for outage in oven.outages])


def _warm_in(v: Variables, name: str, oven: str) -> Literal:
    """The literal for "the warm-up of this task happens in this oven"."""
    extra = v.warm_ups[name]
    if len(v.ovens) == 1:
        return extra.literal
    inside = v.tasks[name].ovens[oven]
    if v.pinned(extra.id):
        return inside
    both = v.implied(f"{extra.id} in {oven}", lambda at: at(extra.literal) and at(inside))
    v.model.add_bool_and(extra.literal, inside).only_enforce_if(both)
    v.model.add_bool_or(both, ~extra.literal, ~inside)
    return both


def _not_during_others(v: Variables, name: str, oven: Oven) -> None:
    """An incompatible use that comes before is out of the oven before the warm-up starts.

    Where the warm-up runs already, the use waits for its end.
    """
    t, extra = v.tasks[name], v.warm_ups[name]
    begun = v.pinned(extra.id) is not None
    for other in _uses(v):
        if other is t or _compatible(v, t, other) or (begun and other.settled):
            continue
        both = _together(v, t, other, oven.id)
        if begun:
            v.model.add(other.start >= extra.end).only_enforce_if(*both)
            continue
        order = v.order(other.task.id, t.task.id)
        v.model.add(extra.start >= other.end).only_enforce_if(extra.literal, order, *both)
