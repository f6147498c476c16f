"""What a new plan changes for whom: a few lines that a busy cook can take in."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from kitchen_agent.plan import DinnerPlan, Item

MOVED_MINUTES: Final = 2
"""A start that moves by less is not worth telling."""


class Change(BaseModel):
    """One thing that is different for the cooks it concerns (all of them when `cooks` is empty).

    `minutes`: how much later it is, below 0 when it is earlier; of what moved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["moved", "other_cook", "new", "gone", "served"]
    cooks: tuple[str, ...]
    at: datetime
    sentence: str
    minutes: int = 0


def changes(old: DinnerPlan, new: DinnerPlan, now: datetime) -> tuple[Change, ...]:
    """What `new` changes about the future that `old` had promised, soonest first."""
    before = {item.id: item for item in old.items}
    begun = {pin.task for pin in new.problem.pins if pin.state != "locked"}
    ahead = [item for item in new.items if item.kind == "task" and item.id not in begun]
    found = [change for item in ahead if (change := _changed(before.get(item.id), item))]
    left = {task.id for task in new.problem.tasks}
    for item in old.items:
        if item.id not in left and item.end > now and item.kind == "task":
            sentence = f"{item.name}: not needed any more"
            found.append(Change(kind="gone", cooks=item.cooks, at=item.start, sentence=sentence))
    served = {dish.id: dish for dish in old.dishes}
    for dish in new.dishes:
        was = served.get(dish.id)
        if was and abs(_minutes(was.served, dish.served)) >= MOVED_MINUTES:
            sentence = f"served: {dish.name} (was {was.served:%H:%M})"
            found.append(Change(kind="served", cooks=(), at=dish.served, sentence=sentence))
    return tuple(sorted(found, key=lambda change: (change.at, change.sentence)))


def _changed(old: Item | None, new: Item) -> Change | None:
    if old is None:
        return Change(kind="new", cooks=new.cooks, at=new.start, sentence=f"{new.name} (new)")
    if set(old.cooks) != set(new.cooks):
        instead = f", instead of {' and '.join(old.cooks)}" if old.cooks else ""
        sentence = f"{new.name}: {' and '.join(new.cooks) or 'nobody'}{instead}"
        everyone = tuple(dict.fromkeys((*new.cooks, *old.cooks)))
        return Change(kind="other_cook", cooks=everyone, at=new.start, sentence=sentence)
    later = round(_minutes(old.start, new.start))
    if abs(later) >= MOVED_MINUTES:
        sentence = f"{new.name} (was {old.start:%H:%M})"
        return Change(kind="moved", cooks=new.cooks, at=new.start, sentence=sentence, minutes=later)
    return None


def _minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60
