"""How long things take and who could do them: plain arithmetic on the problem's types."""

from scheduler.problem import Cook, CrewNeed, Problem, Task, VesselStock, VesselUse


def minutes_with_pans(task: Task, pans: int) -> int:
    """Duration with ``pans`` pans in parallel for a cook of pace 100: whole rounds."""
    return -(-task.rounds // pans) * task.minutes


def minutes_by_cook(task: Task, cook: Cook) -> int:
    """Duration of a hands-on task (one pan) when this cook does it alone, rounded up to whole minutes."""
    return -(-minutes_with_pans(task, 1) * cook.pace_percent // 100)


def useful_pans(task: Task) -> tuple[int, ...]:
    """The numbers of pans worth considering: each makes the task shorter than any smaller number."""
    most = max(1, min(task.max_pans, task.rounds))
    return tuple(
        pans
        for pans in range(1, most + 1)
        if pans == 1 or minutes_with_pans(task, pans) < minutes_with_pans(task, pans - 1)
    )


def crew_needs(task: Task) -> tuple[CrewNeed, ...]:
    """The places to fill: the task's own crew, else one cook for attended work and nobody for the rest."""
    if task.attention == "unattended":
        return ()
    return task.crew or (CrewNeed(),)


def could_fill(task: Task, cook: Cook) -> bool:
    """Whether the cook has one of the abilities that the task's crew asks for."""
    return any(need.ability is None or need.ability in cook.abilities for need in crew_needs(task))


def willing(task: Task, cook: Cook) -> bool:
    """Whether the task is within the cook's skill and nothing in it is refused."""
    return task.skill <= cook.skill and not set(task.tags) & set(cook.refuses)


def stand_in_cost(stock: VesselStock, use: VesselUse) -> int | None:
    """The cost of using this stock for this use: 0 for the right kind, None when it does not do."""
    if stock.size < use.min_size:
        return None
    if stock.kind == use.kind:
        return 0
    costs = [stand_in.cost for stand_in in stock.stands_in_for if stand_in.kind == use.kind]
    return min(costs) if costs else None


def contaminates(first: Task, second: Task) -> bool:
    """Whether the second must not follow the first on one board or in one pair of hands without a clean."""
    raw = first.hygiene in ("raw_meat", "raw_fish")
    soils = raw and second.hygiene not in ("none", first.hygiene)
    return soils or bool(set(first.allergens) & set(second.free_from))


def hygiene_pairs(problem: Problem) -> list[tuple[Task, Task]]:
    """All (i, j) where i contaminates j and the two could meet: both use boards or both are hands-on."""
    if not problem.settings.hygiene:
        return []
    touching = [task for task in problem.tasks if task.board or task.attention == "hands_on"]
    return [
        (i, j)
        for i in touching
        for j in touching
        if i is not j and contaminates(i, j) and ((i.board and j.board) or i.attention == j.attention == "hands_on")
    ]
