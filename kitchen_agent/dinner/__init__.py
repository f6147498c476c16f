"""A menu and its task graphs become a scheduling problem."""

from kitchen_agent.dinner.build import Dinner, build_problem

__all__ = ["Dinner", "build_problem"]
