"""`kitchen event` and `kitchen status`: a session from scripts, other terminals and other programs."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_agent.cli_model import AdapterFile, ModelFile, choice_of

if TYPE_CHECKING:
    from kitchen_agent.live.events import Happening
    from kitchen_agent.live.kitchen import Told
    from kitchen_agent.live.session import Session
    from kitchen_agent.live.sessions import Sessions
    from kitchen_agent.menu import DishRequest

SessionId = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id; `kitchen sessions` lists them.")]


def event(
    session: SessionId,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What happened; `help` lists the kinds.")],
    words: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="Task, cook, minutes, ...")] = None,
    key: Annotated[str | None, typer.Option(help="The same key counts once in a session.")] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; your login if not given.")] = None,
    rescue: Annotated[bool, typer.Option(help="When it makes the dinner late, say what would help.")] = True,
    model: ModelFile = None,
    adapter: AdapterFile = None,
) -> None:
    """Tell a session what happened: done soup/3, needs_minutes soup/4 10, cook_leaves Ben 19:00, guests 8."""
    from kitchen_agent import settings
    from kitchen_agent.app import deps_when_needed
    from kitchen_agent.live.report import kinds_help
    from kitchen_agent.live.sessions import database_url, open_sessions

    if kind == "help":
        print(kinds_help())
        return
    current = settings.load()
    with (
        deps_when_needed(current.data_dir, lambda: choice_of(current, model, adapter)) as planning,
        open_sessions(database_url(current.data_dir), planning=planning) as sessions,
    ):
        before = sessions.kitchen.session(session)
        told = _tell(sessions, session, [kind, *(words or [])], key or secrets.token_hex(8), by or getpass.getuser())
        show_told(sessions, session, before, told, rescue=rescue)


def show_told(sessions: Sessions, session: str, before: Session, told: Told, *, rescue: bool = True) -> None:
    """Print what came of an event of the session, `before` which it was as given: what is late, changes, rescues."""
    from kitchen_agent.live.difference import changes
    from kitchen_agent.live.kitchen import late_minutes
    from kitchen_agent.live.report import change_lines, late_lines, rescue_lines, told_lines
    from kitchen_agent.live.rescues import rescues

    after = sessions.kitchen.session(session)
    print(*late_lines(before, after), *told_lines(before, after, told), sep="\n", flush=True)
    if told.new and sessions.kitchen.improve(session):
        better = sessions.kitchen.session(session)
        found = changes(after.plan, better.plan, sessions.kitchen.now())
        print("On second thought:", *change_lines(found, better), sep="\n", flush=True)
        after = better
    now = sessions.kitchen.now()
    if rescue and late_minutes(after.plan, now) > late_minutes(before.plan, now):
        print(*(rescue_lines(rescues(after, now), after) or ["Nothing that was tried would help."]), sep="\n")


def _tell(sessions: Sessions, session: str, words: list[str], key: str, by: str) -> Told:
    from kitchen_agent.live.typed import read_event
    from kitchen_agent.live.wording import sentence

    state = sessions.kitchen.session(session)
    what = read_event(state, words[0], words[1:], sessions.kitchen.now())
    told = told_of(sessions, session, what, key, by)
    print(f"Understood: {sentence(state, what)}", file=sys.stderr)
    return told


def told_of(sessions: Sessions, session: str, what: Happening | DishRequest, key: str, by: str) -> Told:
    """What comes of an event, or of a dish that is wanted; progress is shown while its recipe is read."""
    from kitchen_agent.menu import DishRequest
    from kitchen_agent.progress_view import shown_progress

    if not isinstance(what, DishRequest):
        return sessions.tell(session, what, key, by)
    with shown_progress() as listen:
        return sessions.add_dish(session, what, key, by, listen)


def status(session: SessionId) -> None:
    """Print how a session stands: what is wrong, and every task that is not finished."""
    from kitchen_agent import settings
    from kitchen_agent.live.report import status_lines
    from kitchen_agent.live.sessions import database_url, open_sessions

    with open_sessions(database_url(settings.load().data_dir)) as sessions:
        sessions.kitchen.refresh(session)
        print(*status_lines(sessions.kitchen.session(session), sessions.kitchen.now()), sep="\n")
