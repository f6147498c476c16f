"""The kitchen's ovens, pools and vessels, in the scheduler's words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kitchen_agent.dinner.equipment import STAND_INS
from kitchen_agent.kitchen import Kitchen
from kitchen_agent.menu import slug
from scheduler.problem import Board, Equipment, Oven, StandIn, VesselStock

RINSE_MINUTES: Final = 1
RINSED: Final = frozenset({"bowl", "jar", "steamer"})
"""What a rinse is enough for, when the profile gives no minutes."""


def ovens(kitchen: Kitchen) -> tuple[Oven, ...]:
    """Every oven, with one slot for each rack."""
    return tuple(
        Oven(
            id=slug(oven.name),
            name=oven.name,
            slots=oven.racks,
            min_celsius=oven.min_celsius,
            max_celsius=oven.max_celsius,
            warm_up_minutes=oven.warm_up_minutes,
            change_minutes=oven.change_minutes,
        )
        for oven in kitchen.ovens
    )


def pools(kitchen: Kitchen, needed: Collection[str]) -> tuple[Equipment, ...]:
    """Burners, machines and tools without content, as far as they are `needed`."""
    counts = {"burner": kitchen.burners, **kitchen.equipment}
    return tuple(
        Equipment(id=kind, name=kind.replace("_", " "), count=count)
        for kind, count in counts.items()
        if kind in needed and count
    )


def stock(kitchen: Kitchen, needed: Collection[str]) -> tuple[VesselStock, ...]:
    """The vessels of the kinds that are `needed` and those that stand in for them."""
    stocks = []
    for kind, specs in kitchen.vessels.items():
        replaces = {other: cost for other, cost in STAND_INS.get(kind, {}).items() if other in needed}
        if kind not in needed and not replaces:
            continue
        present = [spec for spec in specs if spec.count]
        for number, spec in enumerate(present, 1):
            rinse = RINSE_MINUTES if kind in RINSED else kitchen.wash_up_minutes
            stocks.append(
                VesselStock(
                    id=kind if number == 1 else f"{kind}-{number}",
                    kind=kind,
                    name=kind.replace("_", " ") + (f" for {spec.portions}" if len(present) > 1 else ""),
                    size=spec.portions,
                    count=spec.count,
                    wash_minutes=rinse if spec.wash_minutes is None else spec.wash_minutes,
                    stands_in_for=tuple(StandIn(kind=other, cost=cost) for other, cost in sorted(replaces.items())),
                )
            )
    return tuple(stocks)


def boards(kitchen: Kitchen) -> tuple[Board, ...]:
    """Every cutting board; any food may come on any of them, with a wash between."""
    return tuple(Board(id=f"board-{number}", name=f"board {number}") for number in range(1, kitchen.boards + 1))
