"""The scheduling problem: kitchen, cooks, dishes and tasks, with the exact meaning of every field.

All times are integer minutes from the plan's start (minute 0) and lie in ``0..horizon_minutes``. An interval
``[start, end)`` contains its start and not its end, so what ends at minute 10 and what starts at minute 10 do
not overlap. Everything refers to everything else by string id. The types only say what shape the data has;
:func:`scheduler.validate.validate` says whether it makes sense and names every fault at once.

Words used throughout: an *attended* task is ``hands_on`` or ``tend``; a *pinned* task has a :class:`Pin`.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Attention = Literal["hands_on", "tend", "unattended"]
Hygiene = Literal["none", "raw_meat", "raw_fish", "ready_to_eat"]
TermName = Literal[
    "lateness",
    "hot_wait",
    "longest_day",
    "presence",
    "makespan",
    "extra_work",
    "balance",
    "handovers",
    "idle",
    "stability",
]

ORDER: tuple[TermName, ...] = (
    "lateness",
    "hot_wait",
    "longest_day",
    "presence",
    "makespan",
    "extra_work",
    "balance",
    "handovers",
    "idle",
    "stability",
)
"""The objective's terms, most important first; all are minimised, strictly lexicographically.

Below, ``work(c)`` is the sum of the minutes of all hands-on and tend tasks of cook c plus the cook minutes of
the inserted tasks (oven touch, wash-up, clean) that c does; ``hands(c)`` is the same without the tend tasks.
``attendance(c)`` is the sum over c's presence windows of (latest end − earliest start) of everything that c
does in that window, 0 for a window without work; an oven warm-up counts with its touch minutes only. Work that
is done or running counts only in a window that contains it.

* ``lateness``: sum over dishes with a due time of served − due (minutes).
* ``hot_wait``: sum over links and serving links of hot_weight × wait², where wait is
  start(after) − end(before) − max(min_lag, 0), for a serving link served − end(task) − min_lag
  (never below 0: a negative wait counts as 0).
* ``longest_day``: max of attendance(c) over the cooks; 0 without cooks. It comes before the sum because the sum alone
  is least when the quickest cook does everything.
* ``presence``: sum of attendance(c) over the cooks.
* ``makespan``: the latest end of any task (inserted tasks and serving not counted); 0 without tasks.
* ``extra_work``: minutes of cook's work in inserted tasks (touches, wash-ups, cleans) plus substitution costs.
* ``balance``: max work(c) − min work(c) over all cooks; 0 with fewer than two cooks.
* ``handovers``: sum over dishes of (number of different cooks in its tasks − 1), at least 0 each.
* ``idle``: sum over cooks of attendance(c) − hands(c).
* ``stability``: sum over baseline entries of weight × |start − baseline start| plus ``cook_change_cost`` × weight
  for each entry whose set of cooks differs from the baseline's; 0 without replanning.
"""


class Model(BaseModel):
    """Base of all types that cross a boundary: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(Model):
    """The half-open interval [start_minutes, end_minutes), end after start."""

    start_minutes: int
    end_minutes: int


class Outage(Model):
    """``units`` units of something cannot be used in [start_minutes, end_minutes)."""

    start_minutes: int
    end_minutes: int
    units: int = 1


class Cook(Model):
    """A person who works.

    ``presence``: windows when the cook is in the kitchen, disjoint; every interval of the cook's work lies inside
    one window; empty: present all the time (one window ``0..horizon``). A break is the gap between two windows.
    ``skill``: 1 novice, 2 home cook, 3 expert; may do tasks with ``task.skill <= cook.skill``.
    ``abilities``: named qualifications that a :class:`CrewNeed` may ask for.
    ``refuses``: tags; the cook does no task that carries one. Inserted tasks carry the tags ``oven`` (warm-up
    touch), ``wash_up`` (vessel) and ``clean`` (board and hands) and need skill 1.
    ``pace_percent``: a hands-on task takes ceil(its duration × pace / 100); 150 for a novice who needs half as long
    again. Tend tasks and inserted tasks are not stretched.
    ``tend_capacity``: number of pots that the cook can tend at once.
    """

    id: str
    name: str = ""
    skill: int = 2
    presence: tuple[Window, ...] = ()
    abilities: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    pace_percent: int = 100
    tend_capacity: int = 2


class Equipment(Model):
    """A pool of ``count`` identical things: burners, grill places, a mixer; any renewable resource.

    At each minute the units in use by tasks plus the units in outage are at most ``count``.
    Unit ids in a schedule are ``{id}#1`` … ``{id}#{count}``; an outage takes units away without naming them.
    """

    id: str
    name: str = ""
    count: int = 1
    outages: tuple[Outage, ...] = ()


class Oven(Model):
    """One oven. Let *use* be a task that is in this oven and *compatible* mean that two uses' Celsius differ by at
    most ``settings.oven_tolerance_celsius``.

    * Slots: at each minute the slots of the uses are at most ``slots``; in an outage none are available
      (``units`` of the outage is ignored). A use's Celsius lies in ``min_celsius..max_celsius``.
    * Change: two incompatible uses are at least ``change_minutes`` apart (end of one to start of the other). A
      third dish that is compatible with both may stay in while the temperature changes.
    * Heat (only when ``warm_up_minutes > 0``): every use j is *supported*: by its own warm-up, whose end e satisfies
      e <= start(j) <= e + keep_hot; or by a compatible use i in the same oven with start(i) < start(j) <= end(i) +
      keep_hot; or by a compatible use i that starts in the same minute and has a warm-up of its own. keep_hot is
      ``keep_hot_minutes``.
    * A warm-up is an inserted task (see :class:`scheduler.schedule.Inserted`). It lasts ``warm_up_minutes``;
      it may last ``change_minutes`` (a change of temperature of a hot oven) when some other use of the oven started
      before the warm-up's end and ended no earlier than keep_hot before the warm-up's start. No use
      that is incompatible with the warm-up's Celsius overlaps it, and no two warm-ups of an oven overlap. It
      does not take slots, and it lies outside outages.
    * Touch: a cook turns the knob: the warm-up's cook is busy (hands-on, light, tag ``oven``) in its first
      ``settings.oven_touch_minutes`` minutes.
    * Door: starts of two uses are equal or at least ``recovery_minutes`` apart.
    """

    id: str
    name: str = ""
    slots: int = 2
    min_celsius: int = 40
    max_celsius: int = 280
    warm_up_minutes: int = 15
    change_minutes: int = 10
    keep_hot_minutes: int = 30
    recovery_minutes: int = 0
    outages: tuple[Outage, ...] = ()


class StandIn(Model):
    """This stock may be used where ``kind`` is asked for, at ``cost`` (objective term ``extra_work``)."""

    kind: str
    cost: int = 1


class VesselStock(Model):
    """``count`` identical vessels of one kind and size (litres, centimetres: any scale, the same for a kind).

    A vessel use that asks for kind K and min_size S may take this stock when ``size >= S`` and either
    ``kind == K`` (cost 0) or a stand-in names K (its cost). At each minute at most ``count`` vessels are held
    (plus outages). A vessel is held by a use from the start of the use's first task until it is washed, and for
    ever (to the horizon) when no wash-up follows. The wash-up is an inserted task of ``wash_minutes``: hands-on, by one
    cook, starting at or after the end of the use's last task; the vessel is free at its end. With
    ``wash_minutes == 0`` the vessel is free at the end of the use's last task and nothing is inserted.
    """

    id: str
    kind: str
    name: str = ""
    size: int = 0
    count: int = 1
    wash_minutes: int = 3
    stands_in_for: tuple[StandIn, ...] = ()
    outages: tuple[Outage, ...] = ()


class Board(Model):
    """One cutting board. A task with ``board=True`` uses one board for its whole duration, one task at a time.

    ``classes``: the hygiene classes that may come on it; empty: all (``none`` is always allowed).
    """

    id: str
    name: str = ""
    classes: tuple[Hygiene, ...] = ()


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


class Session(Model):
    """A window in which work may start. With no sessions in the problem there is no restriction.

    Every task starts in some session (start <= task start < end). In a session with ``make_ahead`` only tasks with
    ``make_ahead`` may start. Attended tasks also end by the session's end. Inserted tasks lie wholly inside one
    session of either sort, except that a warm-up only has to start in one.
    """

    start_minutes: int
    end_minutes: int
    make_ahead: bool = False


class Settings(Model):
    """The switches of the kitchen's rules.

    Hygiene (``hygiene``): task j must not follow task i dirty when i contaminates j: i is raw meat or fish and j is
    neither of i's class nor of class ``none`` (food that is eaten as it is soils nothing), or ``allergens(i) ∩
    free_from(j)`` is not empty. When end(i) <= start(j) and both use the same board, a *clean* of that board lies
    between (clean start >= end(i), clean end <= start(j)). When both are hands-on and share a cook, a clean by that
    cook lies between. A clean is an inserted hands-on task of ``clean_minutes``, not light, tag ``clean``, after (not
    necessarily right after) a task k: done by one of k's cooks (or by any one cook when k has none), it cleans that
    cook's hands and the board that k used, and it takes that board while it lasts. A task has at most one clean.
    Intermediate tasks do not clean anything.

    ``washing_is_light``: wash-ups and cleans count as light work.
    """

    light_beside_tending: bool = True
    watch_fire: bool = True
    oven_tolerance_celsius: int = 10
    oven_touch_minutes: int = 1
    hygiene: bool = True
    clean_minutes: int = 2
    washing_is_light: bool = False


class Pin(Model):
    """What is already settled about a task (or an inserted task, by its id): every field that is not None is fixed.

    ``state``: ``done`` and ``running`` need start and end, and done end <= now < running end (remaining time is
    end − now); their length is end − start whatever the task's minutes, cook's pace or rounds say, and their cooks
    are ``cooks`` (to be named when the task is attended). ``locked`` fixes parts of a future task. ``units`` of a
    running task keep their ids.

    Life may break rules, so a rule never binds what is all done or running: a link between two such tasks is
    ignored, a done task occupies nothing from ``now`` on (nor does a change or door gap count from it),
    and a resource that running tasks overload has capacity 0
    (not a negative one) for the others. A max lag from such a task that cannot be met any more (reference + max_lag <
    now) no longer binds. Skill, refusal, presence, fire, session, oven support and release or deadline are not asked
    of done or running tasks. Vessels stay held, and boards and hands stay dirty, as for any other task.
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


class Problem(Model):
    """Everything the scheduler needs to know. No recipe, no prose, no clock."""

    horizon_minutes: int
    tasks: tuple[Task, ...]
    links: tuple[Link, ...] = ()
    dishes: tuple[Dish, ...] = ()
    courses: tuple[Course, ...] = ()
    cooks: tuple[Cook, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    ovens: tuple[Oven, ...] = ()
    vessels: tuple[VesselStock, ...] = ()
    boards: tuple[Board, ...] = ()
    sessions: tuple[Session, ...] = ()
    settings: Settings = Field(default_factory=Settings)
    pins: tuple[Pin, ...] = ()
    replan: Replan | None = None
    objective: tuple[TermName, ...] = ORDER
