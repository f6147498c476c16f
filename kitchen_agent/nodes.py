"""The steps from a dinner request to a plan, one function each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from kitchen_agent import request_file
from kitchen_agent.cookbook import load_recipe
from kitchen_agent.crew import require_crew
from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.errors import RequestError, SchedulingError
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import make_plan
from kitchen_agent.progress import DinnerProgress
from kitchen_agent.repair_choice import chosen_repair, repair_questions
from kitchen_agent.state import Deps, DinnerState, Refusal
from scheduler.errors import InvalidProblemError
from scheduler.explain import MakeAhead, Repair, Say, ServeLater, StartEarlier
from scheduler.schedule import Infeasible, Solved, TimedOut

REPAIR_ROUNDS_MAX = 3
SEARCHES_MAX = 2
WITHOUT_PLAN = "Leave out a dish, ask one more cook or serve later: then there is less that must fit together."


def read_request(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Read what the person asked for: a menu file, single fields, or fields that go before a file's."""
    now = runtime.context.now()
    asked, menu_file = state["asked"], state["menu_file"]
    if menu_file is not None:
        request = request_file.load_request(menu_file, now=now)
        asked = {**request.model_dump(), **asked} if asked else {}
    if asked or menu_file is None:
        request = request_file.read_request(asked, source="command line", now=now)
    return {"request": from_now_on(request, now)}


def find_recipes(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Find each dish of the menu in the cookbook, or read its own file."""
    cookbook = runtime.context.cookbook
    dishes = state["request"].dishes
    found = {dish.id: load_recipe(dish.recipe) if dish.recipe else cookbook.find(dish.name) for dish in dishes}
    return {"recipes": found}


def each_dish(state: DinnerState) -> list[Send]:
    """One branch for each dish."""
    return [Send("dish", {"dish": dish, "recipe": recipe}) for dish, recipe in state["recipes"].items()]


def schedule(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Give every task of every dish its time, cook and equipment; search longer when no plan was found at first."""
    problem, scheduler = dinner_of(state).problem, runtime.context.scheduler
    require_crew(problem)
    again = state.get("searches", 0) > 0
    said = "No plan yet: searching longer" if again else f"Scheduling {len(problem.tasks)} tasks"
    runtime.stream_writer(DinnerProgress(said))
    try:
        outcome = scheduler.search_longer(problem) if again else scheduler.solve(problem)
    except InvalidProblemError as error:
        raise SchedulingError(str(error.faults[0])) from error
    return {"outcome": outcome, "searches": state.get("searches", 0) + 1}


def after_schedule(state: DinnerState) -> Literal["schedule", "explain", "present"]:
    """A dinner that does not fit, or is late, wants to be understood; one without any plan is searched twice."""
    outcome = state["outcome"]
    if isinstance(outcome, TimedOut):
        return "schedule" if state["searches"] < SEARCHES_MAX else "present"
    return "present" if isinstance(outcome, Solved) and not late_minutes(outcome) else "explain"


def explain(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Learn which facts of the kitchen collide, and what would help."""
    dinner, outcome, scheduler = dinner_of(state), state["outcome"], runtime.context.scheduler
    say = clock_words(dinner)
    if isinstance(outcome, Solved):
        reasons: tuple[str, ...] = (f"The dishes would be {late_minutes(outcome)} minutes late in all.",)
        offers = scheduler.rescues(dinner.problem, outcome.schedule, say)
    else:
        explanation = scheduler.explain(dinner.problem, say)
        reasons, offers = tuple(fact.sentence for fact in explanation.facts), explanation.repairs
    runtime.stream_writer(DinnerProgress("It does not fit: " + " ".join(reasons)))
    now = runtime.context.now()
    return {"reasons": reasons, "offers": tuple(offer for offer in offers if _can_still_be(offer, dinner, now))}


def after_explain(state: DinnerState) -> Literal["choose_repair", "present"]:
    """Repair what the cooks can decide by themselves, at most three times."""
    rounds_left = len(state.get("repairs", ())) < REPAIR_ROUNDS_MAX
    return "choose_repair" if rounds_left and any(offer.cooks_can_decide for offer in state["offers"]) else "present"


def choose_repair(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Let the model choose among the repairs that the scheduler offers."""
    offers = tuple(offer for offer in state["offers"] if offer.cooks_can_decide)
    chosen = offers[0]
    if len(offers) > 1:
        questions = repair_questions(state["request"], state["reasons"], offers)
        chosen = chosen_repair([runtime.context.chooser.ask(question).text for question in questions], offers)
    runtime.stream_writer(DinnerProgress(f"Repair: {chosen.sentence}"))
    return {"repairs": (*state.get("repairs", ()), chosen), "searches": 0}


def present(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Make the plan that people read, or say why there is none and what would help."""
    outcome = state["outcome"]
    if isinstance(outcome, TimedOut):
        searched = f"No plan was found in {outcome.wall_seconds:.0f} seconds."
        return {"refusal": Refusal(reasons=(*state.get("reasons", ()), searched), remedies=(WITHOUT_PLAN,))}
    if isinstance(outcome, Infeasible):
        remedies = tuple(offer.sentence for offer in state["offers"])
        return {"refusal": Refusal(reasons=state["reasons"], remedies=remedies)}
    dinner = dinner_of(state)
    insight = runtime.context.scheduler.insight(dinner.problem, outcome.schedule, clock_words(dinner))
    notes = [
        f"{state['recipes'][dish].title}: {note}" for dish in state["recipes"] for note in state["dishes"][dish].notes
    ]
    notes += [f"to make it fit: {repair.sentence}" for repair in state.get("repairs", ())]
    if late_minutes(outcome):
        notes += [*state["reasons"], *(f"this would help: {offer.sentence}" for offer in state["offers"])]
    later = sum(repair.minutes for repair in state.get("repairs", ()) if isinstance(repair, ServeLater))
    request = state["request"].model_copy(update={"serve_at": state["request"].serve_at + timedelta(minutes=later)})
    plan = make_plan(
        request,
        state["recipes"],
        {dish: planned.graph for dish, planned in state["dishes"].items()},
        dinner,
        outcome,
        notes=notes,
        bottleneck=insight.bottleneck.sentence if insight.bottleneck else "",
        model=runtime.context.model.choice.versions,
    )
    return {"plan": plan}


def from_now_on(request: DinnerRequest, now: datetime) -> DinnerRequest:
    """The request with no work before `now`. Raises RequestError when the guests should have been served before."""
    if request.serve_at <= now:
        fault = f"serve_at: {request.serve_at:%Y-%m-%d %H:%M} is past; give a time to come"
        raise RequestError(request.title, [fault])
    earliest = max(request.earliest_start or now, now).replace(second=0, microsecond=0)
    return request.model_copy(update={"earliest_start": earliest})


def dinner_of(state: DinnerState) -> Dinner:
    """The scheduling problem of this dinner, as the repairs chosen so far have changed it."""
    graphs = {dish: state["dishes"][dish].graph for dish in state["recipes"]}
    dinner = build_problem(state["request"], graphs, state["recipes"])
    for repair in state.get("repairs", ()):
        starts_at = dinner.starts_at - timedelta(minutes=earlier_minutes(repair))
        dinner = dinner.model_copy(update={"problem": repair.apply(dinner.problem), "starts_at": starts_at})
    return dinner


def _can_still_be(repair: Repair, dinner: Dinner, now: datetime) -> bool:
    """Whether the repair asks for no work in the past."""
    earlier = earlier_minutes(repair)
    return not earlier or dinner.starts_at - timedelta(minutes=earlier) >= now


def earlier_minutes(repair: Repair) -> int:
    """By how much minute 0 of the repaired problem is earlier."""
    match repair:
        case MakeAhead():
            return repair.shift_minutes
        case StartEarlier():
            return repair.minutes
    return 0


def late_minutes(solved: Solved) -> int:
    """The sum over the dishes of the minutes that they are late."""
    return sum(term.value for term in solved.schedule.terms if term.name == "lateness")


def clock_words(dinner: Dinner) -> Say:
    """Minutes of this dinner's problem as clock times."""
    return lambda minute: f"{dinner.starts_at + timedelta(minutes=minute):%H:%M}"
