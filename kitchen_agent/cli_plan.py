"""What `kitchen plan` does between its options and its output."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

from kitchen_agent.app import check_dinner, new_run, open_runs, result_of
from kitchen_agent.cookbook import load_recipe
from kitchen_agent.errors import OutputError, RequestError
from kitchen_agent.output_file import check_writable, same_file, write_whole
from kitchen_agent.paths import is_file
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner_model import ModelChoice
from kitchen_agent.progress_view import shown_progress
from kitchen_agent.request_file import COMMAND_LINE, load_kitchen
from kitchen_agent.state import Refusal

MENU_SUFFIXES: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Wish:
    """The options of `kitchen plan` that say what to plan; None and () are those not given."""

    menu: str | None = None
    guests: int | None = None
    serve: str | None = None
    cooks: tuple[str, ...] = ()
    kitchen: Path | None = None
    recipes: tuple[Path, ...] = ()
    cookbooks: tuple[Path, ...] = ()

    @property
    def menu_file(self) -> Path | None:
        """The menu file, when the menu is one."""
        if self.menu is not None and (self.menu.lower().endswith(MENU_SUFFIXES) or is_file(Path(self.menu))):
            return Path(self.menu)
        return None

    def asked(self) -> dict[str, Any]:
        """The fields of a DinnerRequest that were given. Raises RequestError for what is missing."""
        fields: dict[str, Any] = {
            "guests": self.guests,
            "serve_at": self.serve,
            "cooks": list(self.cooks) or None,
            "kitchen": load_kitchen(self.kitchen) if self.kitchen else None,
        }
        if self.menu_file is None:
            fields["dishes"] = self.menu or [
                {"name": load_recipe(path).title, "recipe": str(path.absolute())} for path in self.recipes
            ]
            self._refuse_gaps(fields)
        return {field: value for field, value in fields.items() if value is not None}

    def _refuse_gaps(self, fields: dict[str, Any]) -> None:
        options = {
            "dishes": 'MENU: is missing; give dishes ("roast chicken, green beans") or a menu file',
            "guests": "--guests: is missing; say how many people eat, as in --guests 6",
            "serve_at": "--serve: is missing; say when they eat, as in --serve 19:30",
        }
        if faults := [sentence for field, sentence in options.items() if fields[field] in (None, "", [])]:
            raise RequestError(COMMAND_LINE, faults)


@dataclass(frozen=True)
class Output:
    """Where the plan goes: `form` on stdout or in the file `out`, and a page in the file `html`."""

    form: str
    out: Path | None
    html: Path | None

    def check(self) -> None:
        """Raise OutputError if a file could not be written, or both would be one."""
        for path in filter(None, (self.out, self.html)):
            check_writable(path)
        if self.out and self.html and same_file(self.out, self.html):
            raise OutputError(self.html, "--out writes the same file")

    def write(self, plan: DinnerPlan) -> None:
        """Write the plan."""
        if self.out:
            write_whole(self.out, _in_form(plan, self.form) + "\n")
        else:
            _print(plan, self.form)
        if self.html:
            from kitchen_agent.render import html_page

            write_whole(self.html, html_page(plan))
        for path in filter(None, (self.out, self.html)):
            print(f"Written: {path}", file=sys.stderr)


def run_plan(
    wish: Wish,
    output: Output,
    choose: Callable[[], ModelChoice],
    data_dir: Path,
    *,
    run: str | None,
    recall: bool,
) -> int:
    """Plan what `wish` says, or go on with `run`; return the exit status.

    `choose` may fetch the model: it is asked when nothing else is wrong, and not for a run that is finished.
    """
    if run is not None and astuple(wish) != astuple(Wish()):
        fault = "--resume: takes no menu, guests or cooks; the run has them. Leave them out"
        raise RequestError(COMMAND_LINE, [fault])
    asked = {} if run else wish.asked()
    output.check()
    result = _resumed(run, choose, data_dir, recall) if run else _started(wish, asked, choose, data_dir, recall)
    if isinstance(result, Refusal):
        print_refusal(result)
        return 1
    output.write(result)
    return 0


def _started(
    wish: Wish, asked: dict[str, Any], choose: Callable[[], ModelChoice], data_dir: Path, recall: bool
) -> DinnerPlan | Refusal:
    own, run = (*wish.recipes, *wish.cookbooks), new_run()
    check_dinner(asked, wish.menu_file, own)
    with (
        open_runs(data_dir, choose(), own_recipes=own, recall=recall) as runs,
        shown_progress(f"Run {run}; if it is interrupted, go on with: kitchen plan --resume {run}") as listen,
    ):
        return runs.start(run, asked, wish.menu_file, listen)


def _resumed(run: str, choose: Callable[[], ModelChoice], data_dir: Path, recall: bool) -> DinnerPlan | Refusal:
    if (known := result_of(data_dir, run)) is not None:
        return known
    with open_runs(data_dir, choose(), recall=recall) as runs, shown_progress() as listen:
        return runs.resume(run, listen)


def _print(plan: DinnerPlan, form: str) -> None:
    if form == "text" and sys.stdout.isatty():
        from kitchen_agent.render import text

        print(text(plan, width=shutil.get_terminal_size().columns, color=True))
    else:
        print(_in_form(plan, form))


def _in_form(plan: DinnerPlan, form: str) -> str:
    from kitchen_agent import render

    writers = {"text": render.text, "markdown": render.markdown, "json": render.json_text}
    return writers[form](plan).rstrip("\n")


def print_refusal(refusal: Refusal) -> None:
    """Say on stderr why there is no plan."""
    print("This dinner does not fit:", file=sys.stderr)
    for reason in refusal.reasons:
        print(f"  - {reason}", file=sys.stderr)
    if refusal.remedies:
        print("What would make it fit:", file=sys.stderr)
    for remedy in refusal.remedies:
        print(f"  - {remedy}", file=sys.stderr)
