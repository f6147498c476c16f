"""Burners, machines and whatever else there is a number of; rounds in several pans."""

from scheduler.durations import minutes_with_pans
from scheduler.rules.capacity import at_most, task_load
from scheduler.variables import Variables


def pools(v: Variables) -> None:
    """No more burners are lit than the hob has: at each minute units × pans of the running tasks <= count."""
    for pool in v.problem.equipment:
        loads = []
        most = 0
        for t in v.tasks.values():
            units = sum(need.units for need in t.task.needs if need.equipment == pool.id)
            if units and not t.done:
                loads.append(task_load(v, t, units * t.pan_count))
                most += units * t.max_pans
        if most > pool.count or pool.outages:
            at_most(v, loads, pool.count, pool.outages)


def rounds(v: Variables) -> None:
    """A pan too small for the guests means rounds, fewer with more pans at once: size = ceil(R / p) × minutes."""
    for t in v.tasks.values():
        if len(t.pans) == 1:
            continue
        v.model.add_exactly_one(t.pans.values())
        minutes = {pans: minutes_with_pans(t.task, pans) for pans in t.pans}
        v.model.add(t.size == sum(minutes[pans] * literal for pans, literal in t.pans.items()))
