"""The spans of a Task, from its slot to the event that tells of it; see conselho.tracing.

Made when a step is over. Without a tracer nothing is made at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from conselho.clock import Clock
from conselho.errors import RunError
from conselho.models.event import Announce, Event, EventType
from conselho.models.ids import TaskId
from conselho.models.task import Status, Task, Trigger
from conselho.store import Loss, Store, Submission, Submitted
from conselho.tracing import NoTracer, Span, Tracer, attempt_id, new_span_id, root_id

Attributes = dict[str, str | int | float | bool]

# Of the events of one change, the one that has it all.
_WHOLE: Final = (EventType.EXECUTION, EventType.SKIPPED)


@dataclass(slots=True)
class Step:
    """A step on its way. `traceparent` is for who continues it; `failed` says why it did."""

    traceparent: str | None = None
    attributes: Attributes = field(default_factory=dict)
    failed: str | None = None


class RunTraces:
    """Tells a tracer of Tasks that are submitted, lost, run and announced."""

    def __init__(self, clock: Clock, tracer: Tracer | None = None) -> None:
        self._clock = clock
        self._tracer = tracer or NoTracer()

    def watching(self, store: Store) -> Store:
        """The same store; Tasks that are submitted through it begin their traces here."""
        return cast(Store, _Watched(store, self)) if self._tracer.is_on else store

    async def submit(
        self, store: Store, tasks: Sequence[Task], announce: Announce
    ) -> list[Submission]:
        began_at = self._clock.now()
        answers = await store.submit(tasks, announce=announce)
        stored_at = self._clock.now()
        for task, answer in zip(tasks, answers, strict=True):
            # What is final when it is stored ran elsewhere.
            if answer.result is Submitted.CREATED and task.status is Status.PENDING:
                self._root(task, stored_at)
                self._record("submit", task, root_id(task.task_id), began_at, stored_at)
        return answers

    async def record_lost(
        self, store: Store, losses: Sequence[Loss], now: datetime, announce: Announce
    ) -> list[Task]:
        rows = await store.record_lost(losses, now=now, announce=announce)
        made = {loss.row.task_id for loss in losses}
        for row in rows:
            # A row that only grew was traced when it was made.
            if row.task_id in made:
                self._root(row, self._clock.now())
        return rows

    def _root(self, task: Task, stored_at: datetime) -> None:
        # A slot that is caught up lies hours before its Task: that is no work of anybody.
        in_time = task.due_at is not None and task.trigger is Trigger.SCHEDULE
        began_at = task.due_at if in_time and task.status is Status.PENDING else task.created_at
        self._tracer.record(
            Span(
                name="request" if task.due_at is None else "slot",
                task_id=task.task_id,
                span_id=root_id(task.task_id),
                parent_id=None,
                began_at=began_at or task.created_at,
                ended_at=stored_at,
                attributes=attributes_of(task),
            )
        )

    def attempt(self, task: Task) -> AttemptTrace:
        """The trace of one attempt at a claimed Task, which begins now."""
        return AttemptTrace(self, task)

    def published(self, events: Iterable[Event]) -> None:
        """The stream of this server has these events now."""
        if not self._tracer.is_on:
            return
        heard_at = self._clock.now()
        for event in events:
            if "execution_id" in event.data and _is_whole(event):
                self._event(event, heard_at)

    def _event(self, event: Event, heard_at: datetime) -> None:
        task_id = TaskId(event.data["execution_id"])
        row = event.data.get("execution", event.data)
        attempt = row.get("attempt") or 0
        told = {
            "task_id": task_id,
            "agent_id": event.agent_id,
            "event_type": event.type,
            "seq": event.seq,
            "attempt": attempt,
            "trigger": row.get("trigger"),
            "status": row.get("status"),
            "severity": row.get("severity"),
            "error_kind": row.get("error_kind"),
        }
        self._tracer.record(
            Span(
                name="event",
                task_id=task_id,
                parent_id=attempt_id(task_id, attempt) if attempt else root_id(task_id),
                began_at=event.created_at,
                ended_at=heard_at,
                attributes=_named(told),
            )
        )

    def _record(
        self, name: str, task: Task, parent_id: str, began_at: datetime, ended_at: datetime
    ) -> None:
        self._tracer.record(
            Span(
                name=name,
                task_id=task.task_id,
                parent_id=parent_id,
                began_at=began_at,
                ended_at=ended_at,
                attributes=attributes_of(task),
            )
        )


class AttemptTrace:
    """One attempt: `step` around each of its steps, then `close`."""

    def __init__(self, traces: RunTraces, task: Task) -> None:
        self._tracer = traces._tracer
        self._clock = traces._clock
        self._task = task
        self._id = attempt_id(task.task_id, task.attempt)
        if self._tracer.is_on:
            self._claimed(traces)

    def _claimed(self, traces: RunTraces) -> None:
        task = self._task
        claimed_at = task.started_at or self._clock.now()
        traces._record("claim", task, self._id, claimed_at, self._clock.now())

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A step of the attempt, over when the block is left; it failed when that raises."""
        if not self._tracer.is_on:
            yield Step()
            return
        span_id, began_at = new_span_id(), self._clock.now()
        step = Step(traceparent=self._tracer.traceparent(self._task.task_id, span_id))
        try:
            yield step
        except RunError as error:
            step.failed = error.kind
            raise
        except BaseException as error:
            step.failed = type(error).__name__
            raise
        finally:
            self._tracer.record(
                Span(
                    name=name,
                    task_id=self._task.task_id,
                    span_id=span_id,
                    parent_id=self._id,
                    began_at=began_at,
                    ended_at=self._clock.now(),
                    attributes=attributes_of(self._task) | step.attributes,
                    failed=step.failed,
                )
            )

    def close(self, recorded: Task | None) -> None:
        """The attempt is over. `recorded` is the Task as it was written; None: it is another's.

        One that was handed back did not count: the next has its number, and so its span.
        """
        task, now = self._task, self._clock.now()
        handed_back = recorded is not None and recorded.attempt < task.attempt
        if handed_back or not self._tracer.is_on:
            return
        failed: str | None = "lease_lost"
        if recorded is not None:
            failed = None if recorded.status is Status.COMPLETED else recorded.error_kind
        self._tracer.record(
            Span(
                name="attempt",
                task_id=task.task_id,
                span_id=self._id,
                parent_id=root_id(task.task_id),
                began_at=task.started_at or now,
                ended_at=now,
                attributes=attributes_of(recorded or task),
                failed=failed,
            )
        )


class _Watched:
    """A store whose submissions are traced; everything else is passed on."""

    def __init__(self, store: Store, traces: RunTraces) -> None:
        self._store = store
        self._traces = traces

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def submit(self, tasks: Sequence[Task], *, announce: Announce) -> list[Submission]:
        return await self._traces.submit(self._store, tasks, announce)

    async def record_lost(
        self, losses: Sequence[Loss], *, now: datetime, announce: Announce
    ) -> list[Task]:
        return await self._traces.record_lost(self._store, losses, now, announce)


def attributes_of(task: Task) -> Attributes:
    """What every span tells of its Task: ids and words of ours, nothing that anybody wrote."""
    return _named(
        {
            "task_id": task.task_id,
            "agent_id": task.agent_id,
            "provider": task.snapshot.provider,
            "trigger": task.trigger.value,
            "attempt": task.attempt,
            "status": task.status.value,
            "severity": task.severity.value if task.severity else None,
            "error_kind": task.error_kind,
            "skip_reason": task.skip_reason,
        }
    )


def _named(told: dict[str, Any]) -> Attributes:
    return {f"conselho.{name}": value for name, value in told.items() if value is not None}


def _is_whole(event: Event) -> bool:
    return event.type in _WHOLE or not event.data.get("is_councilor_execution", True)
