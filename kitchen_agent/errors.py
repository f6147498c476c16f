"""Every error that this package raises on purpose.

    KitchenAgentError
    ├── InputError                 what a person gave is wrong (exit status 2)
    │   ├── SettingsError          an environment variable that cannot be understood
    │   ├── RecipeError            a recipe that cannot be read or lacks a part
    │   ├── DishNotFoundError      no dish of the cookbook has this name
    │   ├── AmbiguousDishError     several dishes have it
    │   ├── RequestError           a menu, cook or kitchen that cannot be understood
    │   ├── EquipmentError         the kitchen lacks what a dish needs
    │   ├── CrewError              no cook can do some of the work
    │   ├── StoreError             a database of sessions that cannot be used
    │   ├── UnknownSessionError    no cooking session has this id
    │   ├── EventRefusedError      an event that cannot have happened in its session
    │   ├── UnclearSentenceError   a sentence that is no single event
    │   ├── AmbiguousSentenceError a sentence that may be one of several events
    │   ├── UnsaidAmountError      a sentence that lacks an amount
    │   ├── UnknownRunError        no run of the planner has this id
    │   ├── RunBusyError           another process is working on the run
    │   ├── OutputError            a file that was asked for cannot be written
    │   ├── AddressError           the web server cannot listen where it was asked to
    │   └── ...                    further leaves stand next to the part that raises them in this file
    ├── ModelError                 the language model cannot be had or used (exit status 1)
    │   ├── ModelUnavailableError  no source had the model file
    │   ├── ModelFileError         a model file is not the one that it should be
    │   ├── ModelFolderError       the folder of model files cannot be used
    │   ├── ModelLoadError         llama.cpp cannot load a file
    │   ├── ModelRunError          llama.cpp failed while it was reading or writing
    │   ├── ModelClosedError       the model was closed while it was writing
    │   ├── ContextOverflowError   a prompt is longer than the context
    │   └── GrammarError           a grammar that llama.cpp does not accept
    └── PlanningError              the work itself failed (exit status 1)
        ├── LineFormatError        the model's answer is not in the line format
        ├── GraphRefusedError           the model's answer is not a task graph, and no mend makes it one
        ├── SchedulingError        the scheduler refuses the problem that was built for it
        ├── DishRefusedError       one dish of a dinner could not be planned, and why
        └── StorageError           a file of this program's own cannot be read or written

A leaf carries its data as attributes; its message says what is wrong, where, and what to change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path


class KitchenAgentError(Exception):
    """Root of this package's errors."""


class InputError(KitchenAgentError):
    """Something that a person entered is wrong; the message names the field, the value and the fix."""


class PlanningError(KitchenAgentError):
    """The input was fine, but the work could not be done."""


class SettingsError(InputError):
    """The environment variable `name` has a `value` that cannot be understood."""

    def __init__(self, name: str, value: str, problem: str) -> None:
        self.name, self.value, self.problem = name, value, problem
        super().__init__(f"{name}={value}: {problem}. Set it to something else or unset it")


class RecipeError(InputError):
    """A recipe that cannot be read, or that lacks something which planning needs."""

    def __init__(self, source: str, field: str, problem: str, fix: str) -> None:
        self.source, self.field, self.problem, self.fix = source, field, problem, fix
        super().__init__(f"{source}: {field}: {problem}. {fix}")


class DishNotFoundError(InputError):
    """No dish of the cookbook is called `name`; `nearest` are the titles that look most like it, best first."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        self.name, self.nearest = name, tuple(nearest)
        fix = f"Write one of the nearest: {', '.join(self.nearest)}; or add" if self.nearest else "Add"
        super().__init__(
            f"dish: {name!r} is not in the cookbook. {fix} its recipe with --recipe FILE (.cook, .json or .html)"
        )


class AmbiguousDishError(InputError):
    """Several dishes of the cookbook may be meant by `name`; `candidates` are their titles, or files of one title."""

    def __init__(self, name: str, candidates: Sequence[str], *, one_title: bool = False) -> None:
        self.name, self.candidates = name, tuple(candidates)
        fix = "Remove one of these files, or use --recipe FILE" if one_title else "Write the whole name of one of them"
        super().__init__(f"dish: {name!r} may mean {', '.join(self.candidates)}. {fix}")


class LineFormatError(PlanningError):
    """A text that is not a task graph in the line format; `faults` has one sentence for each wrong line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class GraphRefusedError(PlanningError):
    """The model's last answer is not a task graph; `faults` says why, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(self.faults[:3])
        super().__init__(
            f"the model wrote no usable task graph: {shown}. Shorten the recipe's steps or try another model"
        )


class RequestError(InputError):
    """A dinner request that cannot be understood; `faults` has one sentence for each field that is wrong."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source, self.faults = source, tuple(faults)
        super().__init__(f"{source}: {'; '.join(self.faults)}")


class EquipmentError(InputError):
    """The kitchen lacks what the dishes need; `faults` has one sentence for each missing thing."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class DishRefusedError(PlanningError):
    """The recipe called `dish` could not be planned; the cause says why."""

    def __init__(self, dish: str, reason: str) -> None:
        self.dish, self.reason = dish, reason
        super().__init__(f"{dish}: {reason}")


class StorageError(PlanningError):
    """A file in which this program keeps its own data, at `path`, cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}. Put it right, or set KITCHEN_DATA_DIR to a folder that you may write to")


class StoreError(InputError):
    """A database of sessions that cannot be used; `url` is shown without its password."""

    def __init__(self, url: str, problem: str) -> None:
        self.url, self.problem = _without_password(url), problem
        super().__init__(
            f"database: {self.url}: {problem}. "
            "Set DATABASE_URL to sqlite:///FILE or postgresql://USER@HOST/NAME, or unset it"
        )


class UnknownSessionError(InputError):
    """No cooking session has this id."""

    def __init__(self, session: str, known: Sequence[str]) -> None:
        self.session, self.known = session, tuple(known)
        newest = (
            f"The newest are: {', '.join(self.known[:5])}"
            if self.known
            else "There is none yet: kitchen cook MENU opens one"
        )
        super().__init__(f"session: {session!r} does not exist. {newest}")


def _without_password(url: str) -> str:
    return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:***@", url)


class ModelError(KitchenAgentError):
    """The language model cannot be had or used."""


class ModelUnavailableError(ModelError):
    """No source had the model file `name`; `tried` maps each source to what it said, in the order of trying."""

    def __init__(self, name: str, tried: Mapping[str, str]) -> None:
        self.name, self.tried = name, dict(tried)
        sources = "; ".join(f"{source}: {reason}" for source, reason in tried.items())
        super().__init__(
            f"{name} cannot be had ({sources}). Connect to the network and run `kitchen model fetch`, "
            "or set KITCHEN_MODEL_PATH to a copy of the file"
        )


class ModelFileError(ModelError):
    """The file at `path` does not have the SHA-256 `expected`."""

    def __init__(self, path: Path, expected: str, actual: str, fix: str) -> None:
        self.path, self.expected, self.actual, self.fix = path, expected, actual, fix
        super().__init__(f"{path}: the SHA-256 is {actual}, not {expected}. {fix}")


class ModelFolderError(ModelError):
    """The folder `path` of model files cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}. Make room or make it writable, or name another with KITCHEN_MODEL_DIR")


class ModelLoadError(ModelError):
    """llama.cpp cannot load the model or adapter at `path`."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}. Give a GGUF file; `kitchen model verify` checks the embedded ones")


class ModelRunError(ModelError):
    """llama.cpp failed with `status` while it was reading or writing."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(f"the language model failed with status {status} {reason}".rstrip() + ". Try again")


class ModelClosedError(ModelError):
    """The model was closed, or its thread died, while an answer was wanted."""

    def __init__(self) -> None:
        super().__init__("the language model is closed. Open it again")


class ContextOverflowError(ModelError):
    """A prompt of `prompt_tokens` with an answer of up to `answer_tokens` does not fit in `context` tokens."""

    def __init__(self, prompt_tokens: int, answer_tokens: int, context: int) -> None:
        self.prompt_tokens, self.answer_tokens, self.context = prompt_tokens, answer_tokens, context
        super().__init__(
            f"the prompt has {prompt_tokens} tokens and the answer may have {answer_tokens}, "
            f"but the context holds {context}. Shorten the recipe or set KITCHEN_CONTEXT higher"
        )


class GrammarError(ModelError):
    """A GBNF grammar that llama.cpp refuses, or that leaves no token to follow."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"grammar: {reason}. Check its rules against llama.cpp's GBNF guide")


class UnknownRunError(InputError):
    """No run of the planner has the id `run`; `known` are the newest."""

    def __init__(self, run: str, known: Sequence[str]) -> None:
        self.run, self.known = run, tuple(known)
        newest = f"The newest are: {', '.join(self.known)}" if self.known else "There is none yet"
        super().__init__(f"--resume: no run is called {run!r}. {newest}")


class RunBusyError(InputError):
    """Another process is working on the run `run`."""

    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(f"--resume: run {run!r} is being planned by another process. Wait for it, or end it first")


class OutputError(InputError):
    """The file at `path`, which a person asked for, cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: cannot be written: {reason}. Give a path in a folder that you may write to")


class EventRefusedError(InputError):
    """An event that cannot have happened in this session: `field` of it is `value`, and why that cannot be."""

    def __init__(self, field: str, value: str, reason: str, fix: str) -> None:
        self.field, self.value, self.reason, self.fix = field, value, reason, fix
        super().__init__(f"{field}: {value!r} {reason}. {fix}")


class UnclearSentenceError(InputError):
    """A sentence about the cooking that reports no single event of the session."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(
            f"sentence: {sentence!r} is no single event of this dinner. Say one thing that happened, and name the "
            "task, cook, dish or equipment as the plan does"
        )


class UnsaidAmountError(InputError):
    """A sentence that reports an event without an amount that it needs; `line` is the event with a gap."""

    def __init__(self, line: str, asked: str) -> None:
        self.line, self.asked = line, asked
        super().__init__(f"sentence: {asked} Say it again with the figure")


class AmbiguousSentenceError(InputError):
    """A sentence that may report one of several events, told in words."""

    def __init__(self, sentence: str, readings: Sequence[str]) -> None:
        self.sentence, self.readings = sentence, tuple(readings)
        meanings = "; or ".join(readings)
        super().__init__(
            f"sentence: {sentence!r} can mean: {meanings}. Name the one that is meant, or use kitchen event"
        )


class AddressError(InputError):
    """The web server cannot listen on `port` of `host`."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        self.host, self.port, self.problem = host, port, problem
        super().__init__(
            f"--host {host} --port {port}: {problem}. Give another --port (0: any that is free), or another --host"
        )


class SessionClosedError(KitchenAgentError):
    """A session's first plan was not approved, so there is nothing to cook."""

    def __init__(self, session: str) -> None:
        self.session = session
        super().__init__(f"session {session}: its plan was not approved. Open it again with: kitchen cook {session}")


class CrewError(InputError):
    """No cook can do `task` of `dish`, which needs the skill `skill`; `others` more tasks have the same fault.

    `refused`: there is a cook of that skill, who refuses it.
    """

    def __init__(self, task: str, dish: str, skill: str, refused: bool, others: int) -> None:
        self.task, self.dish, self.skill, self.refused, self.others = task, dish, skill, refused, others
        why = "all who could refuse it" if refused else f"it needs the skill {skill}"
        more = f", nor {others} more {'task' if others == 1 else 'tasks'}" if others else ""
        super().__init__(
            f"cooks: nobody can do {task!r} ({dish}; {why}){more}. "
            f"Add a cook who can, such as --cook NAME:{skill}, or choose another dish"
        )


class SchedulingError(PlanningError):
    """The scheduler refuses the problem that was built from a dinner."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the dinner cannot be scheduled: {reason}. Leave out the dish that is named, or try --no-cache"
        )
