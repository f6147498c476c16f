"""The page in a real browser: bars lie side by side, nothing is fetched, it fits the phone."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kitchen_agent.render import html_page
from tests.kitchen_agent.render.plans import solved_plan

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]

PROBE = """
<script>
addEventListener("load", () => {
  const bars = [...document.querySelectorAll(".track")].map(track => [...track.querySelectorAll(".bar")].map(bar => {
    const box = bar.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  }));
  const report = {bars, wide: document.documentElement.scrollWidth, view: innerWidth,
    fetched: performance.getEntriesByType("resource").map(entry => entry.name)};
  const box = document.createElement("pre");
  box.id = "probe";
  box.textContent = JSON.stringify(report);
  document.body.append(box);
});
</script>
"""


def _probe(folder: Path, width: int) -> dict[str, object]:
    """What the browser measures on the page at this width; the probe is the only script, so its ban is lifted."""
    assert CHROMIUM is not None
    page = folder / "plan.html"
    shown = html_page(solved_plan())
    shown = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", shown)
    page.write_text(shown.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},1000", "--virtual-time-budget=2000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    match = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match is not None
    report: dict[str, object] = json.loads(match[1])
    return report


@pytest.mark.parametrize("width", [1440, 500])
def test_bars_do_not_overlap_and_nothing_is_fetched(tmp_path: Path, width: int) -> None:
    report = _probe(tmp_path, width)
    assert report["fetched"] == []
    wide, view = report["wide"], report["view"]
    assert isinstance(wide, int)
    assert isinstance(view, int)
    assert wide <= view, "the page itself scrolls sideways"
    tracks = report["bars"]
    assert isinstance(tracks, list)
    assert sum(len(bars) for bars in tracks) >= 10
    for bars in tracks:
        for number, (left, top, right, bottom) in enumerate(bars):
            assert right > left
            for other in bars[number + 1 :]:
                apart = right <= other[0] + 0.6 or other[2] <= left + 0.6 or bottom <= other[1] or other[3] <= top
                assert apart, (bars[number], other)
