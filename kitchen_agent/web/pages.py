"""Pages and parts of pages as HTML text; whatever people, recipes or models wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from kitchen_agent.live.taps import DOUBLED
from kitchen_agent.web.board import utc_offset_minutes
from kitchen_agent.web.desk import Asked, Board, Dinner
from kitchen_agent.web.told import SENTENCE_MAX


def list_part(dinners: Sequence[Dinner]) -> str:
    """The sessions that can be opened."""
    return _render("list", dinners=dinners)


def board_part(board: Board, cook: str) -> str:
    """What changes on the page of a session; `cook` is the id of the cook who is chosen, or empty."""
    zone = board.session.first.serve_at.tzinfo

    def clock(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%H:%M}"

    serve_at = board.session.serve_at or board.session.first.serve_at
    offset = utc_offset_minutes(board.session, board.now)
    return _render("board", board=board, cook=cook, clock=clock, serve_at=serve_at, offset=offset)


def asked_part(asked: Asked) -> str:
    """A question back."""
    return _render("asked", asked=asked)


def page(title: str, part: str, path: str, *, talks: bool) -> str:
    """A whole page around `part`, whose news are fetched below `path`; one that `talks` has a line for sentences."""
    doubled_ms = int(DOUBLED.total_seconds() * 1000)
    return _render(
        "page",
        title=title,
        part=part,
        seen=seen(part),
        path=path,
        talks=talks,
        doubled_ms=doubled_ms,
        most=SENTENCE_MAX,
    )


def seen(part: str) -> str:
    """A short name for `part` as it is, by which a page says what it shows."""
    return sha256(part.encode()).hexdigest()[:16]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("kitchen_agent.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, **values: object) -> str:
    return _environment().get_template(f"{template}.html.j2").render(values)
