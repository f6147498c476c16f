"""The plan in Markdown."""

from __future__ import annotations

import re

from kitchen_agent.plan import DinnerPlan
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


def markdown(plan: DinnerPlan) -> str:
    """The plan as CommonMark with tables; what people wrote is escaped."""
    guests = "1 guest" if plan.guests == 1 else f"{plan.guests} guests"
    lines = [
        f"# {_plain(plan.title)}",
        "",
        f"{guests}, {day(plan.serve_at)}, served at {served(plan)}. "
        f"First work at {clock(plan.first_work, plan)}; {proof(plan)}.",
        "",
        *_timeline(plan),
    ]
    for cook in plan.cooks:
        lines += _cook_list(plan, cook.name)
    lines += _dishes(plan)
    if plan.bottleneck:
        lines += ["", f"**Bottleneck:** {_plain(plan.bottleneck)}"]
    lines += ["", "## Ingredients"]
    for dish in plan.dishes:
        lines += ["", f"### {_plain(dish.name)} ({dish.portions} portions)", ""]
        lines += [f"- [ ] {_plain(line)}" for line in dish.ingredients]
    if plan.notes:
        lines += ["", "## Notes", "", *(f"- {_plain(note)}" for note in plan.notes)]
    return "\n".join(lines) + "\n"


def _timeline(plan: DinnerPlan) -> list[str]:
    rows = [
        f"| {span(item.start, item.end, plan)} | {item.minutes} | {_plain(who(item))} "
        f"| {_plain(plan.dish_name(item.dish))} | {_plain(item.name + details(item))} "
        f"| {_plain(', '.join(item.equipment))} |"
        for item in plan.items
    ]
    return ["## Timeline", "", "| Time | Min | Cook | Dish | Task | Equipment |", "|---|--:|---|---|---|---|", *rows]


def _cook_list(plan: DinnerPlan, name: str) -> list[str]:
    cook = next(entry for entry in plan.cooks if entry.name == name)
    lines = ["", f"## {_plain(name)} ({cook.skill})", ""]
    if cook.first is None or cook.last is None:
        return [*lines, "Nothing to do."]
    lines += [f"{span(cook.first, cook.last, plan)}, {length(cook.busy_minutes)} of work.", ""]
    for item, own in cook_steps(plan, name):
        dish = plan.dish_name(item.dish) if item.kind == "task" else ""
        of = f" *({_plain(dish)})*" if dish else ""
        if own:
            near = f" Stay near, {length(item.minutes)}." if item.attention == "tend" else ""
            lines.append(f"- [ ] **{clock(item.start, plan)}** {_plain(item.name + details(item))}{of}{near}")
        else:
            lines.append(f"  - {_plain(item.name)}{of} runs by itself, {span(item.start, item.end, plan)}")
    return lines


def _dishes(plan: DinnerPlan) -> list[str]:
    rows = [
        f"| {_plain(dish.name)} | {_plain(dish.sitting)} | {dish.portions} | {clock(dish.ready, plan)} "
        f"| {clock(dish.served, plan)} {SERVED_HOW[dish.serve]} | {waiting(dish)} |"
        for dish in plan.dishes
    ]
    head = ["| Dish | Sitting | Portions | Ready | Served | |", "|---|---|--:|---|---|---|"]
    return ["", "## At the table", "", *head, *rows]


def _plain(text: str) -> str:
    """`text` with everything escaped that Markdown or HTML would read as markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", text)
