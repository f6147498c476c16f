"""The task graph: how one recipe is really cooked.

It is the contract between the language model, the scheduler's problem builder, the training data and the
evaluation. The fields and the word lists are those of the annotation guide in `docs/task-graph.md`.
Importing this module loads neither a model runtime nor a solver.
"""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

Course = Literal["starter", "soup", "main", "side", "salad", "bread", "dessert", "drink", "sauce", "breakfast", "snack"]
Serve = Literal["hot", "warm", "room", "cold"]
Attention = Literal["hands_on", "tend", "unattended"]
Scaling = Literal["fixed", "linear", "batch"]
PrepAction = Literal[
    "wash", "peel", "chop", "grate", "measure", "mix", "whisk", "knead", "roll", "shape", "season", "coat",
    "stuff", "assemble", "spread", "mash", "blend", "strain", "drain",
]  # fmt: skip
HeatAction = Literal[
    "boil", "simmer", "saute", "fry", "deep_fry", "sear", "stir_fry", "roast", "bake", "broil", "grill", "steam",
    "poach", "toast", "melt", "reduce", "braise", "microwave", "pressure_cook", "slow_cook", "smoke",
]  # fmt: skip
WaitAction = Literal["marinate", "soak", "rest", "rise", "chill", "freeze", "cool", "thaw"]
FinishAction = Literal["carve", "frost", "garnish", "plate"]
Action = PrepAction | HeatAction | WaitAction | FinishAction

PREP_ACTIONS: tuple[str, ...] = get_args(PrepAction)
HEAT_ACTIONS: tuple[str, ...] = get_args(HeatAction)
WAIT_ACTIONS: tuple[str, ...] = get_args(WaitAction)
FINISH_ACTIONS: tuple[str, ...] = get_args(FinishAction)
ACTIONS: tuple[str, ...] = PREP_ACTIONS + HEAT_ACTIONS + WAIT_ACTIONS + FINISH_ACTIONS
COURSES: tuple[str, ...] = get_args(Course)
SERVES: tuple[str, ...] = get_args(Serve)

HEAT_TOOLS = (
    "oven", "burner", "grill", "microwave", "slow_cooker", "pressure_cooker", "rice_cooker", "deep_fryer",
    "toaster", "smoker", "waffle_iron",
)  # fmt: skip
VESSELS = (
    "frying_pan", "saucepan", "pot", "wok", "dutch_oven", "baking_sheet", "baking_dish", "roasting_pan",
    "cake_tin", "loaf_tin", "muffin_tin", "pie_dish", "griddle", "steamer", "bowl", "jar",
)  # fmt: skip
MACHINES = ("blender", "food_processor", "stand_mixer", "hand_mixer", "ice_cream_maker", "pasta_machine")
COLD_TOOLS = ("fridge", "freezer")
BENCH_TOOLS = ("board", "rolling_pin", "sieve")
TOOLS: tuple[str, ...] = HEAT_TOOLS + VESSELS + MACHINES + COLD_TOOLS + BENCH_TOOLS

OVEN_CELSIUS_RANGE = (40, 320)
TASK_COUNT_RANGE = (2, 25)
NAME_WORDS_MAX = 10
FINAL_TASKS_MAX = 2


def tool_kind(tool: str) -> str:
    """The equipment word of `tool` without its vessel letter: "saucepan:a" gives "saucepan"."""
    return tool.partition(":")[0]


def vessel_letter(tool: str) -> str:
    """The vessel letter of `tool`, or "" when it has none."""
    return tool.partition(":")[2]


class Task(BaseModel):
    """One continuous piece of work with one kind of attention and one set of equipment.

    `minutes` is for a competent home cook and the recipe's own servings; `hold` is how many minutes the
    result can wait before the next task (1440: a day or more). `after` names tasks by id, `uses` and
    `steps` index the recipe's ingredients and steps from 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: StrictInt = Field(ge=1)
    name: str = Field(min_length=1)
    action: Action
    minutes: StrictInt = Field(ge=1)
    stated: StrictBool
    attention: Attention
    tools: tuple[str, ...]
    oven_c: StrictInt | None = None
    skill: Literal[1, 2, 3]
    after: tuple[StrictInt, ...]
    hold: StrictInt = Field(ge=0)
    scaling: Scaling
    uses: tuple[StrictInt, ...]
    steps: tuple[StrictInt, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The equipment words of this task, without vessel letters."""
        return tuple(tool_kind(tool) for tool in self.tools)

    @model_validator(mode="after")
    def _keeps_to_the_guide(self) -> Self:
        if len(self.name.split()) > NAME_WORDS_MAX:
            raise ValueError(f"name has more than {NAME_WORDS_MAX} words: {self.name!r}")
        for tool in self.tools:
            kind, colon, letter = tool.partition(":")
            if kind not in TOOLS or (colon and not (len(letter) == 1 and letter.isalpha())):
                raise ValueError(f"tool {tool!r} is not in the list of equipment")
        return self


class TaskGraph(BaseModel):
    """The tasks of one dish with their needs; ids are 1, 2, 3, … and `after` only points backwards.

    `hold` is how many minutes the finished dish can wait before it is clearly worse.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    servings: StrictInt = Field(ge=1)
    course: Course
    serve: Serve
    hold: StrictInt = Field(ge=0)
    tasks: tuple[Task, ...]

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        faults = list(structural_faults(self.tasks))
        if faults:
            raise ValueError("; ".join(faults))
        return self


def structural_faults(tasks: tuple[Task, ...]) -> list[str]:
    """One sentence for each way in which `tasks`, each valid alone, do not form a graph."""
    faults: list[str] = []
    low, high = TASK_COUNT_RANGE
    if not low <= len(tasks) <= high:
        faults.append(f"{len(tasks)} tasks, must be {low} to {high}")
    letters: dict[str, str] = {}
    coldest, hottest = OVEN_CELSIUS_RANGE
    for number, task in enumerate(tasks, 1):
        if task.id != number:
            faults.append(f"task {number} has id {task.id}; ids count from 1")
        if late := [before for before in task.after if not 1 <= before < number]:
            faults.append(f"task {number}: after {late} does not name an earlier task")
        for tool in task.tools:
            kind, letter = tool_kind(tool), vessel_letter(tool)
            if letter and letters.setdefault(letter, kind) != kind:
                faults.append(f"task {number}: vessel letter {letter} is a {letters[letter]} and a {kind}")
        if task.oven_c is not None and "oven" not in task.kinds:
            faults.append(f"task {number}: oven_c is {task.oven_c} but the task does not use the oven")
        elif task.oven_c is not None and not coldest <= task.oven_c <= hottest:
            faults.append(f"task {number}: oven_c is {task.oven_c}, outside {coldest} to {hottest}")
    if len(ends := final_ids(tasks)) > FINAL_TASKS_MAX:
        faults.append(f"tasks {ends} have results that nobody uses")
    return faults


def final_ids(tasks: tuple[Task, ...]) -> list[int]:
    """The ids of the tasks that no other task names in its `after`."""
    needed = {before for task in tasks for before in task.after}
    return [task.id for task in tasks if task.id not in needed]
