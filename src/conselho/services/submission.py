"""Making Tasks out of councilors: for a slot, for a person who asks, for slots that are lost."""

from __future__ import annotations

import secrets
from datetime import datetime

from conselho.models.agent import Agent, Overlap
from conselho.models.ids import new_task_id
from conselho.models.task import (
    SKIPPED_FOR,
    SkipReason,
    Snapshot,
    Status,
    Task,
    Trigger,
    queued_key,
    slot_key,
)


def slot_task(agent: Agent, slot: datetime, *, now: datetime, trigger: Trigger) -> Task:
    """The Task of a due slot: the same key on every replica, so that the store keeps one."""
    config = agent.seat
    task_id = new_task_id()
    active_key = {
        Overlap.SKIP: agent.agent_id,
        Overlap.QUEUE: queued_key(agent.agent_id),
        Overlap.ALLOW: task_id,
    }[config.policies.overlap]
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=trigger,
        due_at=slot,
        idempotency_key=slot_key(agent.agent_id, slot),
        active_key=active_key,
        snapshot=snapshot(agent),
        max_attempts=config.policies.max_attempts,
        # The slot, not the moment: under load the oldest slot is claimed first.
        not_before=slot,
        created_at=now,
        updated_at=now,
    )


def manual_task(agent: Agent, *, now: datetime, trigger: Trigger = Trigger.MANUAL) -> Task:
    """The Task of a run that somebody asked for: due now, never two at a time."""
    return Task(
        task_id=new_task_id(),
        agent_id=agent.agent_id,
        trigger=trigger,
        due_at=None,
        idempotency_key=f"{agent.agent_id}#{secrets.token_hex(12)}",
        active_key=agent.agent_id,
        snapshot=snapshot(agent),
        max_attempts=agent.seat.policies.max_attempts,
        not_before=now,
        created_at=now,
        updated_at=now,
    )


def lost_task(agent: Agent, slot: datetime, *, now: datetime, reason: SkipReason) -> Task:
    """The row for slots that did not run, the first of which is `slot`; born final."""
    task_id = new_task_id()
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=Trigger.SCHEDULE,
        due_at=slot,
        idempotency_key=slot_key(agent.agent_id, slot),
        active_key=task_id,
        snapshot=snapshot(agent),
        status=Status.SKIPPED if reason in SKIPPED_FOR else Status.MISSED,
        not_before=slot,
        created_at=now,
        updated_at=now,
        skip_reason=reason,
    )


def snapshot(agent: Agent) -> Snapshot:
    """What a run needs to know of its councilor, as it is now."""
    config = agent.seat
    policies = config.policies
    return Snapshot(
        display_name=agent.display_name,
        title=config.title,
        task_name=config.task.name,
        emoji=agent.emoji,
        provider=agent.provider,
        argv=agent.command,
        shell=agent.shell,
        model=agent.model,
        cwd=agent.cwd,
        prompt=config.task.prompt,
        context_files=config.task.context_files,
        output_format=config.task.output_format,
        timeout_seconds=policies.timeout_seconds,
        silence_timeout_seconds=policies.silence_timeout_seconds,
        retry_backoff_seconds=policies.retry_backoff_seconds,
        retry_on_timeout=policies.retry_on_timeout,
        permissions=policies.permissions,
        evidence=policies.evidence,
        instructions=agent.instructions or "",
        continuity=policies.continuity,
        max_cost_usd=policies.max_cost_usd,
    )
