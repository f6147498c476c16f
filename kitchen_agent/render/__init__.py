"""A plan as text for the terminal, Markdown, JSON, or one HTML page that needs no network."""

from kitchen_agent.render.markdown import markdown
from kitchen_agent.render.page import html_page
from kitchen_agent.render.terminal import rich_plan, text
from kitchen_agent.render.words import json_text

__all__ = ["html_page", "json_text", "markdown", "rich_plan", "text"]
