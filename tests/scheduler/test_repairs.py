"""For each sort of repair a dinner in which it is the cheapest, and in which it really makes the dinner possible."""

import pytest

from scheduler import Infeasible, Problem, Solved, solve
from scheduler.check import check
from scheduler.explain import DropDish, ExtraCook, LeaveOut, explain, insight, rescues
from scheduler.explain.candidates import stays
from scheduler.explain.facts import assumptions, minute_words
from scheduler.problem import (
    Board,
    Cook,
    Course,
    Dish,
    Equipment,
    Link,
    Need,
    Outage,
    Oven,
    OvenUse,
    Pin,
    PlannedTask,
    Replan,
    ServedDish,
    ServingLink,
    Session,
    StandIn,
    Task,
    VesselStock,
    VesselUse,
    Window,
)
from scheduler.validate import faults

TOGETHER = (Course(id="main", serve_at_minutes=150),)
COOKS = (Cook(id="Ana"), Cook(id="Ben"))


def clock(minute: int) -> str:
    return f"{18 + minute // 60}:{minute % 60:02}"


def two_at_once(minutes: int, hold: int = 5, **each: object) -> dict[str, object]:
    """Two dishes of one task each that come to the table together and cannot wait long."""
    names = ("fish", "rice")
    return {
        "horizon_minutes": 300,
        "tasks": tuple(Task.model_validate({"id": f"{n} task", "minutes": minutes, "dish": n, **each}) for n in names),
        "dishes": tuple(
            Dish(
                id=name,
                course="main",
                vessels=(VesselUse(id="v", kind="pan"),) if "vessels" in each else (),
                serving=(ServingLink(task=f"{name} task", max_lag_minutes=hold),),
            )
            for name in names
        ),
        "courses": TOGETHER,
    }


def one_pan(*more: VesselStock) -> Problem:
    pan = VesselStock(id="iron pan", kind="pan", wash_minutes=0, stands_in_for=(StandIn(kind="pot"),))
    return Problem.model_validate({**two_at_once(30, vessels=("v",)), "vessels": (pan, *more)})


def one_large_pan(*more: VesselStock) -> Problem:
    """The same, and both dishes need a pan of size 2."""
    problem = one_pan(*more)
    stocks = tuple(stock.model_copy(update={"size": stock.size or 2}) for stock in problem.vessels)
    dishes = tuple(
        dish.model_copy(update={"vessels": tuple(use.model_copy(update={"min_size": 2}) for use in dish.vessels)})
        for dish in problem.dishes
    )
    return problem.model_copy(update={"vessels": stocks, "dishes": dishes})


def too_much_work(first: Task, second: Task) -> Problem:
    """One cook, two dishes, and an end that comes too early for both."""
    return Problem(
        horizon_minutes=70,
        tasks=(first, second),
        dishes=tuple(
            Dish(id=name, serve_at_minutes=70) for name in dict.fromkeys((first.dish or "", second.dish or ""))
        ),
        cooks=(Cook(id="Ana"),),
    )


def work(name: str, dish: str, minutes: int = 60, **more: object) -> Task:
    return Task.model_validate({"id": name, "minutes": minutes, "dish": dish, "attention": "hands_on", **more})


def delivery(presence: tuple[Window, ...], horizon: int, due: int | None) -> Problem:
    """The fish comes at minute 50."""
    return Problem(
        horizon_minutes=horizon,
        tasks=(work("fillet", "fish", 15, release_minutes=50),),
        dishes=(Dish(id="fish", serve_at_minutes=due),),
        cooks=(Cook(id="Ana", presence=presence),),
    )


def hopeless() -> Problem:
    """What does not keep would have to be made in the session for what keeps."""
    return Problem(
        horizon_minutes=120,
        tasks=(work("whip", "cream", 10, deadline_minutes=20), work("slice", "cake", 10)),
        dishes=(Dish(id="cream"), Dish(id="cake")),
        cooks=(Cook(id="Ana"),),
        sessions=(
            Session(start_minutes=0, end_minutes=30, make_ahead=True),
            Session(start_minutes=60, end_minutes=120),
        ),
    )


CHEAPEST: dict[str, tuple[Problem, str, str]] = {
    "serve later": (delivery((), 60, None), "serve_later", "Serve 10 minutes later."),
    "start earlier": (
        too_much_work(work("chop", "soup", 40), work("slice", "salad", 40)),
        "start_earlier",
        "Begin up to 15 minutes earlier (17:45).",
    ),
    "one more pan": (one_pan(), "more_units", "Use one more: iron pan."),
    "one more burner": (
        Problem.model_validate(
            {**two_at_once(30, needs=(Need(equipment="burner"),)), "equipment": (Equipment(id="burner"),)}
        ),
        "more_units",
        "Use one more: burner.",
    ),
    "one more oven": (
        Problem.model_validate(
            {**two_at_once(60, oven=OvenUse(celsius=200)), "ovens": (Oven(id="oven", slots=1),), "cooks": COOKS}
        ),
        "more_units",
        "Use one more: oven.",
    ),
    "one more board": (
        Problem.model_validate({**two_at_once(30, board=True), "boards": (Board(id="wood"),)}),
        "more_units",
        "Use one more: cutting board.",
    ),
    "one more cook": (
        Problem.model_validate(
            {
                **two_at_once(60, attention="hands_on", skill=3),
                "cooks": (Cook(id="Ana", skill=3), Cook(id="Tom", skill=1)),
            }
        ),
        "extra_cook",
        "One more cook (expert) helps from 19:30 to 20:30.",
    ),
    "a cook stays": (
        delivery((Window(start_minutes=0, end_minutes=60),), 120, 70),
        "cook_stays",
        "Ana stays until 19:15.",
    ),
    "the day before": (
        too_much_work(work("whip", "mousse", make_ahead=True), work("slice", "salad")),
        "make_ahead",
        "Make what keeps of mousse the day before.",
    ),
    "another vessel": (
        one_pan(VesselStock(id="copper pot", kind="pot")),
        "other_vessel",
        "Use copper pot for fish instead of iron pan.",
    ),
    "a small vessel": (
        one_large_pan(VesselStock(id="small pan", kind="pan", size=1)),
        "other_vessel",
        "Use small pan for fish, though it is small for it.",
    ),
    "a longer hold": (
        Problem.model_validate(
            {**two_at_once(10, needs=(Need(equipment="burner"),)), "equipment": (Equipment(id="burner"),)}
        ),
        "longer_hold",
        "Let fish wait up to 10 minutes after fish task.",
    ),
    "without the garnish": (
        too_much_work(work("slice", "salad"), work("carve", "salad", optional=True)),
        "leave_out",
        "Leave out carve (salad).",
    ),
    "without a dish": (hopeless(), "drop_dish", "Leave out cream."),
}


@pytest.mark.parametrize("name", CHEAPEST)
def test_the_cheapest_repair(name: str) -> None:
    problem, kind, sentence = CHEAPEST[name]
    assert isinstance(solve(problem), Infeasible)
    found = explain(problem, seconds=600, say=clock)
    assert found.proved
    assert found.minimal
    assert found.facts
    cheapest = found.repairs[0]
    assert (cheapest.kind, cheapest.sentence) == (kind, sentence)
    for repair in found.repairs:
        repaired = repair.apply(problem)
        outcome = solve(repaired)
        assert isinstance(outcome, Solved), repair.sentence
        assert check(repaired, outcome.schedule).ok
        assert repair.cost >= cheapest.cost


def test_no_dish_is_put_into_a_vessel_of_another_sort() -> None:
    found = explain(one_pan(VesselStock(id="muffin tin", kind="tin")), seconds=600)
    assert found.proved
    assert "other_vessel" not in {repair.kind for repair in found.repairs}


def test_help_is_asked_for_no_longer_than_needed() -> None:
    helps = [
        repair for repair in explain(CHEAPEST["one more cook"][0], seconds=600).repairs if isinstance(repair, ExtraCook)
    ]
    assert [(cook.skill, cook.start_minutes, cook.end_minutes) for cook in helps] == [(3, 90, 150)]


def garnished() -> Problem:
    """A soup whose croutons are optional; they stand between the cooking and the plating."""
    return Problem(
        horizon_minutes=100,
        tasks=(
            work("cook", "soup", 20),
            work("cube", "soup", 10, optional=True),
            work("fry", "soup", 10, optional=True),
            work("plate", "soup", 5),
        ),
        links=(
            Link(before="cook", after="cube"),
            Link(before="cube", after="fry"),
            Link(before="fry", after="plate"),
        ),
        dishes=(Dish(id="soup", serve_at_minutes=25, serving=(ServingLink(task="fry", max_lag_minutes=10),)),),
        cooks=(Cook(id="Ana"),),
    )


def test_what_is_left_out_leaves_no_hole() -> None:
    left = LeaveOut(dish="soup", tasks=("cube", "fry")).apply(garnished())
    assert [task.id for task in left.tasks] == ["cook", "plate"]
    assert left.links == (Link(before="cook", after="plate"),)
    assert left.dishes[0].serving == (ServingLink(task="cook", max_lag_minutes=10),)


def test_a_late_dinner_may_do_without_its_garnish() -> None:
    problem = garnished()
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    found = [repair for repair in rescues(problem, outcome.schedule, seconds=600) if isinstance(repair, LeaveOut)]
    assert [(repair.tasks, repair.lateness_minutes) for repair in found] == [(("cube", "fry"), 0)]
    begun = problem.model_copy(
        update={
            "pins": (
                Pin(task="cook", state="done", start_minutes=0, end_minutes=20, cooks=("Ana",)),
                Pin(task="cube", state="running", start_minutes=20, end_minutes=30, cooks=("Ana",)),
            ),
            "replan": Replan(now_minutes=22),
        }
    )
    outcome = solve(begun)
    assert isinstance(outcome, Solved)
    found = [repair for repair in rescues(begun, outcome.schedule, seconds=600) if isinstance(repair, LeaveOut)]
    assert [repair.tasks for repair in found] == [("fry",)], "what is begun is not left out"


def broken_oven() -> Problem:
    """The only oven is out of order from the first minute to the last."""
    return Problem(
        horizon_minutes=90,
        tasks=(Task(id="bake", minutes=30, dish="pie", oven=OvenUse(celsius=180), make_ahead=True),),
        dishes=(Dish(id="pie", serve_at_minutes=80),),
        cooks=(Cook(id="Ana"),),
        ovens=(Oven(id="oven", warm_up_minutes=0, outages=(Outage(start_minutes=0, end_minutes=90),)),),
    )


def test_no_repair_brings_a_broken_oven_back_to_life() -> None:
    found = explain(broken_oven(), seconds=600, say=clock)
    assert [repair.sentence for repair in found.repairs] == ["Use one more: oven."]
    assert [fact.sentence for fact in found.facts] == [
        "In the kitchen: oven with 2 slots, out of order from 18:00 to 19:30, one temperature at a time."
    ]


def test_what_is_out_of_order_is_said_with_its_units() -> None:
    outages = (Outage(start_minutes=0, end_minutes=200),)
    pans = tuple(pan.model_copy(update={"count": 2, "outages": outages}) for pan in one_pan().vessels)
    burners = Equipment(id="burner", count=3, outages=(Outage(start_minutes=5, end_minutes=9, units=3),))
    assumed = assumptions(one_pan().model_copy(update={"vessels": pans, "equipment": (burners,)}), minute_words)
    sentence = "There are 2 × iron pan, 1 of them out of order from minute 0 to minute 200, washed before another dish"
    assert f"{sentence} takes it." in {assumption.fact.sentence for assumption in assumed}
    needed = Task(id="fry", minutes=5, needs=(Need(equipment="burner"),))
    assumed = assumptions(Problem(horizon_minutes=9, tasks=(needed,), equipment=(burners,)), minute_words)
    sentence = "There are 3 × burner, out of order from minute 5 to minute 9."
    assert sentence in {assumption.fact.sentence for assumption in assumed}


def test_one_of_a_thing_is_no_plural() -> None:
    assumed = assumptions(too_much_work(work("chop", "soup"), Task(id="rest", minutes=5, dish="soup")), minute_words)
    assert "There is 1 × cook, for 1 piece of work." in {assumption.fact.sentence for assumption in assumed}


def test_who_has_gone_home_does_not_stay() -> None:
    gone = Cook(id="Ana", presence=(Window(start_minutes=0, end_minutes=20), Window(start_minutes=60, end_minutes=70)))
    problem = Problem(horizon_minutes=120, tasks=(), cooks=(gone,), replan=Replan(now_minutes=30))
    sentences = [repair.sentence for ladder in stays(problem, gone, clock) for repair in ladder.repairs]
    assert sentences == [
        "Ana stays until 19:25.",
        "Ana stays until 19:40.",
        "Ana comes at 18:45.",
        "Ana comes at 18:30.",
    ]


def test_a_dish_that_was_served_early_hides_no_lateness() -> None:
    late = garnished()
    problem = late.model_copy(
        update={
            "tasks": (*late.tasks, Task(id="pour", minutes=5, dish="drink")),
            "dishes": (*late.dishes, Dish(id="drink", serve_at_minutes=60)),
            "pins": (Pin(task="pour", state="done", start_minutes=0, end_minutes=5),),
            "replan": Replan(now_minutes=5, served=(ServedDish(dish="drink", served_minutes=5),)),
        }
    )
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    assert outcome.schedule.terms[0].value < 0
    found = [repair for repair in rescues(problem, outcome.schedule, seconds=600) if isinstance(repair, LeaveOut)]
    assert [(repair.tasks, repair.lateness_minutes) for repair in found] == [(("cube", "fry"), 5)]


def test_no_garnish_is_left_out_for_little() -> None:
    quick = garnished()
    tasks = tuple(task.model_copy(update={"minutes": 1}) if task.optional else task for task in quick.tasks)
    dishes = tuple(dish.model_copy(update={"serve_at_minutes": 5}) for dish in quick.dishes)
    quick = quick.model_copy(update={"tasks": tasks, "dishes": dishes})
    outcome = solve(quick)
    assert isinstance(outcome, Solved)
    assert outcome.schedule.terms[0].value == 22
    assert not [repair for repair in rescues(quick, outcome.schedule, seconds=600) if isinstance(repair, LeaveOut)]


def test_a_dish_is_dropped_while_cooking() -> None:
    problem = too_much_work(work("chop", "soup", 30), work("slice", "salad", 30)).model_copy(
        update={"replan": Replan(now_minutes=5, baseline=(PlannedTask(task="slice", start_minutes=40),))}
    )
    dropped = DropDish(dish="salad").apply(problem)
    assert dropped.replan == Replan(now_minutes=5)
    assert isinstance(solve(dropped), Solved)


@pytest.mark.parametrize("inserted", ["warm_up:bake", "clean:bake", "wash_up:pie/v"])
@pytest.mark.parametrize("repair", [DropDish(dish="pie"), LeaveOut(dish="pie", tasks=("bake",))], ids=str)
def test_what_was_inserted_for_it_goes_with_it(repair: DropDish | LeaveOut, inserted: str) -> None:
    pin = Pin(task=inserted, state="done", start_minutes=0, end_minutes=5, cooks=("Ana",))
    problem = Problem(
        horizon_minutes=60,
        tasks=(
            Task(id="bake", minutes=20, dish="pie", oven=OvenUse(celsius=180), vessels=("v",), optional=True),
            Task(id="cool", minutes=5, dish="pie"),
        ),
        dishes=(Dish(id="pie", vessels=(VesselUse(id="v", kind="tin"),)), Dish(id="salad")),
        cooks=COOKS,
        ovens=(Oven(id="oven"),),
        vessels=(VesselStock(id="tin", kind="tin"),),
        pins=(pin,),
        replan=Replan(now_minutes=5),
    )
    left = repair.apply(problem)
    assert faults(left) == ()
    assert left.pins == ()


def test_what_one_more_of_each_thing_would_bring() -> None:
    """Also of what the critical chain does not wait for."""
    problem = one_pan().model_copy(
        update={
            "dishes": tuple(dish.model_copy(update={"serving": ()}) for dish in one_pan().dishes),
            "courses": (Course(id="main", serve_at_minutes=30),),
            "equipment": (Equipment(id="burner", name="gas burner", count=2),),
        }
    )
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    found = insight(problem, outcome.schedule, seconds=600)
    assert {gain.of: gain.lateness_minutes for gain in found.gains} == {"iron pan": 60, "burner": 0}
    assert {gain.sentence for gain in found.gains} == {
        "One more iron pan: 60 minutes less late.",
        "One more gas burner: nothing gained.",
    }
