"""What a page shows of a session at one moment: cards of tasks with the buttons that tell what happened to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kitchen_agent.live import events as happen
from kitchen_agent.live.choices import Choice, problems
from kitchen_agent.live.events import Happening
from kitchen_agent.live.screen import Look, Row, task_rows
from kitchen_agent.live.session import Session
from kitchen_agent.live.taps import key_of
from kitchen_agent.menu import DishRequest, slug
from kitchen_agent.plan import Item
from kitchen_agent.web.told import Tells

MORE_MINUTES: Final = 5
NOW: Final[tuple[Look, ...]] = ("decide", "over", "running", "late", "due")


@dataclass(frozen=True)
class Button:
    """One tap: what it `tells` (a `Tells` as JSON; empty: it asks what is wrong), with the key that makes two one."""

    words: str
    tells: str = ""
    key: str = ""


@dataclass(frozen=True)
class Card:
    """One task; `until`: when what runs should end, in milliseconds of the epoch. The first button is the usual one."""

    task: str
    name: str
    dish: str
    cooks: tuple[str, ...]
    look: Look
    start: datetime
    until: int | None
    paused: bool
    equipment: tuple[str, ...]
    ingredients: tuple[str, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Tasks:
    """The tasks of one cook or of all: what is to be done now, what each does next, the rest, and what was done."""

    now: tuple[Card, ...]
    next: tuple[Card, ...]
    later: tuple[Card, ...]
    done: tuple[Card, ...]


def tasks(session: Session, now: datetime, cook: str, drawn: int) -> Tasks:
    """The tasks of `cook` (a name; empty for all), on a page that is drawn with the session's event `drawn`."""
    items = {item.id: item for item in session.plan.items}
    rows = [row for row in task_rows(session, now) if not cook or _concerns(items[row.task], cook)]
    waiting = [row for row in rows if row.look == "waiting"]
    cooks = [cook] if cook else [entry.name for entry in session.plan.cooks]
    soonest = [next((row for row in waiting if name in items[row.task].cooks), None) for name in cooks]
    coming = tuple(row for row in waiting if row in soonest)

    def cards(chosen: Iterable[Row]) -> tuple[Card, ...]:
        return tuple(_card(session, items[row.task], row.look, drawn) for row in chosen)

    return Tasks(
        now=cards(row for row in rows if row.look in NOW),
        next=cards(coming),
        later=cards(row for row in waiting if row not in coming),
        done=cards(row for row in rows if row.look == "done"),
    )


def buttons(session: Session, choices: Iterable[Choice], drawn: int) -> tuple[Button, ...]:
    """A button for each choice."""
    return tuple(_button(session, choice.words, choice.events, drawn) for choice in choices)


def _concerns(item: Item, cook: str) -> bool:
    """Whether `cook` does the task, or looks after what runs by itself."""
    return cook in item.cooks or (not item.cooks and item.watcher in (cook, ""))


def _card(session: Session, item: Item, look: Look, drawn: int) -> Card:
    progress = session.progress(item.id)
    expected = progress.expected if progress.state == "running" else None
    return Card(
        task=item.id,
        name=item.name,
        dish=session.plan.dish_name(item.dish),
        cooks=item.cooks,
        look=look,
        start=(progress.ended or item.end if progress.state == "done" else item.start),
        until=None if expected is None else int(expected.timestamp() * 1000),
        paused=progress.state == "paused",
        equipment=item.equipment,
        ingredients=item.ingredients,
        buttons=_buttons(session, item.id, look, drawn),
    )


def _buttons(session: Session, task: str, look: Look, drawn: int) -> tuple[Button, ...]:
    def button(words: str, what: Happening) -> Button:
        return _button(session, words, (what,), drawn)

    problem, done = Button("Problem"), button("Done", happen.TaskDone(task=task))
    match look:
        case "decide":
            return buttons(session, problems(session, task), drawn)
        case "over" | "running":
            more = happen.NeedsMinutes(task=task, minutes=MORE_MINUTES)
            return done, button(f"+{MORE_MINUTES}", more), problem
        case "done":
            return (problem,)
    return button("Start", happen.TaskStarted(task=task)), done, problem


def _button(session: Session, words: str, events: Sequence[Happening | DishRequest], drawn: int) -> Button:
    happened = tuple(what for what in events if not isinstance(what, DishRequest))
    wish = next((what.name for what in events if isinstance(what, DishRequest)), "")
    tells = Tells(wish=wish) if wish else Tells(events=happened)
    return Button(words, tells.model_dump_json(exclude_none=True), _key(session, happened, wish, drawn))


def _key(session: Session, events: Sequence[Happening], wish: str, drawn: int) -> str:
    """The same for two taps on one drawing of a button, on whichever page."""
    return f"{slug(wish)[:60]} {drawn}" if wish else key_of(session, events[0], drawn)


def utc_offset_minutes(session: Session, now: datetime) -> int:
    """By how much the dinner's clock is ahead of UTC."""
    offset = now.astimezone(session.first.serve_at.tzinfo).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)
