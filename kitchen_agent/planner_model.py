"""The model that plans, loaded when the first question comes: a dinner whose dishes are all known needs no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kitchen_agent import modelfiles
from kitchen_agent.answers import Author
from kitchen_agent.errors import SettingsError
from kitchen_agent.manifests import sha256_of
from kitchen_agent.modelsources import Report
from kitchen_agent.paths import is_file
from kitchen_agent.planner import Question
from kitchen_agent.prompt import DECODING_VERSION, PROMPT_VERSION, Style
from kitchen_agent.settings import Settings

if TYPE_CHECKING:
    from kitchen_agent.language_model import Completion, LanguageModel


@dataclass(frozen=True)
class ModelChoice:
    """A model file and perhaps an adapter, with the SHA-256 of each ("" without adapter).

    `merged` says that the model file itself was trained on the recipes.
    """

    model_path: Path
    model_sha256: str
    adapter_path: Path | None = None
    adapter_sha256: str = ""
    threads: int | None = None
    context: int = 4096
    merged: bool = False

    @property
    def style(self) -> Style:
        """How to ask: only a trained model knows the format without an example."""
        return "short" if self.adapter_path or self.merged else "example"

    @property
    def author(self) -> Author:
        """Who writes, for the store of answers."""
        return Author(self.model_sha256, self.adapter_sha256, self.style)

    @property
    def versions(self) -> dict[str, str]:
        """What makes the answers what they are, for the record in a plan."""
        adapter = f"{self.adapter_path.name} {self.adapter_sha256[:12]}" if self.adapter_path else "none"
        return {
            "model": f"{self.model_path.name} {self.model_sha256[:12]}",
            "adapter": adapter,
            "prompt": PROMPT_VERSION,
            "decoding": DECODING_VERSION,
        }

    def without_adapter(self) -> ModelChoice:
        """The same model, untuned."""
        return replace(self, adapter_path=None, adapter_sha256="")


def chosen_model(
    settings: Settings, model: Path | None = None, adapter: Path | None = None, report: Report = modelfiles.quiet
) -> ModelChoice:
    """The model and adapter of the settings, or the given files in their place; fetched first if it must be.

    With a `model` of one's own the adapter that ships does not fit: only a given one is used.
    """
    if adapter is not None:
        settings = settings.model_copy(update={"adapter": adapter if str(adapter) != "none" else "none"})
    tuned = modelfiles.adapter(settings) if model is None or adapter is not None else None
    if model is None:
        served = modelfiles.served_model(settings, report)
    else:
        served = modelfiles.ModelFile(model, sha256_of(_existing(model)))
    return ModelChoice(
        model_path=served.path,
        model_sha256=served.sha256,
        adapter_path=tuned.path if tuned else None,
        adapter_sha256=tuned.sha256 if tuned else "",
        threads=settings.threads,
        context=settings.context,
        merged=model is not None and modelfiles.is_merged(model),
    )


def _existing(path: Path) -> Path:
    if not is_file(path):
        raise SettingsError("--model", str(path), "there is no such file")
    return path


def model_of_events(settings: Settings, report: Report = modelfiles.quiet) -> ModelChoice:
    """The model and adapter that turn sentences into events; fetched first if it must be."""
    settings = modelfiles.events_settings(settings)
    served, tuned = modelfiles.served_model(settings, report), modelfiles.adapter(settings, "events")
    return ModelChoice(
        model_path=served.path,
        model_sha256=served.sha256,
        adapter_path=tuned.path if tuned else None,
        adapter_sha256=tuned.sha256 if tuned else "",
        threads=settings.threads,
        context=settings.context,
    )


@contextmanager
def reader_of_events(settings: Settings) -> Iterator[Callable[[], PlannerModel]]:
    """Gives the model that turns sentences into events, loaded when it is asked for first, until the block ends."""
    lock = threading.Lock()
    with ExitStack() as stack:

        @cache
        def opened() -> PlannerModel:
            return stack.enter_context(PlannerModel(model_of_events(settings)))

        def reader() -> PlannerModel:
            with lock:
                model = opened()
            model.load()
            return model

        yield reader


class PlannerModel:
    """Answers questions with the chosen model. Thread-safe; a context manager that frees the model at its end."""

    def __init__(self, choice: ModelChoice) -> None:
        self.choice = choice
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._model: LanguageModel | None = None

    @property
    def style(self) -> Style:
        """The style in which questions to this model are put."""
        return self.choice.style

    @property
    def author(self) -> Author:
        """Who answers."""
        return self.choice.author

    def ask(self, question: Question, on_token: Callable[[str], None] | None = None) -> Completion:
        """The model's answer; `on_token` hears each piece of it. Raises ContextOverflowError and the loading errors."""
        return self._opened().complete(
            question.messages,
            grammar=question.grammar,
            max_tokens=question.max_tokens,
            on_token=on_token,
            begun=question.begun,
            estimate=question.estimate,
        )

    def load(self) -> None:
        """Load the model now rather than with the first question."""
        self._opened()

    def _opened(self) -> LanguageModel:
        from kitchen_agent.language_model import LanguageModel

        with self._lock:
            if self._model is None:
                self._model = self._stack.enter_context(
                    LanguageModel.open(
                        self.choice.model_path,
                        self.choice.adapter_path,
                        threads=self.choice.threads,
                        context=self.choice.context,
                    )
                )
            return self._model

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
