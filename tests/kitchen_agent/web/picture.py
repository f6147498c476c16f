"""The README's picture of the page: `python -m tests.kitchen_agent.web.picture FILE` (`make picture-phone`).

A dinner that is being cooked by its plan, at a quarter past six wherever it is that now.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.kitchen_agent.web.dinner import cooked_until_now, in_zone, plan_now
from tests.kitchen_agent.web.driver import browsers
from tests.kitchen_agent.web.serving import kitchen, serving

HOUR, MINUTES_BEGUN = 18, 88
"""The hour on the picture's clock, and for how long they have been cooking."""
SIMMERS = "tomato-soup/4"


def main(picture: Path) -> None:
    """Write the picture."""
    west = (datetime.now(UTC).hour - HOUR + 12) % 24 - 12
    plan = in_zone(plan_now(-MINUTES_BEGUN), f"Etc/GMT{west:+}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        session = cooked_until_now(data, plan)
        kitchen(data, "event", session, "needs_minutes", SIMMERS, "4", "--by", "Ben", "--no-rescue")
        with serving(data) as server, browsers(Path(folder)) as (browser,):
            browser.go(server.page(session))
            time.sleep(3)
            browser.picture(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
