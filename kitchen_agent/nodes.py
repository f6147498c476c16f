"""The steps from a dinner request to a plan, one function each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from kitchen_agent.cookbook import Cookbook, load_recipe
from kitchen_agent.crew import require_crew, with_those_there
from kitchen_agent.dinner import Dinner, build_problem
from kitchen_agent.dinner.calendar import clock
from kitchen_agent.errors import RequestError, SchedulingError
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import make_plan
from kitchen_agent.progress import DinnerProgress
from kitchen_agent.recipe import Recipe
from kitchen_agent.repair_choice import chosen_repair, repair_questions
from kitchen_agent.request_file import requested
from kitchen_agent.state import Deps, DinnerState, Refusal
from kitchen_agent.taskgraph import TaskGraph
from scheduler.errors import InvalidProblemError
from scheduler.explain import Fact, MakeAhead, Repair, Say, ServeLater, StartEarlier
from scheduler.schedule import Infeasible, Solved, TimedOut

REPAIR_ROUNDS_MAX = 3
REASONS_MAX = 8
"""Nobody, and no small model, reads more: a search that had no time to find the smallest set names a hundred facts."""
SEARCHES_MAX = 2
WITHOUT_PLAN = "Leave out a dish, ask one more cook or serve later: then there is less that must fit together."


def read_request(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Read what the person asked for: a menu file, single fields, or fields that go before a file's."""
    now = runtime.context.now()
    request = from_now_on(requested(state["asked"], state["menu_file"], now), now)
    return {"request": request, "model": runtime.context.model.choice.versions}


def find_recipes(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Find each dish of the menu in the cookbook, or read its own file."""
    return {"recipes": recipes_of(state["request"], runtime.context.cookbook)}


def each_dish(state: DinnerState) -> list[Send]:
    """One branch for each dish."""
    return [Send("dish", {"dish": dish, "recipe": recipe}) for dish, recipe in state["recipes"].items()]


def schedule(state: DinnerState, runtime: Runtime[Deps]) -> DinnerState:
    """Give every task of every dish its time, cook and equipment; search longer when no plan was found at first."""
    scheduler, noted = runtime.context.scheduler, DinnerState()
    if "outcome" not in state:  # recipes take minutes to read, and a run that was interrupted may go on hours later
        request = from_now_on(state["request"], runtime.context.now())
        request, absent = with_those_there(request, _graphs(state), state["recipes"])
        noted = {"request": request, "absent": absent}
    problem = dinner_of({**state, **noted}).problem
    require_crew(problem)
    again = state.get("searches", 0) > 0
    said = "No plan yet: searching longer" if again else f"Scheduling {len(problem.tasks)} tasks"
    runtime.stream_writer(DinnerProgress(said))
    try:
        outcome = scheduler.search_longer(problem) if again else scheduler.solve(problem)
    except InvalidProblemError as error:
        raise SchedulingError(str(error.faults[0])) from error
    return {**noted, "outcome": outcome, "searches": state.get("searches", 0) + 1}


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
        reasons, offers = first_reasons(explanation.facts), explanation.repairs
    runtime.stream_writer(DinnerProgress("It does not fit: " + " ".join(reasons)))
    now = runtime.context.now()
    return {"reasons": reasons, "offers": tuple(offer for offer in offers if _can_still_be(offer, dinner, now))}


def first_reasons(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The sentences of `facts`; of more than REASONS_MAX the first of each kind go before, and the rest are counted."""
    sentences = [fact.sentence for fact in facts]
    if len(facts) <= REASONS_MAX:
        return tuple(sentences)
    seen: Counter[str] = Counter()
    turns = []
    for fact in facts:
        turns.append(seen[fact.kind])
        seen[fact.kind] += 1
    told = sorted(range(len(facts)), key=lambda place: (turns[place], place))[:REASONS_MAX]
    more = len(facts) - REASONS_MAX
    return (*(sentences[place] for place in told), f"{more} more facts have a part in it.")


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
        remedies = tuple(offer.promise for offer in state["offers"]) or (WITHOUT_PLAN,)
        return {"refusal": Refusal(reasons=state["reasons"], remedies=remedies)}
    dinner = dinner_of(state)
    insight = runtime.context.scheduler.insight(dinner.problem, outcome.schedule, clock_words(dinner))
    notes = [*state.get("absent", ()), *_other_model(state, runtime.context.model.choice.versions)]
    notes += [
        f"{state['recipes'][dish].title}: {note}" for dish in state["recipes"] for note in state["dishes"][dish].notes
    ]
    notes += [f"to make it fit: {repair.sentence}" for repair in state.get("repairs", ())]
    if late_minutes(outcome):
        notes += [*state["reasons"], *(f"this would help: {offer.promise}" for offer in state["offers"])]
    later = sum(repair.minutes for repair in state.get("repairs", ()) if isinstance(repair, ServeLater))
    request = state["request"]
    request = request.model_copy(update={"serve_at": clock(request.serve_at, later, request.zone)})
    plan = make_plan(
        request,
        state["recipes"],
        _graphs(state),
        dinner,
        outcome,
        notes=notes,
        bottleneck=insight.bottleneck.sentence if insight.bottleneck else "",
        model=runtime.context.model.choice.versions,
        repairs=state.get("repairs", ()),
    )
    return {"plan": plan}


def recipes_of(request: DinnerRequest, cookbook: Cookbook) -> dict[str, Recipe]:
    """The recipe of each dish, by its id. Raises DishNotFoundError, AmbiguousDishError and RecipeError."""
    return {dish.id: load_recipe(dish.recipe) if dish.recipe else cookbook.find(dish.name) for dish in request.dishes}


def from_now_on(request: DinnerRequest, now: datetime) -> DinnerRequest:
    """The request with no work before `now`. Raises RequestError when the guests should have been served before."""
    if request.serve_at <= now:
        fault = f"serve_at: {request.serve_at:%Y-%m-%d %H:%M} is past; give a time to come"
        raise RequestError(request.title, [fault])
    earliest = max(request.earliest_start or now, now).replace(second=0, microsecond=0)
    return request.model_copy(update={"earliest_start": earliest})


def dinner_of(state: DinnerState) -> Dinner:
    """The scheduling problem of this dinner, as the repairs chosen so far have changed it."""
    dinner = build_problem(state["request"], _graphs(state), state["recipes"])
    for repair in state.get("repairs", ()):
        starts_at = _start_with(repair, dinner)
        dinner = dinner.model_copy(update={"problem": repair.apply(dinner.problem), "starts_at": starts_at})
    return dinner


def _can_still_be(repair: Repair, dinner: Dinner, now: datetime) -> bool:
    """Whether the repair asks for no work in the past."""
    return not earlier_minutes(repair) or _start_with(repair, dinner) >= now


def _start_with(repair: Repair, dinner: Dinner) -> datetime:
    """Minute 0 of the repaired problem."""
    return clock(dinner.starts_at, -earlier_minutes(repair), _zone(dinner))


def _zone(dinner: Dinner) -> tzinfo:
    zone = dinner.starts_at.tzinfo
    assert zone is not None, "a calendar is made of moments in the zone of its request"
    return zone


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
    """Minutes of this dinner's problem as clock times, with the day of the week on other days than that of serving."""
    zone = _zone(dinner)
    due = next((course.serve_at_minutes for course in dinner.problem.courses if course.serve_at_minutes is not None), 0)
    day = clock(dinner.starts_at, due, zone).date()

    def say(minute: int) -> str:
        moment = clock(dinner.starts_at, minute, zone)
        return f"{moment:%H:%M}" if moment.date() == day else f"{moment:%a %H:%M}"

    return say


def _graphs(state: DinnerState) -> dict[str, TaskGraph]:
    return {dish: state["dishes"][dish].graph for dish in state["recipes"]}


def _other_model(state: DinnerState, versions: Mapping[str, str]) -> Iterator[str]:
    """A sentence when the run was begun with another model than the one that finished it."""
    begun = state.get("model", versions)
    if begun != versions:
        words = [f"{names['model']} (adapter: {names['adapter']})" for names in (begun, versions)]
        yield f"Begun with the model {words[0]} and, after it was interrupted, finished with {words[1]}."
