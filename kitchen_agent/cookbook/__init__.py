"""The cookbook: recipes read from files, found by name and scaled to the guests.

Cooklang is the cookbook's own format (https://cooklang.org/docs/spec/); recipes clipped from the web are read
from their schema.org data. The dishes in `recipes/` were written for this project.
"""

from kitchen_agent.cookbook.book import Cookbook
from kitchen_agent.cookbook.dish import Dish
from kitchen_agent.cookbook.reader import load_recipe, read_folder
from kitchen_agent.cookbook.scaling import scaled_ingredients

__all__ = ["Cookbook", "Dish", "load_recipe", "read_folder", "scaled_ingredients"]
