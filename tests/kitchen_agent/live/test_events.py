"""Every kind of event as it is typed: what it means, what it does to the session, and which words are refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kitchen_agent.app import deps_when_needed
from kitchen_agent.errors import DishNotFoundError, EventRefusedError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Recorded
from kitchen_agent.live.kitchen import Told, late_minutes
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.replan import replan
from kitchen_agent.live.report import command_words, told_lines
from kitchen_agent.live.rescues import rescues
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import open_sessions
from kitchen_agent.live.substitution import proposal
from kitchen_agent.live.typed import KINDS, read_event
from kitchen_agent.menu import DishRequest
from kitchen_agent.planner import Question
from scheduler.check import check
from scheduler.rules.courses import dish_due
from tests.kitchen_agent.dinners import Data
from tests.kitchen_agent.live.dinner import after, dinner_plan, event, moment, played, tasks_of

TASK = "green-beans/1"
TYPED = {
    "started": ([TASK, "Ana"], happen.TaskStarted(task=TASK, cook="ana")),
    "done": ([TASK], happen.TaskDone(task=TASK)),
    "needs_minutes": ([TASK, "10"], happen.NeedsMinutes(task=TASK, minutes=10)),
    "redo": ([TASK], happen.TaskRedo(task=TASK)),
    "skip": ([TASK], happen.TaskSkipped(task=TASK)),
    "pause": ([TASK], happen.TaskPaused(task=TASK)),
    "accept_wait": ([TASK], happen.WaitAccepted(task=TASK)),
    "cook_leaves": (["Ben", "19:00"], "cook_leaves ben 19:00"),
    "cook_joins": (["Cleo", "19:05", "expert"], "cook_joins Cleo 19:05 expert"),
    "swap": ([TASK, "Ben"], happen.CookSwap(task=TASK, cook="ben")),
    "fails": (["burner", "2"], happen.EquipmentFails(equipment="burner", units=2)),
    "back": (["burner"], happen.EquipmentBack(equipment="burner")),
    "oven_colder": (["oven-1", "150"], happen.OvenColder(oven="oven-1", celsius=150)),
    "guests": (["6"], happen.GuestsChanged(guests=6)),
    "dish_added": (["chocolate mousse", "dessert"], DishRequest(name="chocolate mousse", course="dessert")),
    "dish_dropped": (["Green beans"], happen.DishDropped(dish="green-beans")),
    "serving_moved": (["19:45"], "serving_moved 19:45"),
    "course_held": (["main", "15"], happen.CourseHeld(course="main", minutes=15)),
    "ingredient_missing": (
        ["green-beans", "butter"],
        happen.IngredientMissing(dish="green-beans", ingredient="butter"),
    ),
    "ingredient_replaced": (
        ["green-beans", "butter", "olive", "oil"],
        happen.IngredientReplaced(dish="green-beans", ingredient="butter", by="olive oil"),
    ),
    "ingredient_left_out": (
        ["green-beans", "butter"],
        happen.IngredientLeftOut(dish="green-beans", ingredient="butter"),
    ),
}


def middle(share: float = 0.5) -> tuple[Session, datetime]:
    now = moment(dinner_plan(), share)
    return played(dinner_plan(), now), now


def test_each_kind_can_be_typed() -> None:
    assert set(TYPED) == set(KINDS)


@pytest.mark.parametrize("kind", TYPED)
def test_what_is_typed_is_the_event(kind: str) -> None:
    session, now = middle()
    words, meant = TYPED[kind]
    read = read_event(session, kind, words, now)
    if isinstance(meant, str) and not isinstance(read, DishRequest):
        assert command_words(read, session) == meant
    else:
        assert read == meant


@pytest.mark.parametrize(
    ("kind", "words", "says"),
    [
        ("explodes", [], "Use one of"),
        ("needs_minutes", [TASK], "TASK MINUTES"),
        ("needs_minutes", [TASK, "many"], "TASK MINUTES"),
        ("cook_leaves", ["Ben", "soon"], "COOK AT"),
        ("guests", ["0"], "GUESTS"),
        ("dish_added", [], "DISH"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_form(kind: str, words: list[str], says: str) -> None:
    session, now = middle()
    with pytest.raises(EventRefusedError, match=says):
        read_event(session, kind, words, now)


@pytest.mark.parametrize(
    ("words", "dish", "course"),
    [
        (["garlic", "bread"], "garlic bread", None),
        (["tomato", "soup", "starter"], "tomato soup", "starter"),
        (["garlic bread", "bread"], "garlic bread", "bread"),
        (["bread"], "bread", None),
        (["green", "beans", "side"], "green beans", "side"),
    ],
)
def test_a_dish_is_its_words_and_a_course_stands_at_the_end(words: list[str], dish: str, course: str | None) -> None:
    session, now = middle()
    assert read_event(session, "dish_added", words, now) == DishRequest(name=dish, course=course)


def test_what_to_tell_is_written_with_the_times_of_the_dinner() -> None:
    session, now = middle()
    leaves = happen.CookLeaves(cook="ben", at=now.astimezone(UTC))
    assert command_words(leaves, session) == f"cook_leaves ben {now:%H:%M}"
    assert read_event(session, "cook_leaves", command_words(leaves, session).split()[1:], now) == leaves.model_copy(
        update={"at": now.replace(second=0)}
    )


def test_guests_who_come_before_the_batch_is_in_the_pan_are_cooked_for() -> None:
    now = tasks_of(dinner_plan())[0].start
    session = played(dinner_plan(), now - timedelta(minutes=1))
    more = dinner_now(after(session, happen.GuestsChanged(guests=12), now), now).problem
    before = {task.id: task.rounds * task.minutes for task in dinner_plan().problem.tasks}
    assert sum(task.rounds * task.minutes for task in more.tasks) > sum(before.values())


def test_what_is_in_the_pan_stays_as_it_is() -> None:
    session, now = middle(0.6)
    runs = [task for task, progress in session.tasks.items() if progress.state == "running"]
    done = [task for task, progress in session.tasks.items() if progress.state == "done"]
    assert runs
    assert done
    answer = replan(after(session, happen.GuestsChanged(guests=12), now), now, seconds=0.0)
    assert answer.plan is not None
    assert check(answer.plan.problem, answer.plan.schedule).violations == ()
    old, new = ({item.id: item for item in plan.items} for plan in (dinner_plan(), answer.plan))
    assert all((new[task].start, new[task].end) == (old[task].start, old[task].end) for task in done)
    assert all(new[task].start == old[task].start and new[task].cooks == old[task].cooks for task in runs)


def test_a_dish_is_added_as_the_menu_was_planned(data: Data, tmp_path: Path) -> None:
    session, _ = middle(0.1)
    url = f"sqlite:///{tmp_path / 'sessions.sqlite'}"
    with (
        deps_when_needed(data.folder, lambda: data.choice) as planning,
        open_sessions(url, lambda: session.now, seconds=0.1, planning=planning) as sessions,
    ):
        name = sessions.open(dinner_plan())
        sessions.approve(name, "Ana")
        wish = DishRequest(name="chocolate mousse")
        told = sessions.add_dish(name, wish, "mousse", "Ana")
        assert (told.new, told.trouble) == (True, "")
        assert not sessions.add_dish(name, wish, "mousse", "Ana").new, "a doubled tap counts once"
        plan = sessions.kitchen.session(name).plan
        assert "chocolate-mousse" in {dish.id for dish in plan.dishes}
        assert check(plan.problem, plan.schedule).violations == ()
        with pytest.raises(EventRefusedError, match="on the menu already"):
            sessions.add_dish(name, wish, "again", "Ana")
        with pytest.raises(DishNotFoundError):
            sessions.add_dish(name, DishRequest(name="chocolate cake"), "cake", "Ana")


def test_a_substitute_is_proposed_and_a_person_decides(tmp_path: Path) -> None:
    session, _ = middle(0.1)
    with open_sessions(f"sqlite:///{tmp_path / 'sessions.sqlite'}", lambda: session.now, seconds=0.0) as sessions:
        name = sessions.open(dinner_plan())
        sessions.approve(name, "Ana")
        before = sessions.kitchen.session(name)
        missing = happen.IngredientMissing(dish="green-beans", ingredient="butter")
        told = sessions.tell(name, missing, "missing", "Ana")
        asked = sessions.kitchen.session(name)
        assert "olive oil" in (asked.options(missing) or ())
        assert any("take olive oil" in line for line in told_lines(before, asked, told))
        sessions.tell(
            name, happen.IngredientReplaced(dish="green-beans", ingredient="butter", by="olive oil"), "by", "Ana"
        )
        decided = sessions.kitchen.session(name)
        assert decided.open_questions == ()
        dish = next(dish for dish in decided.plan.dishes if dish.id == "green-beans")
        assert any("butter" in line and "take olive oil instead" in line for line in dish.ingredients)


@pytest.mark.parametrize(("liked", "first"), [("margarine", "margarine"), ("whatever stands first", "olive oil")])
def test_the_substitute_that_is_chosen_wherever_it_stands_comes_first(liked: str, first: str) -> None:
    def choose(question: Question) -> str:
        lines = question.messages[-1]["content"].splitlines()
        return next((line[0] for line in lines if line.endswith(f". {liked}")), "1")

    session, _ = middle(0.0)
    options = proposal(session, happen.IngredientMissing(dish="green-beans", ingredient="butter"), choose).options
    assert options[0] == first
    assert set(options) == {"olive oil", "margarine", "rapeseed oil"}


def test_work_on_nothing_but_what_is_left_out_is_left_out_too() -> None:
    session, now = middle(0.0)
    recipe, graph = dinner_plan().recipes["green-beans"], dinner_plan().graphs["green-beans"]
    alone = next(task for task in graph.tasks if len(task.uses) == 1 and not task.after)
    line = recipe.ingredients[alone.uses[0]]
    word = max(line.split(), key=len).strip(",")
    missing = happen.IngredientMissing(dish="green-beans", ingredient=word)
    left = happen.IngredientLeftOut(dish="green-beans", ingredient=word)
    without = after(after(session, missing, now), left, now)
    assert without.progress(f"green-beans/{alone.id}").state == "skipped"
    assert replan(without, now, seconds=0.0).plan is not None


@pytest.mark.parametrize(
    "what",
    [
        happen.IngredientMissing(dish="green-beans", ingredient="saffron"),
        happen.IngredientReplaced(dish="green-beans", ingredient="butter", by="oil"),
    ],
)
def test_nothing_is_invented_about_ingredients(what: happen.Happening, tmp_path: Path) -> None:
    session, _ = middle(0.1)
    with open_sessions(f"sqlite:///{tmp_path / 'sessions.sqlite'}", lambda: session.now, seconds=0.0) as sessions:
        name = sessions.open(dinner_plan())
        sessions.approve(name, "Ana")
        with pytest.raises(EventRefusedError):
            sessions.tell(name, what, "key", "Ana")


def test_a_late_dinner_says_by_how_much_and_what_would_help() -> None:
    session, now = middle(0.3)
    running = next(task for task, progress in session.tasks.items() if progress.state == "running")
    session = after(session, happen.NeedsMinutes(task=running, minutes=240), now)  # no search finds a way round that
    plan = replan(session, now, seconds=0.0).plan
    assert plan is not None
    session = after(session, happen.PlanAdopted(plan=plan), now)
    late = late_minutes(session.plan, now)
    assert late > 0
    offers = rescues(session, now)
    assert offers, "to serve later always helps"
    assert all(offer.late_minutes < late for offer in offers)
    assert [offer.cost for offer in offers] == sorted(offer.cost for offer in offers)
    for what in offers[0].events:
        session = after(session, what, now)
    rescued = replan(session, now, seconds=0.0).plan
    assert rescued is not None
    assert late_minutes(rescued, now) < late


def test_nothing_is_offered_when_all_is_in_time() -> None:
    session, now = middle(0.3)
    assert rescues(session, now) == ()


def test_a_doubled_event_is_said_to_be_one() -> None:
    session, now = middle()
    known = Recorded(seq=1, recorded_at=now, event=event(happen.GuestsChanged(guests=5), now))
    assert told_lines(session, session, Told(known, False, ())) == ["This was told before; it counts once."]


def test_a_second_thought_replaces_only_a_worse_plan(tmp_path: Path) -> None:
    session, _ = middle(0.0)
    clock = [session.now]
    with open_sessions(f"sqlite:///{tmp_path / 'sessions.sqlite'}", lambda: clock[0], seconds=0.0) as sessions:
        name = sessions.open(dinner_plan())
        sessions.approve(name, "Ana")
        assert not sessions.kitchen.improve(name), "nothing is late"
        first = tasks_of(dinner_plan())[0]
        clock[0] = first.start
        sessions.tell(name, happen.NeedsMinutes(task=first.id, minutes=45), "more", "Ana")
        before = late_minutes(sessions.kitchen.session(name).plan, clock[0])
        better = sessions.kitchen.improve(name)
        after_it = sessions.kitchen.session(name).plan
        assert check(after_it.problem, after_it.schedule).violations == ()
        assert late_minutes(after_it, clock[0]) <= before
        assert better == (sessions.kitchen.events(name)[-1].event.key.startswith("better plan"))


def test_what_a_cook_put_on_runs_from_then_without_a_word() -> None:
    plan = dinner_plan()
    links = [link for link in plan.problem.links if link.max_lag_minutes == 0 and link.before.endswith(".start")]
    assert links, "something is put on in this dinner"
    for link in links:
        starter = next(item for item in tasks_of(plan) if item.id == link.before)
        at = starter.end + timedelta(minutes=1)
        session = after(played(plan, starter.start), happen.TaskDone(task=link.before), at)
        running = session.progress(link.after)
        assert (running.state, running.started) == ("running", at)
        again = after(session, happen.TaskRedo(task=link.after), at)
        assert again.progress(link.after).state == "waiting"


def test_a_course_that_is_held_back_comes_later_and_so_do_those_after_it() -> None:
    session, now = middle(0.3)
    for course, later in (("starter", {"starter": 20, "main": 20}), ("main", {"starter": 0, "main": 20})):
        held = after(session, happen.CourseHeld(course=course, minutes=20), now)
        before, then = ({d.course: d for d in dinner_now(s, now).problem.dishes} for s in (session, held))
        assert set(before) == set(then) == set(later)
        for name, minutes in later.items():
            was, due = (dish_due(dinner_now(s, now).problem, before[name]) for s in (session, held))
            assert due == (was or 0) + minutes, (course, name)
