"""Whether the server is ready to do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from conselho.api.context import Context, InContext
from conselho.errors import Unavailable

router = APIRouter(tags=["health"])

CHECK_SECONDS = 2.0


@router.get("/readyz")
async def readyz(context: InContext) -> JSONResponse:
    """Prove that the server does its work now: 200, or 503 naming what fails.

    `store` can be written; `bus`: what is stored reaches the stream; `scheduler` looks for due
    slots, and none is overdue; `sweeper` looks for runs whose worker is gone.
    """
    checks = {
        "store": await _tried(context.store.check()),
        "bus": await _tried(_bus(context)),
        "scheduler": _scheduler(context),
        "sweeper": _told(context.system.sweeper.check(context.clock.now())),
    }
    ready = all(check["ok"] for check in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/health")
async def health() -> dict[str, str]:
    """The light of older pages: any answer below 300 means that the server is there."""
    return {"status": "ok"}


async def _bus(context: Context) -> None:
    """The bus works, and what is stored reaches the stream."""
    await context.system.bus.check()
    _, newest = await context.store.event_span()
    await context.hub.reaches(newest)


async def _tried(check: Awaitable[None]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check
    except Unavailable as error:
        return {"ok": False, "detail": str(error)}
    except TimeoutError:
        return {"ok": False, "detail": f"no answer within {CHECK_SECONDS:g} s"}
    return {"ok": True, "detail": "ok"}


def _scheduler(context: InContext) -> dict[str, Any]:
    if not context.system.settings.scheduler_enabled:
        return {"ok": True, "detail": "switched off by the settings"}
    return _told(context.system.scheduler.check())


def _told(wrong: str | None) -> dict[str, Any]:
    return {"ok": wrong is None, "detail": wrong or "ok"}
