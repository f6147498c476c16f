"""Published formats are read exactly, and the command prints what it promises."""

import json
from pathlib import Path

import pytest

from scheduler.benchmarks import read
from scheduler.benchmarks.__main__ import main
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import CrewNeed, Link, Need

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
    assert main([str(INSTANCES / name), "--seconds", "60", "--workers", "1"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert line.pop("seconds") > 0
    assert line == {"instance": name, "status": "optimal", "objective": makespan, "bound": makespan}


BROKEN = [
    ("tiny.sm", "   2        1          1           4", "   2        2          1           4", "2 modes"),
    ("tiny.sm", "  - nonrenewable              :  0", "  - nonrenewable              :  2", "nonrenewable"),
    ("tiny.sm", "  3      1     4       2    1", "  3      1     4       2", "line 30"),
    ("tiny.sm", "  - renewable                 :  2   R", "", "renewable"),
    ("tiny.sm", "   4        1          1           5", "   4        1          2           5", "line 22"),
    ("tiny.sch", "1\t1\t2\t3\t2\t[2]\t[4]", "1\t1\t2\t3\t2\t[2]", "line 3"),
    ("tiny.sch", "3\t1\t1\t4\t[5]", "3\t2\t1\t4\t[5 6]", "modes"),
    ("tiny.sch", "3\t1\t0\t0", "4\t1\t0\t0", "lines"),
    ("tiny.sch", "3\t1\t0\t0", "3\t1\t2\t0", "renewable"),
    ("tiny.dzn", "dur = [0,3,4,2,0];", "dur = [0,3,4,2];", "dur: 4 values, expected 5"),
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
    assert "'.mm'" in captured.err
    assert "No such file" in captured.err
    assert json.loads(captured.out)["objective"] == 7, "the other files are still run"
