"""Quantities of ingredients for another number of servings."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from unicodedata import numeric

from kitchen_agent.errors import RecipeError
from kitchen_agent.recipe import Recipe

_VULGAR = "¼½¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚"
_NUMBER = rf"(?:\d+\s+\d+\s*/\s*\d+|\d+\s*/\s*\d+|\d+\s*[{_VULGAR}]|[{_VULGAR}]|\d+(?:[.,]\d+)?)"
_AMOUNT = re.compile(
    rf"(?P<lead>(?:about\s+|(?:the\s+)?(?:(?:finely\s+)?grated\s+)?(?:juice|zest)(?:\s+and\s+(?:juice|zest))?\s+of\s+)?)"
    rf"(?P<low>{_NUMBER})(?:\s*(?P<dash>-|–|to)\s*(?P<high>{_NUMBER}))?"
    r"(?P<gap>\s*)(?P<unit>(?:kg|g|ml|cl|dl|l|tsp|tbsp|teaspoons?|tablespoons?|cups?|oz|ounces?|lbs?|pounds?"
    r"|pints?|quarts?|litres?|liters?|EL|TL)\b\.?)?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LARGER = {"g": ("kg", 1000), "ml": ("l", 1000), "tsp": ("tbsp", 3)}
_SMALLER = {"kg": ("g", 1000), "l": ("ml", 1000)}
_METRIC = frozenset(("g", "ml", "cl", "dl", "kg", "l"))
_GLYPHS = {Fraction(1, 4): "¼", Fraction(1, 2): "½", Fraction(3, 4): "¾", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔"}
_COUNTED = (
    "clove", "slice", "stick", "sprig", "handful", "leaf", "sheet", "strip", "drop", "pinch", "head", "bunch", "can",
    "tin", "piece", "bulb", "stalk", "fillet", "packet", "knob", "splash", "item",
)  # fmt: skip
_PLURALS = {"leaf": "leaves", "loaf": "loaves", "half": "halves"}
_UNCHANGED = frozenset(("large", "small", "medium", "whole", "big", "fresh", "dried", "ripe", "x"))


def scaled_ingredients(recipe: Recipe, servings: int) -> tuple[str, ...]:
    """The ingredient lines of `recipe` for `servings` people.

    Amounts grow linearly and are then rounded as cooks measure: grams and millilitres to steps of 1, 5, 10 or more
    by size, spoons and cups to a quarter or a third, pieces to whole ones (to halves where the recipe itself takes
    a part of one), and nothing to zero. Lines without a leading amount stay as they are. Only the first number of a
    line is an amount to scale: "2 fillets, 150 g each" becomes "4 fillets, 150 g each".

    Raises RecipeError when the recipe does not say how many it serves, ValueError when `servings` is below 1.
    """
    if servings < 1:
        raise ValueError(f"servings must be at least 1, not {servings}")
    if recipe.servings is None:
        raise RecipeError(recipe.title, "servings", "missing", "Add how many the recipe serves")
    factor = Fraction(servings, recipe.servings)
    return recipe.ingredients if factor == 1 else tuple(_scaled(line, factor) for line in recipe.ingredients)


def _scaled(line: str, factor: Fraction) -> str:
    match = _AMOUNT.fullmatch(line)
    if not match or match["rest"].startswith(("%", "/")):
        return line
    amounts = [_value(match["low"])] + ([_value(match["high"])] if match["high"] else [])
    if not all(amounts):
        return line
    unit = (match["unit"] or "").rstrip(".")
    wanted = [amount * factor for amount in amounts]
    if unit:
        wanted, new_unit = _in_handy_unit(wanted, unit)
        shown = [_figure(_measured(amount, new_unit), new_unit) for amount in wanted]
        tail = f"{match['gap'] if new_unit == unit else ' '}{new_unit}{match['rest']}"
    else:
        whole = all(amount.denominator == 1 for amount in amounts)
        pieces = [_pieces(amount, whole) for amount in wanted]
        shown = [_figure(amount, "") for amount in pieces]
        tail = match["gap"] + _in_number(match["rest"], amounts[-1] > 1, pieces[-1] > 1)
    if len(shown) == 2 and shown[0] == shown[1]:
        shown = shown[:1]
    dash = f" {match['dash']} " if match["dash"] == "to" else match["dash"] or ""
    return f"{match['lead']}{dash.join(shown)}{tail}"


def _value(text: str) -> Fraction:
    total = Fraction(0)
    for part in re.findall(rf"\d+\s*/\s*\d+|\d+(?:[.,]\d+)?|[{_VULGAR}]", text):
        if "/" in part:
            over, under = part.split("/")
            total += Fraction(int(over), int(under)) if int(under) else 0
        elif part in _VULGAR:
            total += Fraction(numeric(part)).limit_denominator(10)
        else:
            total += Fraction(part.replace(",", "."))
    return total


def _in_handy_unit(amounts: list[Fraction], unit: str) -> tuple[list[Fraction], str]:
    """Kilograms and litres from 1000 on, grams and millilitres below 1, tablespoons from six teaspoons on."""
    if unit in _LARGER:
        larger, ratio = _LARGER[unit]
        if min(amounts) >= (1000 if ratio == 1000 else 6):
            return [amount / ratio for amount in amounts], larger
    if unit in _SMALLER and max(amounts) < 1:
        smaller, ratio = _SMALLER[unit]
        return [amount * ratio for amount in amounts], smaller
    return amounts, unit


def _measured(amount: Fraction, unit: str) -> Fraction:
    """An amount as scales, jugs and spoons give it, never zero."""
    if unit in {"kg", "l"}:
        return _nearest(amount, Fraction(1, 20) if amount < 5 else Fraction(1, 10))
    if unit in _METRIC:
        steps = ((10, Fraction(1, 2)), (30, Fraction(1)), (300, Fraction(5)), (1000, Fraction(10)))
        return _nearest(amount, next((step for below, step in steps if amount < below), Fraction(25)))
    if amount >= 6:
        return _nearest(amount, Fraction(1))
    if amount >= 3:
        return _nearest(amount, Fraction(1, 2))
    return min(
        (_nearest(amount, step) for step in (Fraction(1, 4), Fraction(1, 3))), key=lambda near: abs(near - amount)
    )


def _pieces(amount: Fraction, whole: bool) -> Fraction:
    return _nearest(amount, Fraction(1) if whole else Fraction(1, 2))


def _nearest(amount: Fraction, step: Fraction) -> Fraction:
    return max(step, step * math.floor(amount / step + Fraction(1, 2)))


def _figure(amount: Fraction, unit: str) -> str:
    whole, part = divmod(amount, 1)
    if part in _GLYPHS and unit not in _METRIC:
        return f"{whole or ''}{_GLYPHS[part]}"
    return str(int(amount)) if not part else f"{float(amount):.2f}".rstrip("0").rstrip(".")


def _in_number(rest: str, was_many: bool, are_many: bool) -> str:
    """The counted noun in the number that now fits: " onion, chopped" becomes " onions, chopped"."""
    if was_many == are_many:
        return rest
    head, mark, tail = _split_noun(rest)
    words = head.split(" ")
    at = next((i for i, word in enumerate(words) if _singular(word) in _COUNTED), None)
    if at is None:
        at = len(words) - 1
    if words[at].lower() not in _UNCHANGED and words[at].isalpha():
        words[at] = _plural(words[at]) if are_many else _singular(words[at])
    return " ".join(words) + mark + tail


def _split_noun(rest: str) -> tuple[str, str, str]:
    match = re.search(r",|\s*\(|\s+(?:of|with|in|for|from|or|about)\b", rest)
    return (rest[: match.start()], match.group(), rest[match.end() :]) if match else (rest, "", "")


def _plural(word: str) -> str:
    lower = word.lower()
    if lower in _PLURALS:
        return _PLURALS[lower]
    if lower.endswith("s") and not lower.endswith("ss"):
        return word
    if lower.endswith(("o", "ch", "sh", "x", "ss")) and not lower.endswith(("oo", "ado", "vocado")):
        return word + "es"
    return word[:-1] + "ies" if re.search(r"[^aeiou]y$", lower) else word + "s"


def _singular(word: str) -> str:
    lower = word.lower()
    for one, many in _PLURALS.items():
        if lower == many:
            return one
    if lower.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if lower.endswith(("oes", "ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us")) else word
