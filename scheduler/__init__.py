"""A kitchen scheduler on OR-Tools CP-SAT that knows nothing of recipes or language models."""
