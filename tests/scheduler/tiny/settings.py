"""Settings that several themes share."""

from scheduler.problem import Settings

DRY = Settings(hygiene=False)
"""Without the cleans that brute force would try in vain where nothing is unclean."""
