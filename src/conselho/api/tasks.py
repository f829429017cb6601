"""Executions: lists, one of them, its live log, cancelling it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, Context, InContext
from conselho.api.cursors import cursor_of, place_of
from conselho.errors import Invalid, NotFound
from conselho.models.ids import AgentId, TaskId
from conselho.models.rows import light_row, task_row, whole_row
from conselho.models.task import FINAL, PastAttempt, Status, Task, Trigger, utc_text
from conselho.models.verdict import Severity
from conselho.services.log_source import LogSource, StoredLog, log_source
from conselho.store import TaskFilter, TaskPage

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
# A page of 500 stays below 10 MB; the whole result is at /api/tasks/{task_id}.
RESULT_IN_LIST = 16_384


class Order(StrEnum):
    """By created_at."""

    NEWEST = "-created_at"
    OLDEST = "created_at"


LogOffset = Annotated[int, Query(ge=0, le=1 << 40)]
LogTail = Annotated[int | None, Query(ge=1, le=1 << 30)]


@router.get("")
async def list_tasks(
    context: InContext,
    limit: Limit = 50,
    offset: Offset = 0,
    status: Annotated[list[Status] | None, Query()] = None,
    agent_id: str | None = None,
    severity: Severity | None = None,
    trigger: Annotated[list[Trigger] | None, Query()] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    sort: Order = Order.NEWEST,
    results: bool = True,
) -> dict[str, Any]:
    """Executions and lost slots, newest first; all filters can be combined.

    `since` (inclusive) and `until` (exclusive) bound their created_at. `q` is looked for, without
    regard to case, in the names of the councilor and its task, the verdict, error and result.
    `next_cursor` as `cursor` brings the next page, and rows that arrive meanwhile move nothing; it
    is null at the end. With `q` each page looks through 5,000 rows at most: it may be empty and
    have a next page still, and `total` tells what was found in these rows. `sort=created_at` turns
    the order around, for pages by `offset`. `results=false` leaves every `result` null: a list
    that only shows verdicts is light then.
    """
    if sort is Order.OLDEST and (cursor or q):
        raise Invalid("sort", "cannot be turned around together with cursor or q")
    last_event_id = await context.last_event_id()
    where = TaskFilter(
        agent_id=AgentId(agent_id) if agent_id else None,
        statuses=frozenset(status or ()),
        severity=severity,
        triggers=frozenset(trigger or ()),
        since=since,
        until=until,
        text=(q or "").strip() or None,
        older_than=place_of(cursor) if cursor else None,
    )
    page = await _page(context, where, limit, offset, sort, texts=results)
    return {
        "success": True,
        "count": len(page.tasks),
        "total": page.total,
        "tasks": [light_row(task, result_characters=RESULT_IN_LIST) for task in page.tasks],
        "next_cursor": cursor_of(page.next_older_than),
        "last_event_id": last_event_id,
    }


@router.get("/processing")
async def processing(
    context: InContext, limit: Limit = 100, offset: Offset = 0, sort: Order = Order.NEWEST
) -> dict[str, Any]:
    """The executions that are on their way now."""
    where = TaskFilter(statuses=frozenset({Status.PROCESSING}))
    page = await _page(context, where, limit, offset, sort)
    rows = [light_row(task, result_characters=RESULT_IN_LIST) for task in page.tasks]
    return {"success": True, "count": len(rows), "total": page.total, "tasks": rows}


async def _page(
    context: Context,
    where: TaskFilter,
    limit: int,
    offset: int,
    sort: Order,
    *,
    texts: bool = True,
) -> TaskPage:
    if sort is Order.NEWEST:
        return await context.store.tasks(where, limit=limit, offset=offset, texts=texts)
    # The store reads from the newest: the oldest are the end of that list.
    total = (await context.store.tasks(where, limit=0)).total
    end = max(total - offset, 0)
    first = max(end - limit, 0)
    page = await context.store.tasks(where, limit=end - first, offset=first, texts=texts)
    return TaskPage(tasks=page.tasks[::-1], total=total)


@router.get("/{task_id}")
async def one_task(context: InContext, task_id: str) -> dict[str, Any]:
    """One execution, with its prompt and everything that is known of it.

    `sent_prompt` is the whole prompt as the agent got it, secrets redacted; null before its end,
    and for a program, which got `prompt`. `attempts` are those that another one followed.
    """
    task = await context.store.task(TaskId(task_id))
    past = await context.store.past_attempts(task.task_id) if task.attempt else []
    return whole_row(task) | {"attempts": [_attempt(one) for one in past]}


def _attempt(past: PastAttempt) -> dict[str, Any]:
    return {
        "attempt": past.attempt,
        "started_at": utc_text(past.started_at),
        "ended_at": utc_text(past.ended_at),
        "error_kind": past.error_kind,
        "error_cause": past.error_cause,
        "error": past.error,
    }


@router.post("/{task_id}/cancel")
async def cancel(context: InContext, actor: Actor, task_id: str) -> dict[str, Any]:
    """Cancel an execution. One on its way has a few seconds to end; 409 when it ended otherwise."""
    was = await context.store.task(TaskId(task_id))
    task = await context.executions.cancel(was.task_id)
    # Asking again for what is on its way changes nothing.
    act = Act(action="cancel", target=task_id, before=_ending(was), after=_ending(task))
    await audited(context, actor, act)
    if task.status not in FINAL:
        task = await context.executions.wait(task.task_id, seconds=CANCEL_WAIT_SECONDS)
    done = task.status is Status.CANCELLED
    message = "The execution is cancelled." if done else "The execution was asked to stop."
    return {"success": True, "message": message, "task": task_row(task)}


def _ending(task: Task) -> dict[str, Any]:
    return {
        "agent_id": task.agent_id,
        "status": task.status,
        "cancel_requested": task.cancel_requested,
    }


# TERM, three seconds of grace, KILL: by then it is over.
CANCEL_WAIT_SECONDS = 5.0


@router.get("/{task_id}/log", response_class=PlainTextResponse)
async def task_log(
    context: InContext,
    task_id: str,
    follow: bool = False,
    offset: LogOffset = 0,
    tail: LogTail = None,
) -> Response:
    """What the child printed from byte `offset` on; `follow=1` goes on to its end.

    With `tail` the answer begins at most so many bytes before the end of what there is, at the
    beginning of a line. The header `X-Log-Offset` says at which byte an answer begins.
    """
    task = await context.store.task(TaskId(task_id))
    source = log_source(context.store, context.system.logs, task, offset=offset)
    if tail is not None:
        await source.to_tail(tail)
    following = follow and task.status not in FINAL
    return StreamingResponse(
        _followed(context, task, source) if following else _whole(source),
        media_type="text/plain; charset=utf-8",
        headers={"X-Log-Offset": str(source.offset)},
    )


async def _whole(source: LogSource) -> AsyncIterator[bytes]:
    while piece := await source.read():
        yield piece


async def _followed(context: Context, task: Task, source: LogSource) -> AsyncIterator[bytes]:
    while True:
        try:
            task = await context.store.task(task.task_id)
            ended = task.status in FINAL
        except NotFound:
            ended = True
        # Looked up again: the next attempt may be another machine's.
        source = log_source(context.store, context.system.logs, task, offset=source.offset)
        # Read after the look: what was printed before the end is all there.
        async for piece in _whole(source):
            yield piece
        if ended or context.executions.stopping:
            return
        seconds = FOLLOW_STORED_SECONDS if isinstance(source, StoredLog) else FOLLOW_SECONDS
        await context.executions.wait(task.task_id, seconds=seconds)


FOLLOW_SECONDS = 0.3
# The store gets a second's worth at a time.
FOLLOW_STORED_SECONDS = 0.7
