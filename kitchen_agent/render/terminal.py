"""The plan for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Literal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kitchen_agent.plan import DinnerPlan, Item
from kitchen_agent.render.words import (
    SERVED_HOW,
    clock,
    cook_steps,
    day,
    details,
    length,
    proof,
    served,
    span,
    waiting,
    who,
)

WIDTH = 100
COLUMNS_FROM = 92
"""In a narrower terminal the timeline says dish, minutes and equipment below each task."""
DISH_STYLES = ("cyan", "magenta", "yellow", "green", "blue", "red")


def text(plan: DinnerPlan, width: int | None = None, color: bool = False) -> str:
    """The plan as lines of at most `width` characters, with ANSI colours if wanted."""
    out = io.StringIO()
    colors: Literal["standard"] | None = "standard" if color else None
    console = Console(file=out, width=width or WIDTH, force_terminal=color, color_system=colors, highlight=False)
    console.print(rich_plan(plan, console.width))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def rich_plan(plan: DinnerPlan, width: int = WIDTH) -> RenderableType:
    """The plan as something that rich prints in `width` columns."""
    guests = "1 guest" if plan.guests == 1 else f"{plan.guests} guests"
    head = Text.assemble(
        (plan.title, "bold"), f" for {guests}, {day(plan.serve_at)}, served at {served(plan)}\n"
        f"First work at {clock(plan.first_work, plan)}; {proof(plan)}.",
    )  # fmt: skip
    parts: list[RenderableType] = [head, "", _timeline(plan, wide=width >= COLUMNS_FROM), ""]
    for cook in plan.cooks:
        parts += [_cook_list(plan, cook.name), ""]
    parts.append(_dishes(plan))
    if plan.bottleneck:
        parts += ["", Text.assemble(("Bottleneck: ", "bold"), plan.bottleneck)]
    if plan.notes:
        parts += ["", Text("Notes", "bold"), _listed(plan.notes)]
    return Group(*parts)


def _listed(notes: Iterable[str]) -> Table:
    table = Table.grid(padding=(0, 1))
    for note in notes:
        table.add_row("  -", Text(note))
    return table


def _styles(plan: DinnerPlan) -> dict[str | None, str]:
    styles: dict[str | None, str] = {
        dish.id: DISH_STYLES[number % len(DISH_STYLES)] for number, dish in enumerate(plan.dishes)
    }
    return {**styles, None: "dim"}


def _timeline(plan: DinnerPlan, *, wide: bool) -> Table:
    table = Table(title="Timeline", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Time", no_wrap=True)
    if wide:
        table.add_column("Min", justify="right", no_wrap=True)
    table.add_column("Cook", overflow="fold")
    if wide:
        table.add_column("Dish", ratio=3)
    table.add_column("Task", ratio=5)
    if wide:
        table.add_column("Equipment", ratio=3)
    shown_day = None
    for item in plan.items:
        if item.start.date() != shown_day and plan.first_work.date() != plan.serve_at.date():
            shown_day = item.start.date()
            table.add_row(Text(f"{item.start:%A}", "bold"))
        until = f"{item.end:%H:%M}" if item.end.date() == item.start.date() else f"{item.end:%a %H:%M}"
        table.add_row(f"{item.start:%H:%M}–{until}", *_cells(plan, item, wide=wide))
    return table


def _cells(plan: DinnerPlan, item: Item, *, wide: bool) -> list[RenderableType]:
    """What the timeline says of an item after its time."""
    dish = Text(plan.dish_name(item.dish), _styles(plan)[item.dish])
    task = Text(item.name + details(item), "dim" if item.kind != "task" else "")
    equipment = Text(", ".join(item.equipment), "dim")
    if wide:
        return [str(item.minutes), escape(who(item)), dish, task, equipment]
    below = Text(" · ", "dim").join(part for part in (Text(length(item.minutes), "dim"), dish, equipment) if part)
    return [escape(who(item)), Group(task, below)]


def _cook_list(plan: DinnerPlan, name: str) -> RenderableType:
    cook = next(entry for entry in plan.cooks if entry.name == name)
    if cook.first is None or cook.last is None:
        return Text.assemble((name, "bold"), f" ({cook.skill}): nothing to do")
    head = Text.assemble(
        (name, "bold"), f" ({cook.skill}), {span(cook.first, cook.last, plan)}, {length(cook.busy_minutes)} of work"
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item, own in cook_steps(plan, name):
        dish = plan.dish_name(item.dish)
        if own:
            what = Text.assemble(item.name + details(item), (f"  {dish}", "dim") if item.kind == "task" else "")
            if item.attention == "tend":
                what.append(f"  stay near, {length(item.minutes)}", "italic")
            table.add_row(f"  [ ] {clock(item.start, plan)}", what)
        else:
            runs = f"{item.name} runs by itself until {clock(item.end, plan)}"
            table.add_row(f"   →  {clock(item.start, plan)}", Text.assemble((runs, "dim"), (f"  {dish}", "dim")))
    return Group(head, table)


def _dishes(plan: DinnerPlan) -> Table:
    styles = _styles(plan)
    table = Table(title="At the table", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("Dish", "Sitting", "Portions", "Ready", "Served", ""):
        table.add_column(
            column, justify="right" if column == "Portions" else "left", no_wrap=column in ("Portions", "Ready")
        )
    for dish in plan.dishes:
        table.add_row(
            Text(dish.name, styles[dish.id]),
            dish.sitting,
            str(dish.portions),
            clock(dish.ready, plan),
            f"{clock(dish.served, plan)} {SERVED_HOW[dish.serve]}",
            Text(waiting(dish), "bold red" if dish.late_minutes else ""),
        )
    return table
