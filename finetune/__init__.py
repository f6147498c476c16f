"""Fine-tuning of the planner: from annotated recipes to a GGUF adapter."""
