"""The JSON form of our values: one shape for the store, the API, events and council files.

Every `x_document` gives plain JSON types (times as ISO text with `Z`), every `x_from_document`
makes the value again, exactly. Reading is open to the future: unknown keys are ignored, a missing
one takes the field's default, so that a document written by another release can be read. One that
lacks what has no default, or holds a word that we do not know, raises KeyError, TypeError or
ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from conselho.models.agent import (
    Agent,
    CatchUp,
    CouncilorConfig,
    Customization,
    Notifications,
    OutputFormat,
    Overlap,
    Policies,
    TaskSpec,
)
from conselho.models.ids import AgentId
from conselho.models.schedule import Fold, Gap, Schedule, ScheduleType
from conselho.models.task import Snapshot, iso, utc_text
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource

Document = Mapping[str, Any]


def agent_document(agent: Agent) -> dict[str, Any]:
    """The agent as clients know it and as it is stored.

    `_id`, `title`, `prompt` (the instructions under their old name) and `is_councilor` are derived:
    for clients and indexes, never read back.
    """
    config, customization = agent.councilor_config, agent.customization
    return {
        "_id": agent.agent_id,
        "agent_id": agent.agent_id,
        "name": agent.name,
        "title": config.title if config else None,
        "emoji": agent.emoji,
        "description": agent.description,
        "instructions": agent.instructions,
        "prompt": agent.instructions,
        "provider": agent.provider,
        "model": agent.model,
        "command": list(agent.command),
        "shell": agent.shell,
        "cwd": agent.cwd,
        "tags": list(agent.tags),
        "queue": agent.queue,
        "is_councilor": agent.is_councilor,
        "councilor_config": councilor_config_document(config) if config else None,
        "customization": customization_document(customization) if customization else None,
        "anchor_at": iso(agent.anchor_at),
        "slots_from": iso(agent.slots_from),
        "paused_in_bulk": agent.paused_in_bulk,
        "source": agent.source,
        "source_digest": agent.source_digest,
        "created_at": utc_text(agent.created_at),
        "updated_at": utc_text(agent.updated_at),
        "version": agent.version,
    }


def agent_from_document(document: Document) -> Agent:
    known = _known(Agent, document)
    config, customization = known.get("councilor_config"), known.get("customization")
    return Agent(
        **known
        | {
            "agent_id": AgentId(document["agent_id"]),
            "command": tuple(known.get("command") or ()),
            "tags": tuple(known.get("tags") or ()),
            "councilor_config": councilor_config_from_document(config) if config else None,
            "customization": customization_from_document(customization) if customization else None,
            "anchor_at": _time(known.get("anchor_at")),
            "slots_from": _time(known.get("slots_from")),
            "created_at": time_from_text(document["created_at"]),
            "updated_at": time_from_text(document["updated_at"]),
        }
    )


def councilor_config_document(config: CouncilorConfig) -> dict[str, Any]:
    return {
        "title": config.title,
        "schedule": schedule_document(config.schedule),
        "task": _task_spec_document(config.task),
        "notifications": _notifications_document(config.notifications),
        "policies": _policies_document(config.policies),
    }


def councilor_config_from_document(document: Document) -> CouncilorConfig:
    return CouncilorConfig(
        title=document["title"],
        schedule=schedule_from_document(document["schedule"]),
        task=_task_spec_from_document(document["task"]),
        notifications=_notifications_from_document(document.get("notifications") or {}),
        policies=_policies_from_document(document.get("policies") or {}),
    )


def schedule_document(schedule: Schedule) -> dict[str, Any]:
    return _plain(schedule) | {
        "type": schedule.type.value,
        "gap": schedule.gap.value,
        "fold": schedule.fold.value,
        "starts_at": iso(schedule.starts_at),
        "ends_at": iso(schedule.ends_at),
        "active_hours": list(schedule.active_hours),
        "excluded_dates": list(schedule.excluded_dates),
        "excluded_calendars": list(schedule.excluded_calendars),
    }


def schedule_from_document(document: Document) -> Schedule:
    known = _known(Schedule, document)
    return Schedule(
        **known
        | {
            "type": ScheduleType(document["type"]),
            "gap": Gap(known.get("gap") or Gap.RUN_AFTER),
            "fold": Fold(known.get("fold") or Fold.ONCE),
            "starts_at": _time(known.get("starts_at")),
            "ends_at": _time(known.get("ends_at")),
            "active_hours": tuple(known.get("active_hours") or ()),
            "excluded_dates": tuple(known.get("excluded_dates") or ()),
            "excluded_calendars": tuple(known.get("excluded_calendars") or ()),
        }
    )


def customization_document(customization: Customization) -> dict[str, Any]:
    return _plain(customization)


def customization_from_document(document: Document) -> Customization:
    return Customization(**_known(Customization, document))


def snapshot_document(snapshot: Snapshot) -> dict[str, Any]:
    return _plain(snapshot) | {
        "argv": list(snapshot.argv),
        "context_files": list(snapshot.context_files),
        "output_format": str(snapshot.output_format),
    }


def snapshot_from_document(document: Document) -> Snapshot:
    known = _known(Snapshot, document)
    return Snapshot(
        **known
        | {
            "argv": tuple(known.get("argv") or ()),
            "context_files": tuple(known.get("context_files") or ()),
        }
    )


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    return {
        "severity": verdict.severity.value,
        "summary": verdict.summary,
        "source": verdict.source.value,
        "reason": verdict.reason,
        "findings": [finding_document(finding) for finding in verdict.findings],
    }


def verdict_from_document(document: Document) -> Verdict:
    return Verdict(
        **_known(Verdict, document)
        | {
            "severity": Severity(document["severity"]),
            "source": VerdictSource(document["source"]),
            "findings": tuple(
                finding_from_document(finding) for finding in document.get("findings") or ()
            ),
        }
    )


def finding_document(finding: Finding) -> dict[str, Any]:
    return _plain(finding) | {"severity": finding.severity.value}


def finding_from_document(document: Document) -> Finding:
    return Finding(**_known(Finding, document) | {"severity": Severity(document["severity"])})


def time_from_text(text: str) -> datetime:
    """The moment of an ISO-8601 text, aware, in UTC; without a zone it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _task_spec_document(task: TaskSpec) -> dict[str, Any]:
    return {
        "name": task.name,
        "prompt": task.prompt,
        "context_files": list(task.context_files),
        "output_format": task.output_format.value,
    }


def _task_spec_from_document(document: Document) -> TaskSpec:
    known = _known(TaskSpec, document)
    return TaskSpec(
        **known
        | {
            "context_files": tuple(known.get("context_files") or ()),
            "output_format": OutputFormat(known.get("output_format") or OutputFormat.CHECKLIST),
        }
    )


def _notifications_document(notifications: Notifications) -> dict[str, Any]:
    return _plain(notifications) | {"channels": list(notifications.channels)}


def _notifications_from_document(document: Document) -> Notifications:
    known = _known(Notifications, document)
    if "channels" in known:
        known["channels"] = tuple(known["channels"])
    return Notifications(**known)


def _policies_document(policies: Policies) -> dict[str, Any]:
    return _plain(policies) | {
        "overlap": policies.overlap.value,
        "catch_up": policies.catch_up.value,
    }


def _policies_from_document(document: Document) -> Policies:
    known = _known(Policies, document)
    return Policies(
        **known
        | {
            "overlap": Overlap(known.get("overlap", Overlap.SKIP)),
            "catch_up": CatchUp(known.get("catch_up", CatchUp.ONE)),
        }
    )


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a flat dataclass; `asdict` would copy each value deeply."""
    return {name: getattr(value, name) for name in value.__slots__}


def _known(kind: type[Any], document: Document) -> dict[str, Any]:
    return {field.name: document[field.name] for field in fields(kind) if field.name in document}


def _time(text: str | None) -> datetime | None:
    return time_from_text(text) if text is not None else None
