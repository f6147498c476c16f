"""The addresses of the kitchen's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kitchen_agent.errors import KitchenAgentError, UnknownSessionError
from kitchen_agent.web.desk import Desk
from kitchen_agent.web.guard import Guard
from kitchen_agent.web.pages import asked_part, board_part, list_part, page, seen
from kitchen_agent.web.told import Approval, Said, Tapped

BODY_BYTES_MAX: Final = 64 * 1024
Sent = TypeVar("Sent", bound=BaseModel)


def build_app(desk: Desk, own_names: frozenset[str]) -> Starlette:
    """The pages of one desk; its threads are closed when the server ends."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.desk = desk
        yield
        desk.close()

    one = "/sessions/{session}"
    return Starlette(
        routes=[
            Route("/", show_list),
            Route("/now", list_now),
            Route(one, show_session),
            Route(f"{one}/now", session_now),
            Route(f"{one}/problems", problems),
            Route(f"{one}/tap", tap, methods=["POST"]),
            Route(f"{one}/say", say, methods=["POST"]),
            Route(f"{one}/ready", ready, methods=["POST"]),
            Route(f"{one}/rescues", rescues, methods=["POST"]),
            Route(f"{one}/approve", approve, methods=["POST"]),
            Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
        ],
        middleware=[Middleware(Guard, own_names=own_names)],
        exception_handlers={KitchenAgentError: refused},
        lifespan=lifespan,
    )


async def show_list(request: Request) -> Response:
    """The sessions to choose from."""
    return HTMLResponse(page("Kitchen", list_part(await _desk(request).dinners()), "", talks=False))


async def list_now(request: Request) -> Response:
    """The part of the list that changes."""
    return _news(request, list_part(await _desk(request).dinners()), datetime.now(UTC))


async def show_session(request: Request) -> Response:
    """The page of a session."""
    session, cook = _session(request), request.query_params.get("cook", "")
    board = await _desk(request).board(session, cook)
    return HTMLResponse(page(board.session.plan.title, board_part(board, cook), f"/sessions/{session}", talks=True))


async def session_now(request: Request) -> Response:
    """The part of a session's page that changes."""
    cook = request.query_params.get("cook", "")
    board = await _desk(request).board(_session(request), cook)
    return _news(request, board_part(board, cook), board.now)


async def problems(request: Request) -> Response:
    """What can be wrong with a task, to choose from."""
    task = request.query_params.get("task", "")
    return HTMLResponse(asked_part(await _desk(request).problems(_session(request), task)))


async def tap(request: Request) -> Response:
    """Tell what happened: the answer comes when it is in the store."""
    return PlainTextResponse(await _desk(request).tell(_session(request), await _sent(request, Tapped)))


async def say(request: Request) -> Response:
    """Read a sentence: what it may mean, to choose from."""
    return HTMLResponse(asked_part(await _desk(request).hear(_session(request), await _sent(request, Said))))


async def ready(request: Request) -> Response:
    """Load the model that reads sentences."""
    await _desk(request).get_ready()
    return PlainTextResponse("")


async def rescues(request: Request) -> Response:
    """Look for what would help a late dinner."""
    _desk(request).look_for_rescues(_session(request))
    return PlainTextResponse("")


async def approve(request: Request) -> Response:
    """Say yes to the plan."""
    sent = await _sent(request, Approval)
    return PlainTextResponse(await _desk(request).approve(_session(request), sent.by))


async def refused(request: Request, error: Exception) -> Response:
    """Say what is wrong; a page does not try this again."""
    status = HTTPStatus.NOT_FOUND if isinstance(error, UnknownSessionError) else HTTPStatus.UNPROCESSABLE_ENTITY
    return PlainTextResponse(str(error), status)


def _news(request: Request, part: str, now: datetime) -> Response:
    """The part with its name and the time; nothing when the page shows it already."""
    name = seen(part)
    headers = {"Kitchen-Seen": name, "Kitchen-Now": str(int(now.timestamp() * 1000))}
    if request.query_params.get("seen") == name:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    return HTMLResponse(part, headers=headers)


async def _sent(request: Request, kind: type[Sent]) -> Sent:
    """The body of a request. Raises HTTPException for one that is too long or not of this `kind`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}") from error


def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def _session(request: Request) -> str:
    return str(request.path_params["session"])
