"""Which cook or equipment the dinner waits for: what is in use for the largest part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kitchen_agent.plan.model import Item
from scheduler.problem import Problem
from scheduler.schedule import Schedule


def busiest(problem: Problem, items: Sequence[Item], schedule: Schedule) -> str:
    """One sentence about the cook, oven or pool with the highest share of the dinner session in use; "" if none."""
    session = [item for item in items if not item.ahead and item.attention != "unattended"]
    if not session:
        return ""
    minute = timedelta(minutes=1)
    first = min(item.start for item in session)
    length = max(1, (max(item.end for item in items) - first) // minute)
    shares: list[tuple[float, str]] = []
    for cook in problem.cooks:
        name = cook.name or cook.id
        busy = sum((item.busy_until - item.start) // minute for item in session if name in item.cooks)
        shares.append((busy / length, f"{name}: at work for {busy} of {length} minutes"))
    tasks = {task.id: task for task in problem.tasks}
    for oven in problem.ovens:
        used = _covered([(e.start_minutes, e.end_minutes) for e in schedule.assignments if e.oven == oven.id])
        shares.append((used / length, f"the {oven.name or oven.id}: in use for {used} of {length} minutes"))
    for pool in problem.equipment:
        used = sum(
            (entry.end_minutes - entry.start_minutes) * need.units * entry.pans
            for entry in schedule.assignments
            for need in tasks[entry.task].needs
            if need.equipment == pool.id
        )
        share = used / (length * pool.count)
        shares.append((share, f"{pool.name or pool.id} ({pool.count}): in use for {share:.0%} of {length} minutes"))
    return max(shares, key=lambda entry: entry[0])[1]


def _covered(spans: Sequence[tuple[int, int]]) -> int:
    """The minutes that lie in at least one of the spans."""
    total, until = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total
