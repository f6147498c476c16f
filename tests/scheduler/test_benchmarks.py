"""Published formats are read exactly, and the command prints what it promises."""

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler import ORDER, Limits, Solved, TimedOut, build, solve
from scheduler.benchmarks import READERS, compare, explanations, generated, kitchens, ovens, read, read_dzn, read_sch
from scheduler.benchmarks.__main__ import main
from scheduler.benchmarks.plain import solve_plain
from scheduler.benchmarks.run import Answer, judged
from scheduler.errors import BenchmarkFormatError
from scheduler.generate import kitchen
from scheduler.problem import CrewNeed, Link, Need
from scheduler.rules import RULES, abilities
from scheduler.run import Run
from scheduler.solve import _phases

INSTANCES = Path(__file__).parent / "instances"


def test_psplib() -> None:
    problem = read(INSTANCES / "tiny.sm")
    assert [(task.id, task.minutes) for task in problem.tasks] == [("1", 0), ("2", 3), ("3", 4), ("4", 2), ("5", 0)]
    assert problem.tasks[2].needs == (Need(equipment="R1", units=2), Need(equipment="R2", units=1))
    assert [(pool.id, pool.count) for pool in problem.equipment] == [("R1", 3), ("R2", 2)]
    assert [(link.before, link.after) for link in problem.links] == [
        ("1", "2"),
        ("1", "3"),
        ("2", "4"),
        ("3", "5"),
        ("4", "5"),
    ]
    assert problem.horizon_minutes == 9, "the horizon in the head is no limit"


def test_progen_max() -> None:
    problem = read(INSTANCES / "tiny.sch")
    assert Link(before="1", after="3", min_lag_minutes=0) in problem.links, "no shorter than the activity itself"
    assert Link(before="2", after="4", min_lag_minutes=0) in problem.links
    backwards = Link(before="1", after="2", min_lag_minutes=None, max_lag_minutes=6, from_start=True)
    assert backwards in problem.links, "a negative lag is a maximal lag the other way round"
    assert problem.tasks[0].deadline_minutes == 0
    assert problem.horizon_minutes == 1 + 4 + 3 + 5 + 0


def test_multi_skill() -> None:
    problem = read(INSTANCES / "tiny.dzn")
    assert problem.tasks[2].crew == (CrewNeed(ability="S1"), CrewNeed(ability="S2"))
    assert problem.tasks[0].attention == "unattended"
    assert [cook.abilities for cook in problem.cooks] == [("S1",), ("S1", "S2"), ("S2",)]
    assert len(problem.links) == 5


@pytest.mark.parametrize(("name", "makespan"), [("tiny.sm", 7), ("tiny.sch", 12), ("tiny.dzn", 5)])
def test_command(name: str, makespan: int, capsys: pytest.CaptureFixture[str]) -> None:
    for comparison in ([], ["--plain"]):
        arguments = [str(INSTANCES / name), "--seconds", "60", "--cpu-seconds", "60", "--workers", "1"]
        assert main([*arguments, *comparison]) == 0
        line = json.loads(capsys.readouterr().out)
        assert line.pop("seconds") > 0
        assert line.pop("cpu_seconds") > 0
        assert line.pop("file") == str(INSTANCES / name)
        assert line == {"instance": name, "status": "optimal", "objective": makespan, "bound": makespan}


BROKEN = [
    ("tiny.sm", "   2        1          1           4", "   2        2          1           4", "2 modes"),
    ("tiny.sm", "  - nonrenewable              :  0", "  - nonrenewable              :  2", "nonrenewable"),
    ("tiny.sm", "  3      1     4       2    1", "  3      1     4       2", "line 30"),
    ("tiny.sm", "  - renewable                 :  2   R", "", "renewable"),
    ("tiny.sm", "   4        1          1           5", "   4        1          2           5", "line 22"),
    (
        "tiny.sm",
        "  2      1     3       2    0",
        "  2      1     5000000000000000000       2    0",
        "line 29: a number is beyond",
    ),
    ("tiny.sm", "  2      1     3       2    0", "  2      1     3      -2    0", "activity 2: a negative"),
    ("tiny.sm", "  2      1     3       2    0", "  2      1    -3       2    0", "activity 2: a negative"),
    ("tiny.sch", "1\t1\t2\t3\t2\t[2]\t[4]", "1\t1\t2\t3\t2\t[2]", "line 3"),
    ("tiny.sch", "3\t1\t1\t4\t[5]", "3\t2\t1\t4\t[5 6]", "modes"),
    ("tiny.sch", "3\t1\t0\t0", "4\t1\t0\t0", "lines"),
    ("tiny.sch", "3\t1\t0\t0", "3\t1\t2\t0", "renewable"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = [0,3,4,2];", "line 6: dur: 4 values, expected 5"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = [0,3,{4},2,0];", "dur: expected whole numbers"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = [0,3,4,2,0;", "line 6: dur: expected ',' or ']'"),
    ("tiny.dzn", "nActs = 5;", "nActs = " + "[" * 3000 + "]" * 3000 + ";", "line 5: nActs: more than 20 brackets"),
    ("tiny.dzn", "nActs = 5;", "nActs = 1..900000;", "line 5: nActs: 1..900000: a range of more than"),
    ("tiny.dzn", "nActs = 5;", "nActs = 1..99999999999;", "line 5: nActs: 99999999999 is beyond"),
    ("tiny.dzn", "nActs = 5;", "nActs := 5;", "line 5: nActs: expected '=' and found ':'"),
    ("tiny.dzn", "nActs = 5;", "nActs = 5.0;", "line 5: nActs: '5.0' is no whole number"),
    ("tiny.dzn", "nActs = 5;", 'nActs = "5";', "line 5: nActs: '\"5\"' is no whole number"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = [1: 0, 2: 3];", "line 6: dur: expected ',' or ']'"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = array2d([0,3,4,2,0]);", "line 6: dur: expected an index set"),
    ("tiny.dzn", "nActs = 5;", "nActs = [5];", "nActs: expected a whole number"),
    ("tiny.dzn", "\t| 1,1,\n\t| 0,1,", "\t| 1,1,0,1,", "line 9: sreq: expected 5 rows of 2 values"),
    ("tiny.dzn", "nSkills = 2;", "", "nSkills is missing"),
    ("tiny.dzn", "true,false", "yes,false", "'yes'"),
    ("tiny.dzn", "succ = [2,3,4,5,5];", "succ = [2,3,4,5,6];", "between 1 and 5"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), BROKEN)
def test_what_cannot_be_read_is_said(name: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    text = (INSTANCES / name).read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / name
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BenchmarkFormatError, match=message) as error:
        read(broken)
    assert str(broken) in str(error.value)


VARIANTS = [
    ("sreq = [| 0,0,\n\t| 1,0,", "sreq = [| 0, 0 | 1, 0,"),
    ("sreq = [|", "sreq =\n  /* skills\n  by activity */\n  [|"),
    ("dur = [0,3,4,2,0];", "dur = array1d(1..5, [0,3,\n4, 2 , 0,]);"),
    (
        "mastery = [| true,false,\n\t| true,true,\n\t| false,true, |];",
        "mastery = array2d(1..3, SKILL, [true,false, true,true, false,true]);",
    ),
    ("mastery = [| true,false,", "mastery = [| 1, 0,"),
    ("nActs = 5;", 'nActs = 5; name = "a; \\"b\\" % c"; cost = [1.5, -2.0e3]; COLOUR = {red, green};'),
    ("nActs = 5;", "nActs = 5; label = [1: 5, 2: 7]; both = [x + 1 | x in 1..nActs]; ACTS = 1..nActs;"),
    ("nActs = 5;", "nActs = 5; x = " + "[" * 3000 + "]" * 3000 + ";"),
    (
        "mastery = [| true,false,\n\t| true,true,\n\t| false,true, |];",
        "mastery = array2d(1..nResources, {red, green}, [true,false, true,true, false,true]);",
    ),
    ("nPrecs = 5;", "PREC = 1..5; useful = {}; ids = {3,\n1};"),
    ("\t{3,4}];", "\t{3,4}]"),
]


@pytest.mark.parametrize(("old", "new"), VARIANTS)
def test_multi_skill_data_may_be_written_otherwise(old: str, new: str, tmp_path: Path) -> None:
    text = (INSTANCES / "tiny.dzn").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "other.dzn"
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert read(path) == read(INSTANCES / "tiny.dzn")


CHALLENGE = """
n_skills = 2; n_workers = 3; n_tasks = 3;
has_skills = [{1}, 1..1, {2}];
d = [3, 4, 2];
rr = [| 1, 1, 0
      | 0, 1, 1 |];
suc = [{3}, {}, {}];
"""


def test_multi_skill_as_in_the_minizinc_benchmarks(tmp_path: Path) -> None:
    path = tmp_path / "easy.dzn"
    path.write_text(CHALLENGE, encoding="utf-8")
    problem = read(path)
    assert [(task.minutes, len(task.crew)) for task in problem.tasks] == [(3, 1), (4, 2), (2, 1)]
    assert [cook.abilities for cook in problem.cooks] == [("S1",), ("S1",), ("S2",)]
    assert [(link.before, link.after) for link in problem.links] == [("1", "3")]
    path.write_text(CHALLENGE.replace("{1}, 1..1, {2}", "{1}, {1, 2}, {2}"), encoding="utf-8")
    with pytest.raises(BenchmarkFormatError, match="all at once"):
        read(path)


def test_files_of_old_archives(tmp_path: Path) -> None:
    """Upper-case names, line ends of DOS, its mark of the end, a mark of the encoding."""
    for name in ("tiny.sch", "tiny.sm"):
        text = (INSTANCES / name).read_bytes()
        path = tmp_path / name.upper()
        path.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") + b"\x1a")
        assert read(path) == read(INSTANCES / name)


@pytest.mark.parametrize("lag", [0, -6])
def test_an_activity_begins_no_later_than_itself(lag: int) -> None:
    text = (INSTANCES / "tiny.sch").read_text(encoding="utf-8")
    looped = text.replace("2\t1\t2\t1\t4\t[-6]\t[3]", f"2\t1\t3\t1\t2\t4\t[-6]\t[{lag}]\t[3]")
    assert looped != text
    assert read_sch(looped) == read_sch(text)


def test_lags_between_what_takes_no_time() -> None:
    """Two milestones at one moment are no ring."""
    text = "2\t1\t0\t0\n0\t1\t1\t1\t[0]\n1\t1\t1\t2\t[0]\n2\t1\t2\t1\t3\t[0]\t[0]\n3\t1\t0\n"
    text += "0\t1\t0\t0\n1\t1\t0\t0\n2\t1\t0\t9\n3\t1\t0\t0\n2\n"
    outcome = solve(read_sch(text))
    assert isinstance(outcome, Solved)
    assert outcome.schedule.terms[0].value == 0


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (generated.sm(1, 10, 1.5, 0.75, 0.2), ".sm"),
        (generated.sch(1, 8, 1.0, 0.25, 0.3), ".sch"),
        (generated.dzn(1, 8, 1.5, 3, 0.7, 5), ".dzn"),
    ],
)
def test_generated_instances_agree_with_the_plain_model(text: str, ending: str) -> None:
    problem = READERS[ending](text)
    limits = Limits(deterministic_limit=60.0)
    status, makespan, bound = solve_plain(problem, limits, threading.Event())
    assert status == "optimal"
    outcome = solve(problem, limits)
    assert isinstance(outcome, Solved)
    assert outcome.optimal
    assert outcome.schedule.terms[0].value == makespan == bound


def test_generated_sets_are_the_same_each_time(tmp_path: Path) -> None:
    assert generated.main([str(tmp_path), "--seeds", "1"]) == 0
    files = sorted(tmp_path.rglob("*.*"))
    assert {path.parent.name for path in files} >= {"j30", "j60", "max30", "skills20"}
    sample = tmp_path / "j30" / "j30_00_0.sm"
    assert sample.read_text(encoding="utf-8") == next(generated.instances(0))[2]
    assert len(read(sample).tasks) == 32


def test_what_cannot_be_done_is_infeasible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A demand above the capacity, a ring of positive lags: not a broken file but an instance without a schedule."""
    text = (INSTANCES / "tiny.sch").read_text(encoding="utf-8")
    for number, (old, new) in enumerate([("2\t1\t3\t2", "2\t1\t3\t3"), ("[-6]", "[1]"), ("[-6]", "[-3]")]):
        path = tmp_path / f"{number}.sch"
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert main([str(path), "--workers", "1"]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == "infeasible"


def test_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    multi_mode = tmp_path / "c1510_1.mm"
    multi_mode.write_text("", encoding="utf-8")
    missing = tmp_path / "none.sm"
    assert main([str(multi_mode), str(missing), str(INSTANCES / "tiny.sm"), "--workers", "1"]) == 2
    captured = capsys.readouterr()
    assert "multi-mode" in captured.err
    assert "No such file" in captured.err
    refused, absent, tiny = map(json.loads, captured.out.splitlines())
    assert (refused["file"], refused["status"]) == (str(multi_mode), "error")
    assert refused["reason"] in captured.err
    assert absent["status"] == "error"
    assert tiny["objective"] == 7, "the other files are still run"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--seed", "-1"),
        ("--seed", str(2**31)),
        ("--workers", "0"),
        ("--workers", "two"),
        ("--cpu-seconds", "0"),
        ("--cpu-seconds", "nan"),
        ("--seconds", "inf"),
    ],
    ids=" ".join,
)
def test_numbers_without_a_meaning_are_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([str(INSTANCES / "tiny.sm"), *wrong])
    assert end.value.code == 2
    assert f"argument {wrong[0]}: {wrong[1]!r}: give a " in capsys.readouterr().err


@pytest.mark.parametrize("command", [kitchens.main, ovens.main])
def test_no_work_is_no_limit(command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command(["--deterministic-limit", "0"])
    assert "give a number above 0" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGXCPU])
def test_a_signal_ends_the_search_and_the_best_plan_is_printed(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hard = tmp_path / "hard.sm"
    hard.write_text(generated.sm(3, 60, 1.5, 1.0, 0.2), encoding="utf-8")
    timer = threading.Timer(1.0, os.kill, (os.getpid(), number))
    before = signal.getsignal(number)
    timer.start()
    assert main([str(hard), str(INSTANCES / "tiny.sm"), "--seconds", "60", "--workers", "1"]) == 1
    captured = capsys.readouterr()
    line = json.loads(captured.out)
    assert line["status"] == "feasible"
    assert line["seconds"] < 30
    assert "tiny.sm: not begun" in captured.err
    assert signal.getsignal(number) == before


def test_bounds_without_a_plan_are_printed() -> None:
    problem = read(INSTANCES / "tiny.sm")
    answer = judged(problem, TimedOut(wall_seconds=1.0, bounds={"makespan": 6}))
    assert (answer.status, answer.objective, answer.bound) == ("unknown", None, 6)


def test_table_beside_the_plain_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main([str(INSTANCES), "--cpu-seconds", "30"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head == compare.COLUMNS
    assert row.split()[:5] == ["instances", "3", "100.0%", "0", "0.00%"]
    assert row.split()[6:9] == ["100.0%", "0", "0.00%"]


def test_the_two_models_cannot_contradict_each_other_unseen() -> None:
    plan, none = Answer("feasible", 10, 8), Answer("unknown", None, None)
    assert compare.contradiction(plan, none) is compare.contradiction(plan, plan) is None
    assert compare.contradiction(plan, Answer("feasible", 12, 11)) == "plain, ours: bound 11 above a plan of 10"
    assert compare.contradiction(Answer("infeasible", None, None), plan) == "ours, plain: infeasible, and a plan of 10"
    assert compare.row("set", [plan, none], [plan, plan]).split()[:4] == ["set", "2", "0.0%", "1"]


MASTERS: dict[str | None, frozenset[str]] = {
    "grill": frozenset("A"),
    "knife": frozenset("AB"),
    "pastry": frozenset("C"),
}


def test_a_group_of_abilities_holds_all_that_its_cooks_alone_can_do() -> None:
    groups = {frozenset(cooks): set(names) for cooks, names in abilities._groups(MASTERS).items()}
    assert groups == {frozenset("A"): {"grill"}, frozenset("AB"): {"grill", "knife"}, frozenset("C"): {"pastry"}}


def test_many_skills_do_not_fill_the_model() -> None:
    problem = read_dzn(generated.dzn(0, 40, 1.5, 12, 0.3, 18))
    names = [rule for rule in RULES if rule is not abilities.abilities_in_parallel]
    more, less = (len(build(problem, rules).model.proto.constraints) for rules in (RULES, names))
    assert 1 <= more - less <= abilities.MOST_GROUPS


def test_work_by_hand_is_limited_by_all_cooks_where_no_ability_is_asked_for() -> None:
    problem = kitchen(0, 3, 2)
    others = [rule for rule in RULES if rule is not abilities.abilities_in_parallel]
    more, less = (len(build(problem, rules).model.proto.constraints) for rules in (RULES, others))
    assert more - less == 1


def test_strategies_take_short_turns_first_where_there_are_no_people() -> None:
    several = Limits(deterministic_limit=None, workers=2)
    for name, people in (("tiny.dzn", True), ("tiny.sm", False)):
        phases = _phases(Run(build(read(INSTANCES / name)), several, None, None), "makespan")
        assert ("briefly" in phases) is not people


def test_the_least_values_are_tried_where_that_proves_much() -> None:
    late = Run(build(kitchen(0, 3, 2)), Limits(), None, None)
    assert [name for name in ORDER if "bounding" in _phases(late, name)] == ["lateness"]
    baking = Run(build(ovens.bakings(0, 6)), Limits(), None, None)
    assert not [name for name in ORDER if "bounding" in _phases(baking, name)]


def test_a_late_banquet_is_nearly_proved() -> None:
    size = next(size for size in kitchens.SIZES if size.name == "late banquet")
    outcome = solve(size.problem(7), Limits(seed=7))
    assert isinstance(outcome, Solved)
    lateness = outcome.schedule.terms[0]
    assert lateness.gap < 0.08, "0.29 without the phase that tries the least values first"


@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_temperature_mean_the_same(seed: int) -> None:
    problem = ovens.bakings(seed, 6)
    limits = Limits(deterministic_limit=60.0)
    ours, blocks = judged(problem, solve(problem, limits)), ovens.solve_blocks(problem, limits)
    assert ours.status == blocks.status == "optimal"
    assert ours.objective == blocks.objective


def test_table_of_explanations() -> None:
    cells = explanations.row(kitchen(0, 3, 2), seconds=60).split()
    assert int(cells[0]) > 10
    assert cells[2].isdecimal(), "a smallest set of facts"
    assert int(cells[3]) > 0, "repairs"
