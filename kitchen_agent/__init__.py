"""Plans a dinner: recipes to task graphs, task graphs to a timed plan for every cook."""
