"""One server and two browsers for the tests of a module; each test opens a dinner of its own."""

from collections.abc import Iterator

import pytest

from kitchen_agent.plan import DinnerPlan, Item
from tests.kitchen_agent.live.dinner import tasks_of
from tests.kitchen_agent.web.dinner import plan_now
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
def plan() -> DinnerPlan:
    """A dinner whose first work is now."""
    return plan_now()


@pytest.fixture
def first(plan: DinnerPlan) -> Item:
    """The first task, a cook's."""
    return next(item for item in tasks_of(plan) if item.cooks)
