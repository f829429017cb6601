"""Making Tasks out of councilors: for a slot, for a person who asks, for slots that are lost."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from enum import StrEnum

from conselho.models.agent import Agent, Overlap
from conselho.models.ids import TaskId, new_task_id
from conselho.models.task import (
    SKIPPED_FOR,
    SkipReason,
    Snapshot,
    Status,
    Task,
    Trigger,
    backfill_key,
    queued_key,
    slot_key,
    waiting_key,
)
from conselho.store import PAST_LANE

# Programs say what they did by their exit code; whether they write is their own affair.
_PROGRAM = "command"
_OF_THE_PAST = frozenset({Trigger.CATCH_UP, Trigger.BACKFILL})
_QUEUED_AT_ONCE = frozenset({Overlap.QUEUE, Overlap.CANCEL_RUNNING})


class Waiting(StrEnum):
    """How a slot's Task waits while its councilor is at work.

    queued: as the only one. in_turn: with any number of others, one after the other.
    """

    QUEUED = "queued"
    IN_TURN = "in_turn"


def slot_task(
    agent: Agent,
    slot: datetime,
    *,
    now: datetime,
    trigger: Trigger,
    waiting: Waiting | None = None,
    not_before: datetime | None = None,
) -> Task:
    """The Task of a due slot: the same key on every replica, so that the store keeps one.

    Without `waiting` it holds the councilor's key at once, or is refused as an overlap; but with
    overlap `queue` or `cancel_running` it is queued from the start: a later slot must not pass one
    that waits. With overlap `allow` nothing waits, whatever is asked for here. `not_before` is the
    slot unless given: under load the oldest is claimed first.
    """
    config = agent.seat
    task_id = new_task_id()
    if waiting is None and config.policies.overlap in _QUEUED_AT_ONCE:
        waiting = Waiting.QUEUED
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=trigger,
        due_at=slot,
        idempotency_key=slot_key(agent.agent_id, slot),
        active_key=_active_key(agent, task_id, waiting, trigger, slot),
        snapshot=snapshot(agent),
        max_attempts=config.policies.max_attempts,
        priority=config.policies.priority,
        lanes=lanes_of(agent, trigger),
        not_before=not_before or slot,
        created_at=now,
        updated_at=now,
    )


def backfill_task(agent: Agent, slot: datetime, *, now: datetime, not_before: datetime) -> Task:
    """The Task of a slot of the past that somebody asked to run after all; it takes its turn."""
    task_id = new_task_id()
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=Trigger.BACKFILL,
        due_at=slot,
        idempotency_key=backfill_key(agent.agent_id, slot),
        active_key=_active_key(agent, task_id, Waiting.IN_TURN, Trigger.BACKFILL, slot),
        snapshot=snapshot(agent),
        max_attempts=agent.seat.policies.max_attempts,
        priority=agent.seat.policies.priority,
        lanes=lanes_of(agent, Trigger.BACKFILL),
        not_before=not_before,
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
        priority=agent.seat.policies.priority,
        lanes=lanes_of(agent, trigger),
        not_before=now,
        created_at=now,
        updated_at=now,
    )


def _active_key(
    agent: Agent, task_id: TaskId, waiting: Waiting | None, trigger: Trigger, slot: datetime
) -> str:
    if agent.seat.policies.overlap is Overlap.ALLOW:
        return task_id
    if waiting is Waiting.QUEUED:
        return queued_key(agent.agent_id)
    if waiting is Waiting.IN_TURN:
        return waiting_key(agent.agent_id, trigger, slot)
    return agent.agent_id


def lanes_of(agent: Agent, trigger: Trigger) -> tuple[str, ...]:
    """What a run of this councilor shares with those of others, and what bounds them.

    `provider:<name>`, `tag:<tag>` for each tag, PAST_LANE for slots of the past, and
    `write:<folder>` for an agent that may write there: of those the store lets one run at a time.
    """
    lanes = [f"provider:{agent.provider}", *(f"tag:{tag}" for tag in agent.tags)]
    if trigger in _OF_THE_PAST:
        lanes.append(PAST_LANE)
    if agent.provider != _PROGRAM and agent.seat.policies.permissions != "read-only":
        # Two paths to one folder are one folder.
        lanes.append(f"write:{os.path.realpath(agent.cwd or os.getcwd())}")
    return tuple(lanes)


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
        retry_backoff_factor=policies.retry_backoff_factor,
        retry_backoff_max_seconds=policies.retry_backoff_max_seconds,
        retry_jitter=policies.retry_jitter,
        retry_on_timeout=policies.retry_on_timeout,
        deadline_seconds=policies.deadline_seconds,
        permissions=policies.permissions,
        evidence=policies.evidence,
        instructions=agent.instructions or "",
        continuity=policies.continuity,
        max_cost_usd=policies.max_cost_usd,
    )
