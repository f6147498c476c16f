"""The names by which people know the units of a schedule: "burner#2" is "burner 2"."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.problem import Problem, Task
from scheduler.schedule import Assignment, Schedule

UNNUMBERED = frozenset({"bowl", "jar", "sieve"})
"""Nobody cares which bowl."""


class Names:
    """Names of units, ovens, boards and cooks, and which vessels each task uses."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self._pools: Mapping[str, tuple[str, int]] = {
            **{pool.id: (pool.name or pool.id, pool.count) for pool in problem.equipment},
            **{stock.id: (stock.name or stock.id, stock.count) for stock in problem.vessels},
        }
        self._named: dict[str, str] = {
            **{oven.id: oven.name or oven.id for oven in problem.ovens},
            **{board.id: board.name or board.id for board in problem.boards},
            **{cook.id: cook.name or cook.id for cook in problem.cooks},
        }
        self._vessels = {(hold.dish, hold.vessel): hold.unit for hold in schedule.holds}
        self._boards = len(problem.boards)

    def unit(self, unit: str) -> str:
        """The name of a unit of a pool or a vessel, with its number where there are several."""
        pool, _, number = unit.rpartition("#")
        name, count = self._pools[pool]
        return name if count == 1 or pool in UNNUMBERED else f"{name} {number}"

    def thing(self, name: str) -> str:
        """The name of an oven, a board or a cook."""
        return self._named[name]

    def board(self, board: str) -> str:
        """The name of a board; a kitchen with one has no board 1."""
        return "board" if self._boards == 1 else self._named[board]

    def equipment(self, task: Task, assignment: Assignment) -> tuple[str, ...]:
        """All that the task uses, for people."""
        names = []
        if assignment.oven is not None and task.oven is not None:
            names.append(f"{self.thing(assignment.oven)} at {task.oven.celsius} °C")
        names += [self.unit(unit) for unit in assignment.units]
        for vessel in task.vessels:
            extra = (f"{vessel}+{task.id}#{number}" for number in range(2, assignment.pans + 1))
            for letter in (vessel, *extra):
                unit = self._vessels.get((task.dish or "", letter))
                if unit is not None:
                    names.append(self.unit(unit))
        if assignment.board is not None:
            names.append(self.board(assignment.board))
        return tuple(dict.fromkeys(names))
