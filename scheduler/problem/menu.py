"""What is to be cooked: dishes, courses, tasks and what ties them to each other."""

from typing import Literal

from scheduler.problem.base import Hygiene, Model

Attention = Literal["hands_on", "tend", "unattended"]
"""Whether a task takes a cook's hands, a cook's eye, or nobody."""


class VesselUse(Model):
    """One vessel of a dish, named by a letter, held from the first to the last task that names it, gaps too."""

    id: str
    kind: str
    min_size: int = 0


class ServingLink(Model):
    """Lag from the end of ``task`` to the serving of its dish: min_lag <= served − end(task) <= max_lag (if any)."""

    task: str
    min_lag_minutes: int = 0
    max_lag_minutes: int | None = None
    hot_weight: int = 0


class Dish(Model):
    """A dish is served once, at minute ``served`` in 0..horizon.

    served >= end of every task of the dish, served >= due (guests are not there earlier), and the serving links
    hold. ``due`` is ``serve_at_minutes``, or the due of the ``course`` (only one of the two may be given; a dish with
    neither has no due and no lateness). Plating in the last minutes is a serving link with a small max lag.
    """

    id: str
    name: str = ""
    course: str | None = None
    serve_at_minutes: int | None = None
    vessels: tuple[VesselUse, ...] = ()
    serving: tuple[ServingLink, ...] = ()


class Course(Model):
    """Dishes that land together.

    due: ``serve_at_minutes``, else due(follows) + gap_minutes, else none. All dishes of the course are served within
    ``window_minutes``: latest served − earliest served <= window. With ``follows``, every dish of this course is served
    at or after (latest served of the course it follows) + gap_minutes, whatever the due times say.
    """

    id: str
    name: str = ""
    serve_at_minutes: int | None = None
    follows: str | None = None
    gap_minutes: int = 0
    window_minutes: int = 0


class Need(Model):
    """``units`` units of a pool of equipment for the whole task (times the number of pans in parallel)."""

    equipment: str
    units: int = 1


class OvenUse(Model):
    """The task is in one oven at this temperature, on this many slots (times the pans in parallel)."""

    celsius: int
    slots: int = 1


class CrewNeed(Model):
    """``count`` cooks who have ``ability`` (None: any cook)."""

    ability: str | None = None
    count: int = 1


class Task(Model):
    """One continuous piece of work, never interrupted.

    ``minutes``: duration of one round for a cook of pace 100 (0 is allowed).
    ``rounds`` R and ``max_pans`` P: the solver chooses pans p in 1..min(P, R); the task lasts
    ceil(R / p) × minutes and takes p times its needs, oven slots and vessels. P > 1 is only allowed for tend and
    unattended tasks; a tend task with p pans counts as p pots. The extra p − 1 vessels of each letter are held
    for this task only (and until washed).
    ``attention``: ``hands_on`` and ``tend`` occupy the crew for the whole task; ``unattended`` needs no cook.
    ``crew``: cooks needed at once; empty: one cook if attended, none if unattended. One cook fills one place.
    A hands-on task with several cooks takes the minutes of its slowest.
    ``light``: hands-on work that may be done beside tending. For each cook: hands-on intervals do not overlap one
    another; a hands-on task that is not light does not overlap a tend task (nor does any hands-on task when
    ``settings.light_beside_tending`` is false); at each minute the tended pots are at most the tend capacity.
    ``on_fire``: something is on the heat. With ``settings.watch_fire`` the whole interval lies inside the union of
    all cooks' presence windows. With no cooks at all the rule is not applied.
    ``board``: uses one board (any attention). ``hygiene``, ``allergens`` (contained) and ``free_from`` (must not be
    met): see :class:`Settings`.
    ``make_ahead``: may start in a session that is marked as such, see :class:`Session`.
    ``optional``: the dish is served without it if need be (a garnish). A plan always contains it; only a repair
    (:class:`scheduler.explain.LeaveOut`) leaves it out.
    ``release_minutes``/``deadline_minutes``: the task starts no earlier / ends no later.
    ``tags``: words that cooks may refuse, for example the action.
    """

    id: str
    minutes: int
    name: str = ""
    dish: str | None = None
    attention: Attention = "unattended"
    skill: int = 1
    tags: tuple[str, ...] = ()
    crew: tuple[CrewNeed, ...] = ()
    light: bool = False
    needs: tuple[Need, ...] = ()
    oven: OvenUse | None = None
    vessels: tuple[str, ...] = ()
    board: bool = False
    hygiene: Hygiene = "none"
    allergens: tuple[str, ...] = ()
    free_from: tuple[str, ...] = ()
    on_fire: bool = False
    rounds: int = 1
    max_pans: int = 1
    make_ahead: bool = False
    optional: bool = False
    release_minutes: int = 0
    deadline_minutes: int | None = None


class Link(Model):
    """A precedence: min_lag <= start(after) − reference(before) <= max_lag.

    The reference is end(before), or start(before) when ``from_start``. A lag that is None does not bind, and a max
    lag without min lag does not order the tasks. A rest or cooling time is a min lag; ``hold`` is a max lag. At least
    one lag is given. ``hot_weight`` > 0 (only with a min lag and not ``from_start``) makes the waiting of hot food
    count.
    """

    before: str
    after: str
    min_lag_minutes: int | None = 0
    max_lag_minutes: int | None = None
    from_start: bool = False
    hot_weight: int = 0
