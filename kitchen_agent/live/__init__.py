"""Cooking as it happens: events, the session that is a fold over them, and plans that follow life."""
