"""`kitchen serve`: the live kitchen as a page for phones and tablets."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_agent.cli_model import AdapterFile, ModelFile, choice_of

if TYPE_CHECKING:
    from kitchen_agent.live.sessions import Sessions


def serve(
    session: Annotated[
        str | None, typer.Argument(metavar="[SESSION]", help="Only say the address of this one.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 for any that is free.", min=0, max=65535)] = 8080,
    model: ModelFile = None,
    adapter: AdapterFile = None,
) -> None:
    """Show the cooking sessions as pages for phones and tablets, until Ctrl-C."""
    from kitchen_agent import settings
    from kitchen_agent.app import deps_when_needed
    from kitchen_agent.live.sessions import database_url, open_sessions
    from kitchen_agent.planner_model import reader_of_events
    from kitchen_agent.web import serve as web

    current = settings.load()
    url = database_url(current.data_dir)
    with (
        deps_when_needed(current.data_dir, lambda: choice_of(current, model, adapter)) as planning,
        reader_of_events(current) as reader,
    ):

        def opened() -> AbstractContextManager[Sessions]:
            return open_sessions(url, planning=planning)

        with opened() as sessions:
            if session is not None:
                sessions.kitchen.newest(session)  # says so when there is no such session
        web.serve(opened, reader, host, port, session)
