"""What all inserted tasks have in common."""

from scheduler.variables import Extra, Variables


def done_by_one_cook(v: Variables, extra: Extra) -> None:
    """One cook does it if it is done at all, the one whom a pin names: sum over cooks of does(c) = done."""
    v.model.add(sum(extra.cooks.values()) == extra.literal)
    pin = v.pins.get(extra.id)
    if pin and pin.cooks:
        for cook, literal in extra.cooks.items():
            v.model.add(literal == (cook in pin.cooks))
