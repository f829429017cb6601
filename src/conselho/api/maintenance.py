"""Maintenance windows: set, listed, ended."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, InContext
from conselho.services.maintenance_windows import MaintenanceForm, described, window_document

router = APIRouter(prefix="/api/maintenance", tags=["maintenance"])


@router.get("")
async def list_windows(context: InContext, all: bool = False) -> dict[str, Any]:  # noqa: A002
    """Active and planned windows; with `all` those that are over too."""
    service = context.maintenance
    found = await (service.every() if all else service.present())
    now = context.clock.now()
    return {"windows": [window_document(window, now) for window in found], "count": len(found)}


@router.post("", status_code=201)
async def add_window(context: InContext, actor: Actor, form: MaintenanceForm) -> dict[str, Any]:
    """Set a window in which slots are skipped; without an end it holds until it is ended."""
    window = await context.maintenance.add(form)
    shown = window_document(window, context.clock.now())
    act = Act(action="maintenance_set", target=window.window_id, after=shown)
    await audited(context, actor, act)
    return {"success": True, "message": f"Maintenance {described(window)}.", "window": shown}


@router.delete("/{window_id}")
async def end_window(context: InContext, actor: Actor, window_id: str) -> dict[str, Any]:
    """End a window now; 409 when it is over already."""
    window = await context.maintenance.end(window_id)
    shown = window_document(window, context.clock.now())
    act = Act(action="maintenance_ended", target=window.window_id, after=shown)
    await audited(context, actor, act)
    return {"success": True, "message": "The maintenance is over.", "window": shown}
