"""`kitchen say`: one event of a session, told in plain words."""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_agent.cli_event import SessionId, show_told, told_of
from kitchen_agent.cli_model import choice_of
from kitchen_agent.errors import AmbiguousSentenceError, SessionClosedError, UnclearSentenceError, UnsaidAmountError

if TYPE_CHECKING:
    from kitchen_agent.live.events import Happening
    from kitchen_agent.live.names import Names
    from kitchen_agent.live.session import Session
    from kitchen_agent.live.understand import Understood
    from kitchen_agent.menu import DishRequest
    from kitchen_agent.planner_model import ModelChoice
    from kitchen_agent.settings import Settings


def say(
    session: SessionId,
    words: Annotated[list[str], typer.Argument(metavar="SENTENCE", help="What happened, in your own words.")],
    yes: Annotated[bool, typer.Option("--yes", help="Record what was understood; ask nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who says it; your login if not given.")] = None,
) -> None:
    """Tell a cooking session what happened: "the potatoes need ten more minutes", "Ben has to leave at seven"."""
    from kitchen_agent import settings
    from kitchen_agent.app import deps_when_needed
    from kitchen_agent.live.refusals import refuse
    from kitchen_agent.live.sessions import database_url, open_sessions
    from kitchen_agent.live.wording import sentence
    from kitchen_agent.menu import DishRequest

    current = settings.load()
    with (
        deps_when_needed(current.data_dir, lambda: choice_of(current, None, None)) as planning,
        open_sessions(database_url(current.data_dir), planning=planning) as sessions,
    ):
        state = sessions.kitchen.session(session)
        if not state.approved:
            raise SessionClosedError(session)
        now = sessions.kitchen.now()
        what = _understood(" ".join(words), state, now, _choice(current), ask=not yes)
        print(f"Understood: {sentence(state, what)}")
        if not isinstance(what, DishRequest):
            refuse(state, what, now)
        if not yes and not typer.confirm("Right?", default=True):
            print("Nothing was recorded.")
            raise typer.Exit(1)
        told = told_of(sessions, session, what, f"said {secrets.token_hex(8)}", by or getpass.getuser())
        show_told(sessions, session, state, told)


def _choice(current: Settings) -> ModelChoice:
    from kitchen_agent.model_view import progress_bar
    from kitchen_agent.planner_model import model_of_events

    with progress_bar() as report:
        return model_of_events(current, report)


def _understood(told: str, state: Session, now: datetime, choice: ModelChoice, *, ask: bool) -> Happening | DishRequest:
    """The event that `told` reports; what it leaves open is asked, or refused when nothing may be asked."""
    from kitchen_agent.cookbook import Cookbook
    from kitchen_agent.live.names import names_of
    from kitchen_agent.live.understand import understand
    from kitchen_agent.planner_model import PlannerModel

    names = names_of(state, now)
    with PlannerModel(choice) as model:
        try:
            meant = understand(told, names, model, Cookbook.open())
        except UnsaidAmountError as error:
            if not ask:
                raise
            meant = _with_amount(told, error, names)
    if not ask and not meant.named:
        raise UnclearSentenceError(told)
    if not meant.other_readings:
        return meant.event
    return _one_of(told, (meant.event, *meant.other_readings), state, ask=ask)


def _with_amount(told: str, unsaid: UnsaidAmountError, names: Names) -> Understood:
    from kitchen_agent.live.understand import with_said_amount

    amount = typer.prompt(unsaid.asked.removesuffix("?"), prompt_suffix="? ")
    return with_said_amount(told, unsaid.line, amount, names)


def _one_of(
    told: str, readings: Sequence[Happening | DishRequest], state: Session, *, ask: bool
) -> Happening | DishRequest:
    from kitchen_agent.live.wording import told_apart

    in_words = told_apart(state, readings)
    if not ask:
        raise AmbiguousSentenceError(told, in_words)
    print("This can mean:", *(f"  {number}. {words}" for number, words in enumerate(in_words, 1)), sep="\n")
    while True:
        number: int = typer.prompt("Which", type=int)
        if 1 <= number <= len(readings):
            return readings[number - 1]
        print(f"{number} is none of them: a number from 1 to {len(readings)}.")
