"""Collections, their indexes, and how a Task stands in a document.

`tasks` holds the documents that the system before this one wrote (docs/compatibility.md), with
fields of our own beside: an operator's `db.tasks.find({is_councilor_execution: true})
.sort({created_at: -1})` shows what it always showed.

**Times.** BSON dates have milliseconds. `created_at`, `updated_at`, `started_at`, `completed_at`
and `due_at` are dates, for people and old readers. What this store reads, compares and sorts by are
exact microseconds since the epoch, in the sub-document `us`: the same names, and `not_before`,
`lease_until`, `spent_at`, `slot_from`, `slot_to`, `duration`, `rank`, `ended_at`, `covers_until`
(what the last three are: stores/sql/schema.py).

**Keys.** `_id` is the ObjectId of a task_id of 24 hexadecimal digits, else the task_id itself.
`active_key` of a Task that holds nobody's is `task:<task_id>`: no agent's id has a colon.

**Writes.** `rev` grows with every write of a document; a write that was computed from a reading is
conditional on it. `settled` is False for the moment in which the ledger decides on a Task for a
slot (submission.py).

**Events.** `outbox` is what the document still has to tell: written with the change, put into the
collection `events` afterwards by whoever comes first (outbox.py). Its elements are drafts, see
`outbox.drafts`; the index on `outbox.at` finds the documents that owe something.

**Counters.** Figures may be kept beside the tasks, but a change and what it counts are one write:
`counted` is False from the write on that changes what a document counts (it ended, it spent, its
lost slots grew), and `folded` is what of it the counters have, absent when nothing. Folding is a
batch that anybody can finish:

    1. the one document that tells of folding takes a batch by a conditional write, when it has
       none: its number (one higher), the ids with their revs, and the sums of (what they count now
       minus their `folded`), by counter
    2. each counter adds its sums, conditional on its own `batch` being lower, and notes the number
    3. each task gets `folded` = what it counted; `counted` = True if its `rev` is still the same
    4. the document lets go of the batch, conditional on the number

Steps 2 to 4 do nothing when done again, so whoever finds a batch finishes it first. A reader folds
what is not counted yet, and is right when the number was the same before and after. Pruning is a
batch too: it moves sums to the part of the gone, and step 3 deletes. So is a recount that found
counters to be wrong: it writes them anew while nobody can fold (folding.py, figures.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any, Final, NamedTuple

from bson import ObjectId

from conselho.models.documents import (
    finding_document,
    finding_from_document,
    snapshot_document,
    snapshot_from_document,
)
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.statistics import Usage
from conselho.models.task import ACTIVE, Snapshot, Status, Task, Trigger
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.stores.mongodb.former import as_readable
from conselho.stores.sql.rows import (
    covers_until,
    duration_us,
    ended_at,
    micros,
    micros_or_none,
    moment_of,
    moment_or_none,
    rank_us,
    storable,
    storable_or_none,
)

DEFAULT_DATABASE: Final = "conductor_state"

AGENTS: Final = "agents"
TASKS: Final = "tasks"
EVENTS: Final = "events"
JOURNAL: Final = "journal"
MAINTENANCE: Final = "maintenance"
TOKENS: Final = "tokens"
SESSIONS: Final = "sessions"
AUDIT: Final = "audit"
ANSWERS: Final = "answers"
WORKERS: Final = "workers"
LOG_CHUNKS: Final = "log_chunks"
COUNTERS: Final = "counters"
# One document an agent: which slots are accounted for (ledger.py).
LEDGER: Final = "ledger"
# Single documents: who the store is, the newest event, whose turn a claim is.
META: Final = "meta"

# Collections whose documents may have an outbox.
TELLING: Final = (TASKS, AGENTS, JOURNAL, MAINTENANCE)

Document = dict[str, Any]


class Index(NamedTuple):
    """Fields, each 1 ascending or -1 descending."""

    keys: tuple[tuple[str, int], ...]
    is_unique: bool = False


def _index(*fields: str, unique: bool = False) -> Index:
    """`-field` is descending."""
    keys = tuple((field.lstrip("-"), -1 if field.startswith("-") else 1) for field in fields)
    return Index(keys, unique)


INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {
    TASKS: (
        _index("task_id", unique=True),
        _index("idempotency_key", unique=True),
        _index("active_key", unique=True),
        # Claims (in their order, of the queues that are asked for), what is active, sweeps.
        _index("status", "queue", "us.rank", "active_key"),
        # Lists and marks of one agent; the tail lets other filters be judged on the entry.
        _index("agent_id", "-us.created_at", "-task_id", "status", "severity", "trigger"),
        # Lists of all, and of each kind in one order; the former owner's lists are served too.
        _index("-us.created_at", "-task_id"),
        _index("status", "severity", "trigger", "-us.created_at", "-task_id"),
        _index("is_councilor_execution", "-created_at"),
        # The figures of one agent over time, without reading a document.
        _index(
            *("agent_id", "us.ended_at", "status", "severity", "skip_reason", "slot_count"),
            *("us.duration", "spent.cost_microusd", "is_councilor_execution"),
        ),
        _index("us.ended_at"),
        _index("agent_id", "us.covers_until"),
        _index("counted"),
        _index("settled"),
        _index("outbox.at"),
    ),
    AGENTS: (
        _index("agent_id", unique=True),
        _index("is_councilor"),
        _index("outbox.at"),
        _index("entries.at"),
        _index("deleted"),
    ),
    EVENTS: (_index("draft", unique=True),),
    JOURNAL: (
        _index("entry", unique=True),
        _index("agent_id", "_id"),
        _index("settled", "_id"),
        _index("outbox.at"),
        _index("entries.at"),
    ),
    MAINTENANCE: (_index("outbox.at"), _index("entries.at")),
    TOKENS: (_index("digest", unique=True), _index("holds", unique=True)),
    SESSIONS: (_index("token", "-created_at"), _index("-created_at"), _index("ends_at")),
    AUDIT: (_index("at"), _index("actor", "_id"), _index("target", "_id")),
    ANSWERS: (_index("created_at"),),
    COUNTERS: (_index("of", "at", "agent_id"), _index("agent_id", "of", "at")),
}

# What earlier releases made and no question needs any more: each write would pay for it.
FORMER_INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {
    TASKS: (_index("status", "us.rank", "active_key"),),
}

_HEX_ID = re.compile("[0-9a-f]{24}")


def key_of(task_id: str) -> ObjectId | str:
    """The `_id` of a Task's document."""
    return ObjectId(task_id) if _HEX_ID.fullmatch(task_id) else storable(task_id)


def stored_active_key(active_key: str, task_id: str) -> str:
    return f"task:{task_id}" if active_key == task_id else storable(active_key)


def task_document(task: Task) -> Document:
    """The whole document of a new Task, without outbox and birth."""
    snapshot = snapshot_document(task.snapshot)
    prompt, instructions = snapshot.pop("prompt"), snapshot.pop("instructions")
    shown = task.snapshot
    document = {
        "_id": key_of(task.task_id),
        "task_id": storable(task.task_id),
        "agent_id": storable(task.agent_id),
        "provider": storable(shown.provider),
        "prompt": storable(prompt),
        "cwd": storable_or_none(shown.cwd),
        "timeout": shown.timeout_seconds,
        "instance_id": storable_or_none(shown.instance_id),
        "context": {},
        "created_at": task.created_at,
        "is_councilor_execution": task.is_councilor_execution,
        "councilor_config": {
            "title": storable(shown.title),
            "task_name": storable(shown.task_name),
            "display_name": storable(shown.display_name),
        }
        if task.is_councilor_execution
        else None,
        "trigger": task.trigger.value,
        "due_at": task.due_at,
        "idempotency_key": storable(task.idempotency_key),
        "max_attempts": task.max_attempts,
        "priority": task.priority,
        "lanes": [storable(lane) for lane in task.lanes],
        "queue": storable_or_none(task.queue),
        "instructions": storable(instructions),
        "snapshot": plain(snapshot),
        "sent_prompt": storable_or_none(task.sent_prompt),
        "past_attempts": [],
        "rev": 1,
        "counted": True,
    }
    changeable = changeable_fields(task)
    document["us"] = {
        "created_at": micros(task.created_at),
        "due_at": micros_or_none(task.due_at),
    }
    for name, value in changeable.items():
        if name.startswith("us."):
            document["us"][name.removeprefix("us.")] = value
        else:
            document[name] = value
    return document


def changeable_fields(task: Task) -> Document:
    """What may differ from one write of a Task to the next, as `$set` takes it."""
    verdict = task.verdict
    return {
        "status": task.status.value,
        "active_key": stored_active_key(task.active_key, task.task_id),
        # Whether it waits behind its agent's active run, as its key tells.
        "waits": task.active_key.startswith(f"{task.agent_id}#"),
        "updated_at": task.updated_at,
        "started_at": task.started_at,
        "completed_at": task.completed_at,
        "duration": task.duration_seconds,
        "attempt": task.attempt,
        "worker_id": storable_or_none(task.worker_id),
        "fence": task.fence,
        "cancel_requested": task.cancel_requested,
        "cancel_reason": storable_or_none(task.cancel_reason),
        "exit_code": number(task.exit_code),
        "severity": task.severity and task.severity.value,
        "verdict": verdict
        and {
            "severity": verdict.severity.value,
            "summary": storable(verdict.summary),
            "source": verdict.source.value,
            "reason": storable_or_none(verdict.reason),
        },
        "findings": [plain(finding_document(finding)) for finding in verdict.findings]
        if verdict
        else [],
        "error_kind": storable_or_none(task.error_kind),
        "error_cause": storable_or_none(task.error_cause),
        "error": storable_or_none(task.error),
        "permission_denied": [storable(line) for line in task.permission_denied],
        "notes": [storable(line) for line in task.notes],
        "result": storable(task.result or ""),
        # Old readers expect a text; this one tells an empty one from none.
        "has_result": task.result is not None,
        "usage": plain(task.usage),
        "spent": _spent(task),
        "skip_reason": storable_or_none(task.skip_reason),
        "slot_count": task.slot_count,
        "us.updated_at": micros(task.updated_at),
        "us.not_before": micros(task.not_before),
        "us.lease_until": micros_or_none(task.lease_until),
        "us.started_at": micros_or_none(task.started_at),
        "us.completed_at": micros_or_none(task.completed_at),
        "us.spent_at": micros_or_none(task.spent_at),
        "us.slot_from": micros_or_none(task.slot_from),
        "us.slot_to": micros_or_none(task.slot_to),
        "us.duration": duration_us(task.duration_seconds),
        "us.rank": rank_us(task) if task.status in ACTIVE else None,
        "us.ended_at": micros_or_none(ended_at(task)),
        "us.covers_until": micros_or_none(covers_until(task)),
    }


def _spent(task: Task) -> Document | None:
    """The amounts of `usage` that are summed: the fields of models.statistics.Usage."""
    if task.usage is None:
        return None
    counted = Usage.of(task.usage)
    return {name: getattr(counted, name) for name in Usage.__slots__}


# BSON's whole numbers have 64 bits.
_HIGHEST = 2**63 - 1


def number(value: int | None) -> int | None:
    """A whole number as it can be stored; one that is beyond all sense is cut."""
    return None if value is None else max(-_HIGHEST, min(value, _HIGHEST))


def plain(value: Any) -> Any:
    """JSON-ready data as BSON takes it: texts storable, whole numbers within 64 bits."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, float) and not isfinite(value):
        return None  # a compatible server breaks the connection over it
    if isinstance(value, Mapping):
        return {storable(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


# What lists do without: see `task_from_document`.
HEAVY: Final = ("prompt", "instructions", "result", "sent_prompt", "findings", "outbox")
LIGHT: Final[Mapping[str, int]] = dict.fromkeys((*HEAVY, "past_attempts", "folded"), 0)
# What was found, without the long texts.
FOUND: Final[Mapping[str, int]] = {name: 0 for name in LIGHT if name != "findings"}
# All but the prompt as it was sent, which may be as long as its context files.
USUAL: Final[Mapping[str, int]] = dict.fromkeys(
    ("sent_prompt", "outbox", "past_attempts", "folded"), 0
)


def task_from_document(document: Mapping[str, Any]) -> Task:
    """The Task of a document; what its projection left out is empty.

    One that the former system wrote is read as far as it makes sense (former.py).
    """
    if "us" not in document or "former" in document:
        document = as_readable(document)
    us, task_id = document["us"], document["task_id"]
    severity = document.get("severity")
    active_key = document["active_key"]
    return Task(
        task_id=TaskId(task_id),
        agent_id=AgentId(document["agent_id"]),
        trigger=Trigger(document["trigger"]),
        due_at=moment_or_none(us.get("due_at")),
        idempotency_key=document["idempotency_key"],
        active_key=task_id if active_key == f"task:{task_id}" else active_key,
        snapshot=_snapshot(document),
        status=Status(document["status"]),
        max_attempts=document["max_attempts"],
        priority=document["priority"],
        lanes=tuple(document.get("lanes") or ()),
        queue=document.get("queue"),
        not_before=moment_of(us["not_before"]),
        created_at=moment_of(us["created_at"]),
        updated_at=moment_of(us["updated_at"]),
        is_councilor_execution=document["is_councilor_execution"],
        attempt=document["attempt"],
        worker_id=_worker(document.get("worker_id")),
        lease_until=moment_or_none(us.get("lease_until")),
        fence=document["fence"],
        cancel_requested=document["cancel_requested"],
        cancel_reason=document.get("cancel_reason"),
        started_at=moment_or_none(us.get("started_at")),
        completed_at=moment_or_none(us.get("completed_at")),
        duration_seconds=_seconds(us.get("duration")),
        exit_code=document.get("exit_code"),
        severity=Severity(severity) if severity else None,
        verdict=_verdict(document),
        error_kind=document.get("error_kind"),
        error_cause=document.get("error_cause"),
        error=document.get("error"),
        permission_denied=tuple(document.get("permission_denied") or ()),
        notes=tuple(document.get("notes") or ()),
        sent_prompt=document.get("sent_prompt"),
        result=document.get("result") if document.get("has_result") else None,
        usage=document.get("usage"),
        spent_at=moment_or_none(us.get("spent_at")),
        skip_reason=document.get("skip_reason"),
        slot_from=moment_or_none(us.get("slot_from")),
        slot_to=moment_or_none(us.get("slot_to")),
        slot_count=document.get("slot_count"),
    )


def _worker(worker_id: str | None) -> WorkerId | None:
    return None if worker_id is None else WorkerId(worker_id)


def _seconds(duration: int | None) -> float | None:
    return None if duration is None else duration / 1_000_000


def _snapshot(document: Mapping[str, Any]) -> Snapshot:
    snapshot = snapshot_from_document(document["snapshot"])
    return replace(
        snapshot,
        prompt=document.get("prompt") or "",
        instructions=document.get("instructions") or "",
    )


def _verdict(document: Mapping[str, Any]) -> Verdict | None:
    verdict = document.get("verdict")
    if not verdict:
        return None
    return Verdict(
        severity=Severity(verdict["severity"]),
        summary=verdict["summary"],
        source=VerdictSource(verdict["source"]),
        reason=verdict.get("reason"),
        findings=tuple(map(finding_from_document, document.get("findings") or ())),
    )
