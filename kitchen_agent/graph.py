"""The order of the steps: from recipe to task graph, and from request to plan."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from kitchen_agent import dish_nodes, nodes
from kitchen_agent.state import Deps, DinnerState, DishDeps, DishResult, DishState

DishGraph = CompiledStateGraph[DishState, DishDeps, DishState, DishResult]
DinnerGraph = CompiledStateGraph[DinnerState, Deps, DinnerState, DinnerState]


def build_dish_graph() -> DishGraph:
    """Recipe in, task graph out: recall it, or let the model write it, check it and revise it at most twice."""
    graph = StateGraph(DishState, context_schema=DishDeps, output_schema=DishResult)
    graph.add_node(dish_nodes.recall_dish)
    graph.add_node(dish_nodes.plan_dish)
    graph.add_node(dish_nodes.check_dish)
    graph.add_node(dish_nodes.revise_dish)
    graph.add_node(dish_nodes.finish_dish)
    graph.add_edge(START, "recall_dish")
    graph.add_conditional_edges("recall_dish", dish_nodes.after_recall)
    graph.add_edge("plan_dish", "check_dish")
    graph.add_conditional_edges("check_dish", dish_nodes.after_check)
    graph.add_edge("revise_dish", "check_dish")
    graph.add_edge("finish_dish", END)
    return graph.compile()


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None) -> DinnerGraph:
    """Request in, plan out: the dishes in parallel branches, then schedule and repair until it fits."""
    graph = StateGraph(DinnerState, context_schema=Deps)
    graph.add_node(nodes.read_request)
    graph.add_node(nodes.find_recipes)
    graph.add_node("dish", build_dish_graph())
    graph.add_node(nodes.schedule)
    graph.add_node(nodes.explain)
    graph.add_node(nodes.choose_repair)
    graph.add_node(nodes.present)
    graph.add_edge(START, "read_request")
    graph.add_edge("read_request", "find_recipes")
    graph.add_conditional_edges("find_recipes", nodes.each_dish, ["dish"])
    graph.add_edge("dish", "schedule")
    graph.add_conditional_edges("schedule", nodes.after_schedule)
    graph.add_conditional_edges("explain", nodes.after_explain)
    graph.add_edge("choose_repair", "schedule")
    graph.add_edge("present", END)
    return graph.compile(checkpointer=checkpointer)
