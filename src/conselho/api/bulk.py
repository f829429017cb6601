"""Things asked of several councilors at once: pause, resume, run, backfill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, InContext
from conselho.models.ids import AgentId
from conselho.models.task import utc_text
from conselho.services.backfill import BackfillForm, CountChanged, Plan
from conselho.services.bulk import Refused, Switched
from conselho.services.selection import SelectionForm

router = APIRouter(tags=["council"])


class ResumeForm(SelectionForm):
    """`include_single`: also those that were paused one by one."""

    include_single: bool = False


@router.post("/api/council/pause")
async def pause(context: InContext, actor: Actor, form: SelectionForm) -> dict[str, Any]:
    """Pause councilors together: they come back together too."""
    done = await context.bulk.pause(form)
    await audited(context, actor, *(_switch(each, enabled=False) for each in done.changed))
    return _switched(done, "paused", f"{_were(done.unchanged)} paused already")


@router.post("/api/council/resume")
async def resume(context: InContext, actor: Actor, form: ResumeForm) -> dict[str, Any]:
    """Resume those that were paused together; `still_paused` names the others."""
    done = await context.bulk.resume(form, include_single=form.include_single)
    await audited(context, actor, *(_switch(each, enabled=True) for each in done.changed))
    left = f"{_were(done.still_paused)} paused one by one and {_stay(done.still_paused)}"
    return _switched(done, "resumed", left if done.still_paused else "")


@router.post("/api/council/run")
async def run(context: InContext, actor: Actor, form: SelectionForm) -> dict[str, Any]:
    """Start a run of each councilor; those that cannot start now are named with the reason."""
    done = await context.bulk.run(form)
    acts = (
        Act(action="run", target=agent_id, after={"execution_id": task_id})
        for agent_id, task_id in done.started
    )
    await audited(context, actor, *acts)
    message = f"{_councilors(len(done.started))} started"
    if done.refused:
        message += f", {_councilors(len(done.refused))} could not"
    return {
        "success": not done.refused,
        "message": f"{message}.",
        "started": [
            {"agent_id": agent_id, "execution_id": task_id} for agent_id, task_id in done.started
        ],
        "refused": _refusals(done.refused),
    }


@router.post("/api/backfills")
async def backfill(context: InContext, actor: Actor, form: BackfillForm) -> JSONResponse:
    """Run slots of the past that did not run.

    Without `confirm` nothing starts, and the answer tells how many runs it would be. With that
    number as `confirm` they start: 202; 409 with the present number when it is another by now.
    """
    if form.confirm is None or form.dry_run:
        return JSONResponse(_plan(await context.backfills.plan(form)))
    try:
        done = await context.backfills.start(form, form.confirm)
    except CountChanged as error:
        content = {"detail": str(error), "confirm": error.present}
        return JSONResponse(content, status_code=error.http_status)
    asked = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    await audited(context, actor, Act(action="backfill", after=asked | asdict(done)))
    message = f"{_runs(done.started)} will start, one after the other."
    if done.duplicates:
        message += f" {_slots(done.duplicates)} backfilled before."
    return JSONResponse({"success": True, "message": message} | asdict(done), status_code=202)


def _switch(agent_id: AgentId, *, enabled: bool) -> Act:
    def schedule(enabled: bool) -> dict[str, Any]:
        return {"councilor_config": {"schedule": {"enabled": enabled}}}

    return Act(
        action="resume" if enabled else "pause",
        target=agent_id,
        before=schedule(not enabled),
        after=schedule(enabled),
    )


def _switched(done: Switched, verb: str, rest: str) -> dict[str, Any]:
    sentence = f"{_were(done.changed)} {verb}"
    if rest and (done.unchanged or done.still_paused):
        sentence += f"; {rest}"
    if done.failed:
        sentence += f"; {_councilors(len(done.failed))} could not be {verb}"
    return {
        "success": not done.failed,
        "message": f"{sentence}.",
        "changed": list(done.changed),
        "unchanged": list(done.unchanged),
        "still_paused": list(done.still_paused),
        "failed": _refusals(done.failed),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    if plan.count:
        message = f"This would start {_runs(plan.count)}. Nothing has started yet."
    else:
        message = "There is nothing to start: no slot in this range is without its run."
    if plan.duplicates:
        message += f" {_slots(plan.duplicates)} backfilled before."
    if plan.left_out:
        message += f" {_slots(sum(plan.left_out.values()))} left out, as by the schedule."
    return {
        "success": True,
        "message": message,
        "from": utc_text(plan.since),
        "until": utc_text(plan.until),
        "confirm": plan.count,
        "per_councilor": {agent_id: len(slots) for agent_id, slots in plan.slots.items()},
        "duplicates": plan.duplicates,
        "left_out": dict(plan.left_out),
    }


def _refusals(refused: Sequence[Refused]) -> list[dict[str, str]]:
    return [{"agent_id": each.agent_id, "detail": each.detail} for each in refused]


def _councilors(count: int) -> str:
    return f"{count} councilor" if count == 1 else f"{count} councilors"


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"


def _slots(count: int) -> str:
    return "1 slot was" if count == 1 else f"{count} slots were"


def _were(agents: Sequence[str]) -> str:
    return f"{_councilors(len(agents))} {'was' if len(agents) == 1 else 'were'}"


def _stay(agents: Sequence[str]) -> str:
    return "stays so" if len(agents) == 1 else "stay so"
