"""What older clients call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from conselho.api.schemas.base import Moment, Shape, about
from conselho.api.schemas.executions import Execution
from conselho.models.task import Status
from conselho.models.verdict import Severity


class AgentMetrics(Shape):
    """The five figures that older dashboards keep for each agent."""

    totalExecutions: int = about("How many runs ended by themselves.", 12)  # noqa: N815
    totalExecutionTime: int = about("How long they took together, in milliseconds.", 150000)  # noqa: N815
    averageExecutionTime: int = about("How long one took, in milliseconds; 0 without any.", 12500)  # noqa: N815
    lastExecutionTime: Moment | None = about("When the newest was made.")  # noqa: N815
    isCurrentlyExecuting: bool = about("Whether one is at work now.", False)  # noqa: N815


MetricsByAgent = Annotated[dict[str, AgentMetrics], Field(description="By agent_id.")]


class InstanceDefinition(Shape):
    """How an instance appears."""

    title: str = about("Its name for people.", "Ana")
    description: str | None = about("What it is for.", None)
    unicode: str = about("Its emoji.", "🦉")


class Position(Shape):
    """Where an instance stands on a map."""

    x: float = about("Pixels from the left.", 120)
    y: float = about("Pixels from the top.", 120)


class InstanceStatistics(Shape):
    """What an instance did."""

    task_count: int = about("How many runs ended by themselves.", 12)
    total_execution_time: float = about("How long they took together, in milliseconds.", 150000)
    average_execution_time: float = about("How long one took, in milliseconds.", 12500)
    last_task_duration: float | None = about("How long the newest took, in milliseconds.", 11000)
    last_task_completed_at: Moment | None = about("When the newest ended.")
    success_count: int = about("How many of them went well.", 11)
    error_count: int = about("How many did not.", 1)
    last_exit_code: int | None = about("The exit code of the newest.", 0)
    success_rate: float = about("Percent, 0 to 100.", 91.7)


class Instance(Shape):
    """The instance of a councilor."""

    id: str = about("The same as `instance_id`.", "councilor_ana", alias="_id")
    instance_id: str = about("The id.", "councilor_ana")
    agent_id: str = about("The councilor.", "ana")
    screenplay_id: None = about("Always null.", None)
    emoji: str = about("Its emoji.", "🦉")
    definition: InstanceDefinition = about("How it appears.")
    position: Position = about("Where it stands.")
    status: Literal["pending", "queued", "running", "completed", "error"] = about(
        "What its newest run does.", "completed"
    )
    cwd: str | None = about("Where it works.", None)
    config: dict[str, str] = about("Always empty.", {})
    statistics: InstanceStatistics = about("What it did.")
    created_at: Moment = about("When its agent was made.")
    updated_at: Moment = about("When its agent was changed, or its newest run ended.")
    last_execution: Moment | None = about("When its newest run was made.")


class Instances(Shape):
    """A page of instances."""

    success: bool = about("Always true.", True)
    count: int = about("How many are on this page.", 1)
    total: int = about("How many there are.", 1)
    instances: list[Instance] = about("In the order asked for.")


class OneInstance(Shape):
    """One instance."""

    success: bool = about("Always true.", True)
    instance: Instance = about("The instance.")


class CountedExecution(Shape):
    """The statistics of an instance, as they are."""

    success: bool = about("Always true.", True)
    message: str = about("A sentence for people.", "Nothing was added.")
    instance_id: str = about("The instance.", "councilor_ana")
    statistics: InstanceStatistics = about("What it did.")


class InstanceContext(Shape):
    """Who an instance is and what it is to do."""

    success: bool = about("Always true.", True)
    persona: str | None = about("What it is told before every task.", None)
    operating_procedure: str = about("The prompt of its task.", "Read the project and report.")
    history: list[Execution] = about("Its newest executions, the oldest first.")
    cwd: str | None = about("Where it works.", None)


class ExecuteAnswer(Shape):
    """What an agent said to a prompt."""

    success: bool = about("Whether it ended well.", True)
    status: Literal["success", "error"] = about("The same, in a word.", "success")
    result: str = about("What the agent said, or why it said nothing.", "All is well.")
    execution_id: str = about("The run.", "0199f3c2a7b04d0e8c51")
    agent_id: str = about("The agent.", "ana")
    severity: Severity | None = about("What came out.", "success")
    duration_ms: int | None = about("How long it took, in milliseconds.", 12500)
    error: str | None = about("What went wrong, in a sentence.", None)
    instance_id: str = about("The instance that was named, or a new name.", "instance-1f2e")
    context_mode: str = about("As it was sent.", "stateless")
    coalesced: bool = about("Whether this is the result of a run that was there already.", False)
    warnings: list[str] = about("What of the request had no effect, in sentences.", [])


class EndedData(Shape):
    """The execution that ended."""

    execution_id: str = about("The execution.", "0199f3c2a7b04d0e8c51")
    agent_id: str = about("The agent.", "ana")
    agent_name: str = about("Its name for people.", "Ana")
    agent_emoji: str = about("Its emoji.", "🦉")
    status: Status = about("How it ended.", "completed")
    severity: Severity | None = about("What came out.", "success")
    summary: str = about("The first 200 characters of what it said.", "All is well.")
    duration_ms: int | None = about("How long it took, in milliseconds.", 12500)
    completed_at: Moment | None = about("When it ended.")
    is_councilor: bool = about("Whether it is a run of the council.", True)
    level: Literal["debug", "result"] = about("How much it matters.", "result")


class EndedEvent(Shape):
    """An execution that ended, as an event."""

    type: Literal["agent_execution_completed", "agent_execution_error"] = about(
        "How it ended.", "agent_execution_completed"
    )
    timestamp: int = about("When, in milliseconds since 1970.", 1796076000000)
    data: EndedData = about("The execution.")


class EndedEvents(Shape):
    """What ended last."""

    success: bool = about("Always true.", True)
    count: int = about("How many there are.", 1)
    events: list[EndedEvent] = about("The newest first.")


class TaskDetails(Shape):
    """One execution, in the fields of older clients."""

    task_id: str = about("The id.", "0199f3c2a7b04d0e8c51")
    agent_id: str = about("The agent.", "ana")
    agent_name: str = about("Its name for people.", "Ana")
    agent_emoji: str = about("Its emoji.", "🦉")
    prompt: str | None = about("The prompt.", "Read the project and report.")
    result: str | None = about("What the agent said.", "All is well.")
    status: Status = about("Where it stands.", "completed")
    severity: Severity = about("What came out; `info` while it has not ended.", "success")
    created_at: Moment = about("When it was made.")
    completed_at: Moment | None = about("When it ended.")
    duration: float | None = about("How long it took, in seconds.", 12.5)
    error: str | None = about("What went wrong, in a sentence.", None)
    is_councilor: bool = about("Whether it is a run of the council.", True)


class OneTaskDetails(Shape):
    """One execution."""

    success: bool = about("Always true.", True)
    task: TaskDetails = about("The execution.")
