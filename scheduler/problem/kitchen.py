"""The kitchen: who works in it, what there is to work with, when it is open and by which rules."""

from scheduler.problem.base import Hygiene, Model, Outage, Window


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
      e <= start(j) <= e + keep_hot, with no incompatible use in the oven from the warm-up's start to start(j); or by
      a compatible use i in the same oven with start(i) < start(j) <= end(i) + keep_hot; or by a compatible use i
      that starts in the same minute and is supported by its own warm-up. keep_hot is ``keep_hot_minutes``.
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
    cook lies between. Neither lies within the other there, though one that takes no minutes may do so elsewhere. A
    clean is an inserted hands-on task of ``clean_minutes``, not light, tag ``clean``, after (not necessarily right
    after) a task k that contaminates some task of the problem which could share its board or hands: done by one of k's
    cooks (or by any one cook when k has none), it cleans that cook's hands and the board that k used, of whatever is on
    them, and it takes that board while it lasts. A task has at most one clean. Intermediate tasks do not clean
    anything.

    ``washing_is_light``: wash-ups and cleans count as light work.
    """

    light_beside_tending: bool = True
    watch_fire: bool = True
    oven_tolerance_celsius: int = 10
    oven_touch_minutes: int = 1
    hygiene: bool = True
    clean_minutes: int = 2
    washing_is_light: bool = False
