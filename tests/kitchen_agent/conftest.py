"""Fixtures for the tests of the agent."""

from pathlib import Path

import pytest

from tests.kitchen_agent.dinners import Data, make_data


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """A data folder with the answers for four dishes."""
    return make_data(tmp_path)
