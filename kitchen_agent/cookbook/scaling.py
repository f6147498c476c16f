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
_UNIT = (
    r"(?:kg|g|ml|cl|dl|l|tsp|tbsp|teaspoons?|tablespoons?|cups?|oz|ounces?|lbs?|pounds?"
    r"|pints?|quarts?|litres?|liters?|EL|TL)\b\.?"
)
_FIGURES = rf"(?P<low>{_NUMBER})(?:\s*(?P<dash>-|–|to)\s*(?P<high>{_NUMBER}))?(?P<gap>\s*)"
_AMOUNT = re.compile(
    rf"(?P<lead>(?:about\s+|(?:the\s+)?(?:(?:finely\s+)?grated\s+)?(?:juice|zest)(?:\s+and\s+(?:juice|zest))?\s+of\s+)?)"
    rf"{_FIGURES}(?P<unit>{_UNIT})?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SAME_OR_MORE = re.compile(
    rf"(?P<lead>\s*(?:[/&(]|\band\b)\s*|\s+){_FIGURES}(?P<unit>{_UNIT})(?P<rest>(?!\s*(?:each|per)\b).*)",
    re.IGNORECASE | re.DOTALL,
)
"""What follows an amount with a unit: the same in another unit ("500 g/1 lb"), or more of it ("1 lb 4 oz")."""
_PLUS = re.compile(r"(\s*(?:\bplus\b|\+)\s*)", re.IGNORECASE)
_SOMEWHERE = re.compile(rf"(?<![\w.,/]){_NUMBER}\s*{_UNIT}", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
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
    a part of one), and nothing to zero. Only what a line begins with is an amount to scale: "2 fillets, 150 g each"
    becomes "4 fillets, 150 g each", and "1 lb 4 oz beef" "2 lb 8 oz beef". A line with an amount elsewhere says for how
    many it is; one without any stays as it is.

    Raises RecipeError when the recipe does not say how many it serves, ValueError when `servings` is below 1.
    """
    if servings < 1:
        raise ValueError(f"servings must be at least 1, not {servings}")
    if recipe.servings is None:
        raise RecipeError(recipe.title, "servings", "missing", "Add how many the recipe serves")
    factor = Fraction(servings, recipe.servings)
    if factor == 1:
        return recipe.ingredients
    return tuple(
        _scaled(line, factor) or (f"{line} (for {recipe.servings} portions)" if _SOMEWHERE.search(line) else line)
        for line in recipe.ingredients
    )


def _scaled(line: str, factor: Fraction) -> str | None:
    """The line with its amounts for `factor` times the servings; None when it begins with none that can be scaled."""
    first, *others = _PLUS.split(line)
    scaled = _part_scaled(first, factor)
    return None if scaled is None else scaled + "".join(_part_scaled(part, factor) or part for part in others)


def _part_scaled(part: str, factor: Fraction) -> str | None:
    scaled, match = "", _AMOUNT.fullmatch(part)
    while match:
        unit = (match["unit"] or "").rstrip(".")
        amounts = [_value(figure, unit) for figure in (match["low"], match["high"]) if figure]
        if not all(amounts):
            return None
        scaled += _shown(match, amounts, unit, factor)
        more = _SAME_OR_MORE.fullmatch(match["rest"]) if unit else None
        if more is None:
            return None if match["rest"].startswith(("%", "/")) else scaled + _rest(match, amounts, factor)
        match = more
    return None


def _shown(match: re.Match[str], amounts: list[Fraction], unit: str, factor: Fraction) -> str:
    """The amount of `match` times `factor`, with what stands before it and its unit."""
    wanted = [amount * factor for amount in amounts]
    if unit:
        wanted, new_unit = _in_handy_unit(wanted, unit)
        shown = [_figure(_measured(amount, new_unit), new_unit) for amount in wanted]
        tail = f"{match['gap'] if new_unit == unit else ' '}{new_unit}"
    else:
        shown = [_figure(amount, "") for amount in _pieces(amounts, factor)]
        tail = match["gap"]
    if len(shown) == 2 and shown[0] == shown[1]:
        shown = shown[:1]
    dash = f" {match['dash']} " if match["dash"] == "to" else match["dash"] or ""
    return f"{match['lead']}{dash.join(shown)}{tail}"


def _rest(match: re.Match[str], amounts: list[Fraction], factor: Fraction) -> str:
    """What follows the last amount; a counted noun in the number that fits."""
    if match["unit"]:
        return match["rest"]
    return _in_number(match["rest"], amounts[-1] > 1, _pieces(amounts, factor)[-1] > 1)


def _value(text: str, unit: str) -> Fraction:
    """The number; nobody weighs to a thousandth of a gram, so that "1,500 g" is one and a half kilograms."""
    if unit.lower() in ("", "g", "ml") and _THOUSANDS.fullmatch(text):
        text = re.sub(r"[.,]", "", text)
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


def _pieces(amounts: list[Fraction], factor: Fraction) -> list[Fraction]:
    step = Fraction(1) if all(amount.denominator == 1 for amount in amounts) else Fraction(1, 2)
    return [_nearest(amount * factor, step) for amount in amounts]


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
