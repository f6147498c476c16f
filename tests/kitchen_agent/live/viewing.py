"""A live view of the tests' dinner, without a terminal and without a model."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from kitchen_agent.app import deps_when_needed
from kitchen_agent.live.sessions import Sessions, open_sessions
from kitchen_agent.live.typedline import TypedLine
from kitchen_agent.live.understand import Reads
from kitchen_agent.live.view import LiveView
from kitchen_agent.planner import Question
from kitchen_agent.prompt import Style
from kitchen_agent.state import Deps
from tests.kitchen_agent.dinners import Data
from tests.kitchen_agent.live.dinner import dinner_plan


@dataclass(frozen=True)
class Wrote:
    """What a model that reads sentences wrote, whatever it was asked."""

    text: str
    style: Style = "short"

    def ask(self, question: Question) -> "Wrote":
        return self


@contextmanager
def opened(
    tmp_path: Path,
    clock: list[datetime],
    reader: Callable[[], Reads] = lambda: Wrote("none"),
    data: Data | None = None,
) -> Iterator[tuple[LiveView, Sessions, str]]:
    url = f"sqlite:///{tmp_path / 'sessions.sqlite'}"

    planning: AbstractContextManager[Callable[[], Deps] | None] = (
        nullcontext() if data is None else deps_when_needed(data.folder, lambda: data.choice)
    )
    with planning as deps:

        def again() -> AbstractContextManager[Sessions]:
            return open_sessions(url, lambda: clock[0], seconds=0.0, planning=deps)

        with again() as sessions:
            session = sessions.open(dinner_plan())
            sessions.approve(session, "Ana")
            yield LiveView(sessions, session, "Ana", again, reader), sessions, session


def shown(view: LiveView, name: str) -> str:
    return str(view.query_one(f"#{name}", Static).render())


def told(sessions: Sessions, session: str) -> list[str]:
    """The kinds of the events that people told, not those of the kitchen itself."""
    kinds = [entry.event.what.kind for entry in sessions.kitchen.events(session)]
    return [kind for kind in kinds if kind != "plan"]


async def type_line(view: LiveView, pilot: Pilot[None], key: str, text: str) -> None:
    """Type `text` into the line that `key` opens (or that is open)."""
    if key:
        await pilot.press(key)
    view.query_one(TypedLine).value = text
    await pilot.press("enter")


async def idle(view: LiveView, pilot: Pilot[None]) -> None:
    """Wait until threads have answered and the screen shows it."""
    await view.workers.wait_for_complete()
    await pilot.pause()
