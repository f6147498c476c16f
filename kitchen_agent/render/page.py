"""The plan as one HTML page: chart, lists to tick off, ingredients. It loads nothing and runs no script."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from kitchen_agent.plan import DinnerPlan
from kitchen_agent.render import words
from kitchen_agent.render.chart import colour, flag_lanes, panels


def html_page(plan: DinnerPlan) -> str:
    """The page as HTML text; everything that people or models wrote is escaped."""
    environment = Environment(
        loader=PackageLoader("kitchen_agent.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(flag_lanes=flag_lanes)
    template = environment.get_template("page.html.j2")
    return template.render(
        plan=plan,
        panels=panels(plan),
        numbers={item.id: number for number, item in enumerate(plan.items, 1)},
        colours={dish.id: colour(plan, dish.id) for dish in plan.dishes} | {None: "chore"},
        words=words,
    )
