"""The planners that can be evaluated: each turns a recipe into a task graph, or says why it cannot."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.errors import DataError, InputError, WorkError
from finetune.evaluate.judge import judge_version
from finetune.files import sha256_of
from finetune.graphfile import read_predictions
from finetune.rules import read_by_rules
from kitchen_agent.answers import Author
from kitchen_agent.errors import DishRefusedError
from kitchen_agent.graph import build_dish_graph
from kitchen_agent.planner import Question
from kitchen_agent.planner_model import ModelChoice, PlannerModel
from kitchen_agent.prompt import DECODING_VERSION, PROMPT_VERSION, Style
from kitchen_agent.recipe import Recipe
from kitchen_agent.state import AsksModel, DishDeps
from kitchen_agent.taskgraph import TaskGraph

ENDPOINT_KEY_VARIABLE = "KITCHEN_ENDPOINT_KEY"
ENDPOINT_TIMEOUT_SECONDS = 600
MODELS_TIMEOUT_SECONDS = 20
_CHANGES_BY_ITSELF = ("created", "permission")  # servers put the time of the request and random names there


class NoGraphError(WorkError):
    """A planner gave no valid graph; the message says what was wrong."""


@dataclass(frozen=True)
class Planner:
    """Something that plans recipes; `plan` raises NoGraphError and may be called from several threads.

    `name` is for people, `identity` changes whenever its answers may.
    """

    name: str
    identity: str
    plan: Callable[[Recipe], TaskGraph]


def rules_planner() -> Planner:
    """The rule-based reader."""
    source = Path(read_by_rules.__code__.co_filename)
    return Planner("rules", f"rules {sha256_of(source)} {judge_version()}", read_by_rules)


@contextmanager
def model_planner(choice: ModelChoice, name: str | None = None) -> Iterator[Planner]:
    """A GGUF model with an adapter and the short prompt, or without and with the prompt that works an example.

    Its name is that of the adapter's or the model's file if none is given.
    """
    with PlannerModel(choice) as opened:
        yield _asking(name or (choice.adapter_path or choice.model_path).stem, opened)


def endpoint_planner(url: str, model: str, style: Style) -> Planner:
    """A model behind an OpenAI-compatible chat endpoint; `url` ends before `/chat/completions`.

    The key, if one is needed, is read from KITCHEN_ENDPOINT_KEY. What the server says about its models at `/models` is
    part of the identity, so that another model under the same address is not taken for the one before.
    """
    if not url.startswith(("http://", "https://")):
        raise InputError(f"endpoint {url!r}: not a URL. Write for example http://127.0.0.1:8080/v1.")
    address = url.rstrip("/")
    return _asking(model, _Endpoint(f"{address}/chat/completions", model, style, _served_models(address, model)))


def _asking(name: str, model: AsksModel) -> Planner:
    """The application's own dish graph with `model`, no answer recalled and none kept."""
    graph, deps = build_dish_graph(), DishDeps(model, answers=None)
    author = model.author
    versions = f"{PROMPT_VERSION} {DECODING_VERSION} {judge_version()}"
    identity = f"{author.model_sha256} {author.adapter_sha256} {author.style} {versions}"

    def plan(recipe: Recipe) -> TaskGraph:
        try:
            result = graph.invoke({"dish": recipe.key, "recipe": recipe}, context=deps)
        except DishRefusedError as error:
            raise NoGraphError(str(error)) from error
        planned: TaskGraph = result["dishes"][recipe.key].graph
        return planned

    return Planner(name, identity, plan)


def recorded_planner(path: Path) -> Planner:
    """Graphs that somebody else predicted, read from a JSON Lines file."""
    predictions = read_predictions(path)

    def plan(recipe: Recipe) -> TaskGraph:
        graph = predictions.get(recipe.key)
        if graph is None:
            raise NoGraphError("not in the file" if recipe.key not in predictions else "breaks the guide")
        return graph

    return Planner(path.stem, f"file {sha256_of(path)} {judge_version()}", plan)


@dataclass(frozen=True)
class _Reply:
    text: str


@dataclass(frozen=True)
class _Endpoint:
    url: str
    model: str
    style: Style
    served: str

    @property
    def author(self) -> Author:
        """The endpoint, the model's name there and what the server says about it: the bytes are unknown."""
        return Author(f"{self.url} {self.model} {self.served}", "", self.style)

    def ask(self, question: Question, on_token: Callable[[str], None] | None = None) -> _Reply:
        """The whole answer at once."""
        return _post(self.url, self.model, question)


def _post(url: str, model: str, question: Question) -> _Reply:
    messages = [dict(message) for message in question.messages]
    if question.begun:  # llama.cpp's server and others go on from a last message of the assistant
        messages.append({"role": "assistant", "content": question.begun})
    body: dict[str, object] = {
        "model": model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": question.max_tokens,
    }
    if not question.begun:
        body["grammar"] = question.grammar  # llama.cpp's server writes under it, others pass over it
    request = urllib.request.Request(url, json.dumps(body).encode(), _headers())
    try:
        with urllib.request.urlopen(request, timeout=ENDPOINT_TIMEOUT_SECONDS) as response:
            reply = json.load(response)
        return _Reply(question.begun + str(reply["choices"][0]["message"]["content"] or ""))
    except urllib.error.HTTPError as error:
        with error:
            raise WorkError(f"{url}: HTTP {error.code}: {error.read(300).decode(errors='replace')}") from error
    except (OSError, ValueError) as error:
        raise WorkError(f"{url}: {error}. Is the server running, and is this its address?") from error
    except (KeyError, IndexError, TypeError) as error:
        raise DataError(Path(url), "the reply has no choices[0].message.content", "Name a chat endpoint.") from error


def _served_models(address: str, model: str) -> str:
    """What the server at `address` says about `model`, or about all its models when none has this name.

    Empty when it keeps no list; raises WorkError when there is no server.
    """
    request = urllib.request.Request(f"{address}/models", headers=_headers())
    try:
        with urllib.request.urlopen(request, timeout=MODELS_TIMEOUT_SECONDS) as response:
            entries = json.load(response)["data"]
        described = [_lasting(entry) for entry in entries]
    except urllib.error.HTTPError as error:
        error.close()
        return ""
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    except OSError as error:
        raise WorkError(f"{address}: {error}. Is the server running, and is this its address?") from error
    named = [entry for entry in described if entry.get("id") == model]
    return " ".join(sorted(json.dumps(entry, sort_keys=True) for entry in named or described))


def _lasting(entry: Any) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in _CHANGES_BY_ITSELF}


def _headers() -> dict[str, str]:
    key = os.environ.get(ENDPOINT_KEY_VARIABLE)
    return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
