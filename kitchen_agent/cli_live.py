"""The commands of the live kitchen: cook, log, sessions, simulate."""

from __future__ import annotations

import getpass
import shutil
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from kitchen_agent.cli_model import AdapterFile, ModelFile, choice_of
from kitchen_agent.errors import RequestError
from kitchen_agent.paths import is_file

if TYPE_CHECKING:
    from kitchen_agent.live.sessions import Sessions
    from kitchen_agent.plan import DinnerPlan
    from kitchen_agent.state import Refusal


def cook(
    what: Annotated[str, typer.Argument(metavar="PLAN|MENU|SESSION", help="plan.json, menu.yaml or a session's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Approve the plan without being asked.")] = False,
    model: ModelFile = None,
    adapter: AdapterFile = None,
) -> None:
    """Cook a dinner: open or reopen a session and show it live; a menu is planned first."""
    from kitchen_agent import settings
    from kitchen_agent.app import deps_when_needed
    from kitchen_agent.live.sessions import database_url, open_sessions

    current = settings.load()
    url = database_url(current.data_dir)
    with (
        deps_when_needed(current.data_dir, lambda: choice_of(current, model, adapter)) as planning,
        open_sessions(url, planning=planning) as sessions,
    ):
        session = _session(sessions, what)
        if session is None:
            raise typer.Exit(1)
        if not sessions.kitchen.is_approved(session):
            _approve(sessions, session, yes)
        sessions.wake(session)
        print(f"Session {session}; reopen it with: kitchen cook {session}", file=sys.stderr)
        if sys.stdout.isatty():
            from kitchen_agent.live.view import LiveView
            from kitchen_agent.planner_model import reader_of_events

            def again() -> AbstractContextManager[Sessions]:
                return open_sessions(url, planning=planning)

            with reader_of_events(current) as reader:
                LiveView(sessions, session, getpass.getuser(), again, reader).run()


def log(session: Annotated[str, typer.Argument(metavar="SESSION")]) -> None:
    """Print what happened in a session, one event a line."""
    from kitchen_agent import settings
    from kitchen_agent.live.kitchen import Opening
    from kitchen_agent.live.session import Session, apply
    from kitchen_agent.live.sessions import database_url, open_sessions
    from kitchen_agent.live.wording import sentence

    with open_sessions(database_url(settings.load().data_dir)) as sessions:
        opening = Opening.model_validate_json(sessions.kitchen.store.opening(session))
        state = Session(first=opening.plan, plan=opening.plan, now=opening.opened_at)
        for recorded in sessions.kitchen.events(session):
            event = recorded.event
            when = event.at.astimezone(opening.plan.serve_at.tzinfo)
            print(f"{recorded.seq:4}  {when:%Y-%m-%d %H:%M:%S}  {event.by:12}  {sentence(state, event.what)}")
            state = apply(state, event)


def sessions() -> None:
    """List the cooking sessions, newest first."""
    from kitchen_agent import settings
    from kitchen_agent.live.kitchen import Opening
    from kitchen_agent.live.sessions import database_url
    from kitchen_agent.live.store import SessionStore

    store = SessionStore(database_url(settings.load().data_dir))
    for name in store.sessions():
        opening = Opening.model_validate_json(store.opening(name))
        print(f"{name}  opened {opening.opened_at:%Y-%m-%d %H:%M}  {opening.plan.title}, {opening.plan.guests} guests")
    store.close()


def simulate(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan that kitchen plan --format json wrote.")],
    speed: Annotated[float, typer.Option(help="How many times as fast as real time; 0: at once.", min=0)] = 60,
    seed: Annotated[int, typer.Option(help="Decides which tasks take longer.")] = 0,
) -> None:
    """Play a session by itself, with delays here and there, by a clock of its own."""
    from kitchen_agent import settings
    from kitchen_agent.live import simulate as simulation
    from kitchen_agent.live.sessions import database_url, open_sessions

    dinner = _plan_file(plan)
    clock = simulation.Clock(dinner.first_work, speed)
    with open_sessions(database_url(settings.load().data_dir), clock) as opened:
        for line in simulation.simulate(opened, clock, dinner, seed):
            print(line, flush=True)


def _session(sessions: Sessions, what: str) -> str | None:
    """The session that `what` names; for a plan or a menu a new one; None when the dinner does not fit."""
    from kitchen_agent.app import new_run

    path, unplanned = Path(what), sessions.is_unplanned(what)
    if not unplanned and path.suffix.lower() == ".json":
        return sessions.open(_plan_file(path))
    if not unplanned and not is_file(path) and path.suffix.lower() not in (".yaml", ".yml"):
        sessions.kitchen.session(what)
        return what
    session = what if unplanned else new_run()
    refusal = _planned(sessions, session, None if unplanned else path)
    if refusal is not None:
        from kitchen_agent.cli_plan import print_refusal

        print_refusal(refusal)
    return None if refusal else session


def _planned(sessions: Sessions, session: str, menu: Path | None) -> Refusal | None:
    """Plan `menu` for `session`; without one go on with what was begun."""
    from kitchen_agent.app import check_dinner
    from kitchen_agent.progress_view import shown_progress

    if menu is not None:
        check_dinner({}, menu.absolute())
    headline = f"Session {session}; if this is interrupted, go on with: kitchen cook {session}"
    with shown_progress(headline) as listen:
        if menu is None:
            return sessions.go_on_planning(session, listen)
        return sessions.plan(session, {}, menu.absolute(), listen)


def _approve(sessions: Sessions, session: str, yes: bool) -> None:
    """Show the plan and ask for approval. Raises typer.Exit when the answer is no."""
    if not yes:
        from kitchen_agent.render import text

        print(text(sessions.kitchen.session(session).plan, width=shutil.get_terminal_size().columns))
        if not typer.confirm("Cook by this plan?", default=True):
            sessions.decline(session)
            print(f"Not yet; approve it later with: kitchen cook {session}", file=sys.stderr)
            raise typer.Exit(1)
    sessions.approve(session, getpass.getuser())


def _plan_file(path: Path) -> DinnerPlan:
    from kitchen_agent.plan import DinnerPlan

    try:
        return DinnerPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        fault = f"cannot be read: {error.strerror}; give a plan that kitchen plan --format json wrote"
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "plan"
        fault = f"{where}: {first['msg']}; give a plan that kitchen plan --format json wrote"
    raise RequestError(str(path), [fault])
