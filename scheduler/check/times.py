"""Durations, release and deadline, lags, sessions, and what is already settled."""

from collections.abc import Iterator

from scheduler.check.report import Violation
from scheduler.check.view import Placed, View
from scheduler.problem import Link, Pin, Replan, Session


def duration(view: View) -> Iterator[Violation]:
    """A task takes its rounds times its minutes, longer for a slow cook; what life decided takes what it took."""
    for placed in view.placed.values():
        if placed.settled:
            continue
        expected = _minutes(view, placed)
        if placed.end - placed.start != expected:
            message = f"{placed.id} lasts {placed.end - placed.start} minutes in the plan but takes {expected}"
            yield Violation(rule="duration", subjects=(placed.id,), message=message, at_minutes=placed.start)


def _minutes(view: View, placed: Placed) -> int:
    task = placed.task
    minutes = -(-task.rounds // max(1, placed.at.pans)) * task.minutes
    if task.attention != "hands_on":
        return minutes
    paces = [view.cooks[cook].pace_percent for cook in placed.at.cooks if cook in view.cooks] or [100]
    return max(-(-minutes * pace // 100) for pace in paces)


def release(view: View) -> Iterator[Violation]:
    """A task starts no earlier than its release and ends no later than its deadline."""
    for placed in view.placed.values():
        task = placed.task
        if placed.settled:
            continue
        if placed.start < task.release_minutes:
            message = f"{task.id} starts at {placed.start}, before it may ({task.release_minutes})"
            yield Violation(rule="release", subjects=(task.id,), message=message, at_minutes=placed.start)
        if task.deadline_minutes is not None and placed.end > task.deadline_minutes:
            message = f"{task.id} ends at {placed.end}, after it must ({task.deadline_minutes})"
            yield Violation(rule="release", subjects=(task.id,), message=message, at_minutes=placed.end)


def link(view: View) -> Iterator[Violation]:
    """A task waits long enough, and not too long, for the one before it."""
    for entry in view.problem.links:
        before, after = view.placed.get(entry.before), view.placed.get(entry.after)
        if before and after and not (before.settled and after.settled):
            yield from _lag(view, entry, before, after)


def _lag(view: View, entry: Link, before: Placed, after: Placed) -> Iterator[Violation]:
    reference = before.start if entry.from_start else before.end
    point = "the start" if entry.from_start else "the end"
    lag = after.start - reference
    subjects = (entry.after, entry.before)
    if entry.min_lag_minutes is not None and lag < entry.min_lag_minutes:
        message = (
            f"{entry.after} starts {lag} minutes after {point} of {entry.before}, at least {entry.min_lag_minutes}"
        )
        yield Violation(rule="link", subjects=subjects, message=message + " are needed", at_minutes=after.start)
    if entry.max_lag_minutes is None or lag <= entry.max_lag_minutes:
        return
    missed = before.settled and reference + entry.max_lag_minutes < view.now
    if not missed:
        message = f"{entry.after} starts {lag} minutes after {point} of {entry.before}, at most {entry.max_lag_minutes}"
        yield Violation(rule="link", subjects=subjects, message=message + " are allowed", at_minutes=after.start)


def session(view: View) -> Iterator[Violation]:
    """Work starts in a session, and only what keeps starts in a make-ahead session."""
    sessions = view.problem.sessions
    if not sessions:
        return
    for placed in view.placed.values():
        if not placed.settled and not any(_may_be_in(entry, placed) for entry in sessions):
            message = f"{placed.id} ({placed.start} to {placed.end}) lies in no session in which it may be done"
            yield Violation(rule="session", subjects=(placed.id,), message=message, at_minutes=placed.start)
    for added in view.schedule.inserted:
        last = added.start_minutes + 1 if added.kind == "warm_up" else added.end_minutes
        inside = any(entry.start_minutes <= added.start_minutes and last <= entry.end_minutes for entry in sessions)
        if not inside and not view.inserted_settled(added):
            message = f"{added.id} ({added.start_minutes} to {added.end_minutes}) lies in no session"
            yield Violation(rule="session", subjects=(added.id,), message=message, at_minutes=added.start_minutes)


def _may_be_in(entry: Session, placed: Placed) -> bool:
    if not entry.start_minutes <= placed.start < entry.end_minutes:
        return False
    if entry.make_ahead and not placed.task.make_ahead:
        return False
    return not placed.attended or placed.end <= entry.end_minutes


def pin(view: View) -> Iterator[Violation]:
    """What is settled stays as it is."""
    inserted = {entry.id: entry for entry in view.schedule.inserted}
    for entry in view.problem.pins:
        if entry.task in view.placed:
            at = view.placed[entry.task].at
            found: dict[str, object] = {
                "start_minutes": at.start_minutes,
                "end_minutes": at.end_minutes,
                "cooks": set(at.cooks),
                "oven": at.oven,
                "board": at.board,
                "pans": at.pans,
                "units": set(at.units),
            }
        elif entry.task in inserted:
            added = inserted[entry.task]
            found = {
                "start_minutes": added.start_minutes,
                "end_minutes": added.end_minutes,
                "cooks": {added.cook} if added.cook else set(),
                "oven": added.oven,
                "board": added.board,
            }
        else:
            message = f"{entry.task} is settled ({entry.state}) but missing from the plan"
            yield Violation(rule="pin", subjects=(entry.task,), message=message)
            continue
        yield from _kept(entry, found)


def _kept(entry: Pin, found: dict[str, object]) -> Iterator[Violation]:
    for name, value in found.items():
        wanted = getattr(entry, name)
        if wanted is None:
            continue
        if isinstance(wanted, tuple):
            wanted = set(wanted)
        if wanted != value:
            message = f"{entry.task}: {name} is settled as {wanted} but planned as {value}"
            yield Violation(rule="pin", subjects=(entry.task,), message=message)


def replan(view: View) -> Iterator[Violation]:
    """Nothing new starts in the past, and what is about to start stays as it was told."""
    again = view.problem.replan
    if again is None:
        return
    starts = [(placed.id, placed.start) for placed in view.placed.values() if not placed.settled]
    starts += [(entry.id, entry.start_minutes) for entry in view.schedule.inserted if not view.inserted_settled(entry)]
    starts += [(dish, minute) for dish, minute in view.served.items() if dish not in view.served_before]
    for subject, start in starts:
        if start < view.now:
            message = f"{subject} is planned at {start}, in the past (now is {view.now})"
            yield Violation(rule="replan", subjects=(subject,), message=message, at_minutes=start)
    for entry in again.served:
        if view.served.get(entry.dish) != entry.served_minutes:
            message = f"{entry.dish} was served at {entry.served_minutes}, the plan says {view.served.get(entry.dish)}"
            yield Violation(rule="replan", subjects=(entry.dish,), message=message)
    units = {(hold.dish, hold.vessel): hold.unit for hold in view.schedule.holds}
    for held in again.held:
        unit = units.get((held.dish, held.vessel))
        if unit != held.unit:
            message = f"{held.dish}/{held.vessel} is in {held.unit}, the plan says {unit}"
            yield Violation(rule="replan", subjects=(f"{held.dish}/{held.vessel}", held.unit), message=message)
    yield from _frozen(view, again)


def _frozen(view: View, again: Replan) -> Iterator[Violation]:
    for old in again.baseline:
        placed = view.placed.get(old.task)
        near = again.now_minutes <= old.start_minutes < again.now_minutes + again.freeze_minutes
        if placed is None or placed.pin is not None or not near:
            continue
        if placed.start < old.start_minutes:
            message = f"{old.task} is about to start at {old.start_minutes} and is moved forward to {placed.start}"
            yield Violation(rule="replan", subjects=(old.task,), message=message, at_minutes=placed.start)
        if old.cooks and set(old.cooks) != set(placed.at.cooks):
            message = f"{old.task} is about to be started by {', '.join(old.cooks)} and is given to others"
            yield Violation(rule="replan", subjects=(old.task,), message=message, at_minutes=placed.start)
