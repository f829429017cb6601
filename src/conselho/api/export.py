"""Executions and councilors as files."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from conselho.api.context import InContext, PathAgent
from conselho.errors import Invalid, NotFound
from conselho.models.ids import AgentId
from conselho.models.task import Status, Trigger
from conselho.models.verdict import Severity
from conselho.services.agent_file import agent_file_name, agent_file_text
from conselho.services.export import Format, Part, export
from conselho.store import TaskFilter

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/export", tags=["tasks"])
# Mounted under both prefixes.
seat = APIRouter()

# Who does not take a piece within that time is cut off.
STALLED_SECONDS: Final = 60.0
_MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.JSONL: "application/x-ndjson",
}


class Download(StreamingResponse):
    """A stream whose reader must go on reading."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_stalled = False

        async def bounded(message: Message) -> None:
            nonlocal is_stalled
            try:
                async with asyncio.timeout(STALLED_SECONDS):
                    await send(message)
            except TimeoutError:
                is_stalled = True
                raise

        try:
            await super().__call__(scope, receive, bounded)
        except (TimeoutError, ClientDisconnect):
            if not is_stalled:
                raise
            log.info("export.stalled", seconds=STALLED_SECONDS)
            # To close politely would wait for who does not read.
            if abort := scope.get("conselho.abort"):
                abort()


class MarkdownFile(Response):
    media_type = "text/markdown"


@router.get("/tasks", response_class=StreamingResponse)
async def export_tasks(
    context: InContext,
    form: Annotated[Format, Query(alias="format")] = Format.CSV,
    include: Annotated[str, Query(max_length=40)] = "",
    status: Annotated[list[Status] | None, Query()] = None,
    agent_id: Annotated[str | None, Query(max_length=128)] = None,
    severity: Severity | None = None,
    trigger: Annotated[list[Trigger] | None, Query()] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> StreamingResponse:
    """Executions and lost slots as one file, newest first, with the filters of `/api/tasks`.

    `include` names, with a comma between, the long texts that are wanted: `result`, `prompt`.
    """
    where = TaskFilter(
        agent_id=AgentId(agent_id) if agent_id else None,
        statuses=frozenset(status or ()),
        severity=severity,
        triggers=frozenset(trigger or ()),
        since=since,
        until=until,
    )
    pieces = export(context.store, where, form=form, parts=_parts(include))
    return Download(
        pieces,
        media_type=_MEDIA_TYPES[form],
        headers={"content-disposition": f'attachment; filename="tasks.{form}"'},
    )


def _parts(include: str) -> frozenset[Part]:
    """Raises Invalid for a word that is no Part."""
    words = {word.strip() for word in include.split(",") if word.strip()}
    unknown = sorted(words - set(Part))
    if unknown:
        raise Invalid("include", f"there is no {unknown[0]!r}; known: {', '.join(Part)}")
    return frozenset(map(Part, words))


@seat.get("/{agent_id}/council-file", response_class=MarkdownFile)
async def council_file(context: InContext, agent_id: PathAgent) -> Response:
    """The councilor as its council file (docs/council-files.md), to be kept beside the code."""
    agent = await context.store.agent(agent_id)
    if not agent.is_councilor:
        raise NotFound("councilor", agent_id)
    name = agent_file_name(agent)
    return MarkdownFile(
        agent_file_text(agent),
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
