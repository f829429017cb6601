"""Which row a loss makes, or makes longer, behind what is accounted for: alike in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from conselho.models.task import LOST_SLOT, Task, slot_key
from conselho.store import Loss


class Row(NamedTuple):
    """A row on its way to the store; `slots` are those of a new one."""

    task: Task
    slots: list[datetime]


def accounted(
    holder: Row | None, watermark: datetime | None, loss: Loss, now: datetime
) -> Row | None:
    """The row that the loss makes or makes longer; None when nothing of it remains.

    `holder` is the row that holds the agent's watermark.
    """
    remaining = [slot for slot in loss.slots if watermark is None or slot > watermark]
    if not remaining:
        return None
    if holder is None or not _continues(holder.task, loss):
        return first(loss.row, remaining)
    longer = replace(
        holder.task,
        slot_to=remaining[-1],
        slot_count=(holder.task.slot_count or 0) + len(remaining),
        updated_at=now,
    )
    return Row(longer, [*holder.slots, *remaining] if holder.slots else [])


def _continues(holder: Task, loss: Loss) -> bool:
    since, row = loss.since, loss.row
    # A pause between the two is no loss: the row must not seem to span it.
    before_present = since is not None and holder.slot_to is not None and holder.slot_to < since
    return (
        not before_present
        and holder.status in LOST_SLOT
        and holder.status is row.status
        and holder.skip_reason == row.skip_reason
    )


def first(row: Task, slots: list[datetime]) -> Row:
    """A new row for these slots."""
    task = replace(
        row,
        due_at=slots[0],
        slot_from=slots[0],
        slot_to=slots[-1],
        slot_count=len(slots),
        idempotency_key=slot_key(row.agent_id, slots[0]),
        active_key=row.task_id,
    )
    return Row(task, slots)
