"""Making Tasks out of councilors: for a slot, for a person who asks, for slots that are lost."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from conselho.models.agent import Agent, OutputFormat, Overlap, TaskSpec
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
        queue=agent.queue,
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
        queue=agent.queue,
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
        queue=agent.queue,
        not_before=now,
        created_at=now,
        updated_at=now,
    )


def request_task(agent: Agent, prompt: str, *, instance_id: str, now: datetime) -> Task:
    """The Task of an agent, with a seat or without, that a client gave a prompt of its own.

    It is no run of the council: it goes beside the councilor's own, and is tried once, since
    somebody waits for it.
    """
    task_id = new_task_id()
    spec = TaskSpec(name="On request", prompt=prompt, output_format=OutputFormat.SUMMARY)
    asked = _snapshot(agent, title="", task=spec)
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=Trigger.API,
        due_at=None,
        idempotency_key=f"{agent.agent_id}#{task_id}",
        active_key=task_id,
        snapshot=replace(asked, instance_id=instance_id, continuity=False, deadline_seconds=None),
        is_councilor_execution=False,
        priority=agent.policies.priority,
        lanes=lanes_of(agent, Trigger.API),
        queue=agent.queue,
        not_before=now,
        created_at=now,
        updated_at=now,
    )


def recorded_task(agent: Agent, task_id: TaskId, *, started_at: datetime, now: datetime) -> Task:
    """The Task of a run of this councilor that took place elsewhere, before its end is filled in.

    Its place among others is where it began, not when it was told.
    """
    task = agent.councilor_config.task if agent.councilor_config else _RECORDED
    title = agent.councilor_config.title if agent.councilor_config else ""
    return Task(
        task_id=task_id,
        agent_id=agent.agent_id,
        trigger=Trigger.MANUAL,
        due_at=None,
        idempotency_key=f"{agent.agent_id}#recorded#{task_id}",
        active_key=task_id,
        snapshot=_snapshot(agent, title=title, task=task),
        not_before=started_at,
        created_at=started_at,
        updated_at=now,
        started_at=started_at,
        attempt=1,
    )


_RECORDED = TaskSpec(name="Recorded", prompt="")


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
    """What a run of this agent shares with those of others, and what bounds them.

    `provider:<name>`, `tag:<tag>` for each tag, PAST_LANE for slots of the past, and
    `write:<folder>` for an agent that may write there: of those the store lets one run at a time.
    """
    lanes = [f"provider:{agent.provider}", *(f"tag:{tag}" for tag in agent.tags)]
    if trigger in _OF_THE_PAST:
        lanes.append(PAST_LANE)
    if agent.provider != _PROGRAM and agent.policies.permissions != "read-only":
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
    return _snapshot(agent, title=agent.seat.title, task=agent.seat.task)


def _snapshot(agent: Agent, *, title: str, task: TaskSpec) -> Snapshot:
    policies = agent.policies
    return Snapshot(
        display_name=agent.display_name,
        title=title,
        task_name=task.name,
        emoji=agent.emoji,
        provider=agent.provider,
        argv=agent.command,
        shell=agent.shell,
        model=agent.model,
        cwd=agent.cwd,
        prompt=task.prompt,
        context_files=task.context_files,
        output_format=task.output_format,
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
