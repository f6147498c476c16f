"""The finished plan of a dinner."""

from kitchen_agent.plan.make import make_plan
from kitchen_agent.plan.model import DinnerPlan, Item, Place, PlanCook, PlanDish

__all__ = ["DinnerPlan", "Item", "Place", "PlanCook", "PlanDish", "make_plan"]
