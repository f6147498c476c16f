"""A task graph as somebody wrote it, before anybody checked it against its recipe."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from kitchen_agent.taskgraph import Course, Serve, Task, TaskGraph


class Draft(BaseModel):
    """Tasks that are valid one by one, but may not form a graph or fit their recipe yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    servings: int = Field(ge=1)
    course: Course
    serve: Serve
    tasks: tuple[Task, ...]

    def graph(self) -> TaskGraph:
        """The draft as a task graph; the dish holds as long as its last task.

        Raises pydantic.ValidationError when the tasks are not a graph.
        """
        hold = self.tasks[-1].hold if self.tasks else 0
        return TaskGraph(hold=hold, **self.model_dump())

    @classmethod
    def of(cls, graph: TaskGraph) -> Draft:
        """The draft of a finished graph."""
        return cls.model_validate(graph.model_dump(exclude={"hold"}))
