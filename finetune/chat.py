"""What the training files hold; importing it loads no torch."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ChatMessage(BaseModel):
    """One message of a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    content: str


class ChatExample(BaseModel):
    """One line of a training file: the prompt as chat messages, and the answer to learn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    answer: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0)
