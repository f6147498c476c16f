"""What is settled when a plan is made again while people cook."""

from typing import Literal

from scheduler.problem.base import Model


class Pin(Model):
    """What is already settled about a task (or an inserted task, by its id): every field that is not None is fixed.

    ``state``: ``done`` and ``running`` need start and end, and done end <= now < running end (remaining time is
    end − now); their length is end − start whatever the task's minutes, cook's pace or rounds say, and their cooks
    are ``cooks`` (to be named when the task is attended). ``locked`` fixes parts of a future task. ``units`` of a
    running task keep their ids. The ``oven`` of a warm-up and the ``board`` of a clean are those of its task too. There
    is at most one pin of each thing.

    Life may break rules, so a rule never binds what is all done or running: a link between two such tasks is
    ignored, a done task occupies nothing from ``now`` on (nor does a change or door gap count from it),
    and a resource that running tasks overload has capacity 0
    (not a negative one) for the others. A max lag from such a task that cannot be met any more (reference + max_lag <
    now) no longer binds. Skill, refusal, presence, fire, session, oven support and release or deadline are not asked
    of done or running tasks; a warm-up that is done or running counts as heat for as long as any other. Vessels stay
    held, and boards and hands stay dirty, as for any other task.
    """

    task: str
    state: Literal["done", "running", "locked"] = "locked"
    start_minutes: int | None = None
    end_minutes: int | None = None
    cooks: tuple[str, ...] | None = None
    oven: str | None = None
    board: str | None = None
    pans: int | None = None
    units: tuple[str, ...] | None = None


class HeldVessel(Model):
    """A vessel use of a dish (``vessel`` as in :class:`scheduler.schedule.VesselHold`) that already has its unit."""

    dish: str
    vessel: str
    unit: str


class ServedDish(Model):
    """A dish that was served at this minute, at or before now; no serving rule is asked of it any more."""

    dish: str
    served_minutes: int


class PlannedTask(Model):
    """A task's place in the old plan, for the stability term; ``weight`` is its importance."""

    task: str
    start_minutes: int
    cooks: tuple[str, ...] = ()
    weight: int = 1


class Replan(Model):
    """Planning again at minute ``now``.

    Every task and inserted task that is not done or running starts at or after ``now``. A task whose baseline start
    lies in [now, now + freeze_minutes) and that is not pinned does not start earlier than in the baseline and keeps the
    baseline's cooks (if the baseline names any). ``held`` vessels stay what they are.
    """

    now_minutes: int
    freeze_minutes: int = 0
    baseline: tuple[PlannedTask, ...] = ()
    served: tuple[ServedDish, ...] = ()
    held: tuple[HeldVessel, ...] = ()
    cook_change_cost: int = 5
