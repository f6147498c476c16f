"""Pydantic's words for hosts."""

from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from kitchen_agent.plain_words import plainly


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (int, "x", "must be a whole number"),
        (float, "x", "must be a number"),
        (tuple[str, ...], "milk", "must be a list"),
        (dict[str, str], "milk", "must hold fields and their values"),
        (str, 5, "must be text; put it in quotes"),
        (Annotated[tuple[str, ...], Field(min_length=1)], (), "is empty; name at least one"),
        (Annotated[tuple[str, ...], Field(max_length=1)], ("a", "b"), "has too many entries; at most 1 are possible"),
        (Annotated[str, Field(min_length=1)], "", "is empty"),
        (Annotated[int, Field(le=320)], 900, "must be less than or equal to 320"),
    ],
)
def test_faults_are_said_plainly(kind: Any, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    assert plainly(caught.value.errors()[0]["msg"]) == said
    assert plainly(said) == said
