"""How well a planner turns recipes into task graphs, and what its graphs are worth to the scheduler."""
