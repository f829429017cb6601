"""Whether the server is ready to do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from conselho.api.context import Context, InContext
from conselho.dispatchers.local import SELDOM_SECONDS
from conselho.errors import Unavailable

router = APIRouter(tags=["health"])

CHECK_SECONDS = 2.0


@router.get("/readyz")
async def readyz(context: InContext) -> JSONResponse:
    """Prove that the server does its work now: 200, or 503 naming what fails.

    `store` can be written; `bus`: what is stored reaches the stream; `scheduler` looks for due
    slots, and none is overdue; `sweeper` looks for runs whose worker is gone. `workers`: no run
    waits for a queue that nobody serves; that alone does not make this server unready, since it
    would be taken away from those who need to see why.
    """
    checks = {
        "store": await _tried(context.store.check()),
        "bus": await _tried(_bus(context)),
        "scheduler": _scheduler(context),
        "sweeper": _sweeper(context),
    }
    ready = all(check["ok"] for check in checks.values())
    checks["workers"] = await _tried(_workers(context))
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/health")
async def health() -> dict[str, str]:
    """The light of older pages: any answer below 300 means that the server is there."""
    return {"status": "ok"}


async def _bus(context: Context) -> None:
    """The bus works, and what is stored reaches the stream."""
    await context.system.bus.check()
    if "api" not in context.system.settings.role:
        return
    _, newest = await context.store.event_span()
    await context.hub.reaches(newest)


async def _workers(context: Context) -> None:
    """Somebody is there for each queue that runs wait in, and hears of them at once."""
    found = [await context.system.roster.check(context.clock.now())]
    carrier = context.system.carrier
    if carrier is not None and carrier.sender.trouble is not None:
        found.append(
            "the broker could not be told of the last run, and workers find runs only by looking,"
            f" every {SELDOM_SECONDS:g} s ({carrier.sender.trouble})"
        )
    if told := "; ".join(one for one in found if one is not None):
        raise _Stuck(told)


class _Stuck(Exception):
    """Runs wait for a worker that is not there, or longer than they need."""


async def _tried(check: Awaitable[None]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check
    except (Unavailable, _Stuck) as error:
        return {"ok": False, "detail": str(error)}
    except TimeoutError:
        return {"ok": False, "detail": f"no answer within {CHECK_SECONDS:g} s"}
    return {"ok": True, "detail": "ok"}


_ELSEWHERE: Final = {"ok": True, "detail": "another server's role"}


def _scheduler(context: Context) -> dict[str, Any]:
    if not context.system.schedules:
        return _ELSEWHERE
    if not context.system.settings.scheduler_enabled:
        return {"ok": True, "detail": "switched off by the settings"}
    return _told(context.system.scheduler.check())


def _sweeper(context: Context) -> dict[str, Any]:
    if not context.system.schedules:
        return _ELSEWHERE
    return _told(context.system.sweeper.check(context.clock.now()))


def _told(wrong: str | None) -> dict[str, Any]:
    return {"ok": wrong is None, "detail": wrong or "ok"}
