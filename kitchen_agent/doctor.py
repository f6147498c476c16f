"""`kitchen doctor`: what is installed, which model, which machine, and how fast the model writes here."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from kitchen_agent import lineformat, modelfiles
from kitchen_agent.errors import ModelError
from kitchen_agent.language_model import LanguageModel, default_threads
from kitchen_agent.model_view import progress_bar
from kitchen_agent.modelcatalog import CATALOG
from kitchen_agent.modelfiles import ModelFile
from kitchen_agent.prompt import messages
from kitchen_agent.recipe import Recipe
from kitchen_agent.settings import Settings

PACKAGES = ("kitchen-agent", "langgraph", "ortools", "llama-cpp-python", "pydantic", "huggingface_hub", "torch", "peft")
TEST_TOKENS = 20
_REPEATS = 3
_RECIPE = Recipe(
    key="doctor",
    title="Tomato salad",
    servings=4,
    ingredients=("600 g ripe tomatoes", "1 red onion", "3 tbsp olive oil", "1 tbsp vinegar", "a bunch of basil"),
    steps=(
        "Slice the tomatoes and the onion and lay them on a plate.",
        "Whisk oil and vinegar for 1 minute, pour over and rest for 10 minutes.",
        "Scatter the torn basil over the salad and serve.",
    ),
)


@dataclass(frozen=True)
class Speed:
    """Tokens a second: reading a prompt, writing freely, writing under the grammar."""

    prompt: float
    free: float
    grammar: float

    @property
    def grammar_cost(self) -> float:
        """The part of the free-running speed that the grammar takes."""
        return 1 - self.grammar / self.free


def findings(settings: Settings) -> Iterator[tuple[str, str]]:
    """What `kitchen doctor` says of everything but the model, as (name, value)."""
    yield "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    for package in PACKAGES:
        yield package, _version(package)
    memory = psutil.virtual_memory()
    yield "cores", f"{psutil.cpu_count(logical=False)} physical, {os.cpu_count()} logical, {_threads(settings)} used"
    yield "memory", f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB"
    yield "tier", settings.tier
    yield "model folder", f"{settings.model_dir} ({_size(settings.model_dir) / 1e6:,.0f} MB)"


def speed(settings: Settings, model: ModelFile, adapter: ModelFile | None) -> Speed:
    """Time a prompt and answers of 20 tokens, each the best of three: other programs can only slow it down."""
    question = messages(_RECIPE, "short" if adapter else "example")
    grammar = lineformat.grammar(_RECIPE)
    adapter_path = adapter.path if adapter else None
    with LanguageModel.open(model.path, adapter_path, threads=settings.threads, context=settings.context) as language:
        first = language.complete(question, max_tokens=1)
        read = (first.prompt_tokens - first.reused_tokens) / first.prompt_seconds
        rates: dict[str | None, float] = {None: 0.0, grammar: 0.0}
        for _ in range(_REPEATS):
            for rules in rates:
                answer = language.complete(question, grammar=rules, max_tokens=TEST_TOKENS)
                # the first token comes with the prompt
                rates[rules] = max(rates[rules], (answer.completion_tokens - 1) / answer.completion_seconds)
    return Speed(read, rates[None], rates[grammar])


def _described(file: ModelFile) -> str:
    return f"{file.path.name}  {file.path.stat().st_size / 1e6:,.0f} MB  SHA-256 {file.sha256[:16]}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _threads(settings: Settings) -> int:
    return settings.threads or default_threads()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def examine(settings: Settings) -> Iterator[tuple[str, str]]:
    """Everything that `kitchen doctor` prints, in order; the speed comes last because it takes some seconds.

    The model is fetched if it must be; when that fails, its error is raised after everything else has been said.
    """
    yield from findings(settings)
    adapter = modelfiles.adapter(settings)
    yield "adapter", _described(adapter) if adapter else "none: the untuned model, with an example in its prompt"
    try:
        with progress_bar() as report:
            model = modelfiles.served_model(settings, report)
    except ModelError:
        yield "model", f"missing: {CATALOG[settings.tier].served_name}"
        raise
    yield "model", _described(model)
    began = time.perf_counter()
    measured = speed(settings, model, adapter)
    yield "reads", f"{measured.prompt:.0f} prompt tokens a second"
    yield "writes", f"{measured.free:.1f} tokens a second"
    yield "with grammar", f"{measured.grammar:.1f} tokens a second ({measured.grammar_cost:+.0%} of the time)"
    yield "tested in", f"{time.perf_counter() - began:.1f} s"
