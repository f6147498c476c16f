"""Reads a dinner request or a kitchen profile from YAML (or JSON, which is YAML) and says what is wrong, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kitchen_agent.errors import RequestError
from kitchen_agent.kitchen import Kitchen
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.paths import is_file
from kitchen_agent.plain_words import plainly

BYTES_MAX: Final = 1_000_000
COMMAND_LINE: Final = "command line"
ModelType = TypeVar("ModelType", bound=BaseModel)


class _PlainLoader(yaml.SafeLoader):
    """YAML whose times stay text: YAML 1.1 would read an unquoted 19:30 as the number 1170."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in ("bool", "null", "merge")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9]\d*)$"), list("-+0123456789"))
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?\d*\.\d+$"), list("-+.0123456789"))


def requested(asked: Mapping[str, Any], menu_file: Path | None, now: datetime) -> DinnerRequest:
    """The dinner of the fields `asked` on the command line, of a menu file, or of both. Raises RequestError."""
    if menu_file is None:
        return read_request(asked, source=COMMAND_LINE, now=now)
    return load_request(menu_file, asked=asked, now=now)


def load_request(path: Path, *, asked: Mapping[str, Any] | None = None, now: datetime | None = None) -> DinnerRequest:
    """The dinner in the YAML or JSON file at `path`; paths in it are relative to its folder.

    Fields that are `asked` for besides go before those of the file. `kitchen` may be the path of a profile file. `now`
    stands in for the clock. Raises RequestError.
    """
    data, lines = _read(path, "menu file")
    if asked:
        data.update(asked)
        lines = {place: line for place, line in lines.items() if not place or place[0] not in asked}
    kitchen = data.get("kitchen")
    if isinstance(kitchen, str):
        profile = path.parent / kitchen
        if not is_file(profile):
            where = _where(lines, ("kitchen",))
            raise RequestError(str(path), [f"kitchen: no file {kitchen!r} beside this one; correct the path{where}"])
        data["kitchen"] = load_kitchen(profile)
    faults = []
    for number, dish in enumerate(data["dishes"] if isinstance(data.get("dishes"), list) else []):
        if isinstance(dish, dict) and isinstance(dish.get("recipe"), str):
            dish["recipe"] = path.parent / dish["recipe"]
            if not is_file(dish["recipe"]):
                where = _where(lines, ("dishes", number, "recipe"))
                faults.append(f"dishes.{number + 1}.recipe: no file {dish['recipe']}; correct the path{where}")
    if faults:
        raise RequestError(str(path), faults)
    source = f"{path} with the {COMMAND_LINE}" if asked else str(path)
    return _validated(DinnerRequest, data, source, lines, now)


def load_kitchen(path: Path) -> Kitchen:
    """The kitchen profile in the YAML or JSON file at `path`. Raises RequestError."""
    data, lines = _read(path, "kitchen profile")
    return _validated(Kitchen, data, str(path), lines, None)


def read_request(data: Mapping[str, Any], *, source: str, now: datetime | None = None) -> DinnerRequest:
    """The dinner in `data`, for example from command line flags; `source` names its origin in errors.

    Raises RequestError.
    """
    return _validated(DinnerRequest, data, source, {}, now)


def _read(path: Path, kind: str) -> tuple[dict[str, Any], dict[tuple[int | str, ...], int]]:
    """The mapping in the file and the line (from 1) of each of its values; `kind` is what the file should be."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise RequestError(str(path), [f"the file is larger than {BYTES_MAX} bytes; this is no {kind}"])
        loader = _PlainLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except OSError as error:
        raise RequestError(str(path), [f"cannot be read: {error.strerror}; give the path of a {kind}"]) from error
    except UnicodeDecodeError as error:
        raise RequestError(str(path), [f"byte {error.start} is not UTF-8; save the file as UTF-8"]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise RequestError(str(path), [f"{problem}; check indentation and quotes{where}"]) from error
    if not isinstance(data, dict):
        examples = "guests, serve_at and dishes" if kind == "menu file" else "burners, ovens and vessels"
        raise RequestError(str(path), [f"the file must hold fields such as {examples}"])
    lines: dict[tuple[int | str, ...], int] = {}
    faults = list(_index(node, (), lines))
    if faults:
        raise RequestError(str(path), faults)
    return data, lines


def _index(node: Any, place: tuple[int | str, ...], lines: dict[tuple[int | str, ...], int]) -> list[str]:
    """Fills `lines` with the line of each node below `node`; one sentence for each key that is written twice."""
    lines[place] = node.start_mark.line + 1
    faults: list[str] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            inner = (*place, str(key.value))
            if key.value in seen:
                faults.append(f"{_path(inner)}: is given twice; keep one (line {key.start_mark.line + 1})")
            seen.add(key.value)
            faults += _index(value, inner, lines)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            faults += _index(value, (*place, number), lines)
    return faults


def _validated(
    model: type[ModelType],
    data: Mapping[str, Any],
    source: str,
    lines: Mapping[tuple[int | str, ...], int],
    now: datetime | None,
) -> ModelType:
    try:
        return model.model_validate(data, context={"now": now})
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = [
            _sentence(model, fault["loc"], fault["type"], fault["msg"], fault["input"]) + _where(lines, fault["loc"])
            for fault in found
            if not any(_is_below(other["loc"], fault["loc"]) for other in found)
        ]
        raise RequestError(source, faults) from error


def _is_below(place: tuple[int | str, ...], above: tuple[int | str, ...]) -> bool:
    """Whether `place` is a part of `above`: a fault there makes a list that loses its item too short as well."""
    return len(place) > len(above) and place[: len(above)] == above


def _sentence(model: type[BaseModel], place: tuple[int | str, ...], kind: str, message: str, value: object) -> str:
    """Field, value and fix of one of pydantic's faults."""
    field = _path(place) or "request"
    if kind == "missing":
        return f"{field}: is missing; add it"
    if kind == "extra_forbidden":
        known = f"; known fields are {', '.join(model.model_fields)}" if len(place) == 1 else "; remove or correct it"
        return f"{field}: is not a field here{known}"
    if value is None:
        return f"{field}: is empty; give it a value or leave it out"
    message = plainly(message)
    if isinstance(value, str | int | float) and repr(value) not in message:
        return f"{field}: {value!r}: {message}"
    return f"{field}: {message}"


def _path(place: tuple[int | str, ...]) -> str:
    """`dishes.2.name`: list positions count from 1, as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _where(lines: Mapping[tuple[int | str, ...], int], place: tuple[int | str, ...]) -> str:
    """` (line 7)` for the innermost part of `place` that the file has."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return f" (line {lines[place[:length]]})"
    return ""
