"""One server and two browsers for the tests of a module; each test opens a dinner of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kitchen_agent.web.driver import CHROMEDRIVER, CHROMIUM, Browser, browsers
from tests.kitchen_agent.web.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Browser]]:
    """Two browsers that know nothing of each other."""
    if CHROMIUM is None or CHROMEDRIVER is None:
        pytest.skip("no Chromium with chromedriver here")
    with browsers(tmp_path_factory.mktemp("profiles"), count=2) as opened:
        yield opened


@pytest.fixture
def browser(two: list[Browser]) -> Browser:
    return two[0]


@pytest.fixture
def data(server: Server) -> Path:
    """The data folder of the server."""
    return server.data
