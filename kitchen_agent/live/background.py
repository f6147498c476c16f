"""One thread that works on the sessions of a database, one thing after another, while a screen goes on being drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

from kitchen_agent.live.sessions import Sessions

Opener = Callable[[], AbstractContextManager[Sessions]]
Answer = TypeVar("Answer")


class Background:
    """Works with a connection of its own, which its thread opens when it is first needed."""

    def __init__(self, opened: Opener) -> None:
        self._opened = opened
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kitchen")
        self._stack = ExitStack()
        self._sessions: Sessions | None = None

    async def do(self, work: Callable[[Sessions], Answer]) -> Answer:
        """What `work` gives back, when everything that was asked for before is done. Raises what `work` raises."""
        return await asyncio.wrap_future(self._thread.submit(self._with_sessions, work))

    def _with_sessions(self, work: Callable[[Sessions], Answer]) -> Answer:
        if self._sessions is None:
            self._sessions = self._stack.enter_context(self._opened())
        return work(self._sessions)

    def close(self) -> None:
        """Wait for what is begun, and close the connection."""
        self._thread.submit(self._stack.close).result()
        self._thread.shutdown()
