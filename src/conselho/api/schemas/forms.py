"""What the fields of bodies mean, each with an example.

By field; `form.field` is one form's own. A form that is like an answer is described by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conselho.api.schemas.agents import (
    Agent,
    CouncilorConfig,
    Customization,
    Notifications,
    Policies,
    TaskSpec,
)
from conselho.api.schemas.base import Shape
from conselho.api.schemas.parameters import MOMENT
from conselho.api.schemas.schedules import Schedule

NO_EXAMPLE: Final = object()

LIKE: Final[Mapping[str, type[Shape]]] = {
    "AgentForm": Agent,
    "AgentPatch": Agent,
    "ConfigForm": CouncilorConfig,
    "CustomizationForm": Customization,
    "NotificationsForm": Notifications,
    "PoliciesForm": Policies,
    "ScheduleForm": Schedule,
    "TaskForm": TaskSpec,
}

FIELDS: Final[Mapping[str, tuple[str, Any]]] = {
    "after": ("Only slots after this moment; now unless given.", MOMENT),
    "agent_id": ("The id of the agent.", "ana"),
    "agent_ids": ("These councilors.", ["ana", "bia"]),
    "ai_provider": ("Has no effect but a warning: an agent runs with its own.", "claude"),
    "all": ("All councilors.", True),
    "base": ("The absolute folder that relative `cwd` values start from.", "/srv/project"),
    "ConfigPatch.customization": ("Fields of `CustomizationForm`.", {"color": "#7c3aed"}),
    "ConfigPatch.notifications": ("Fields of `NotificationsForm`.", {"on_success": True}),
    "ConfigPatch.policies": ("Fields of `PoliciesForm`.", {"timeout_seconds": 900}),
    "ConfigPatch.schedule": ("Fields of `ScheduleForm`, or a short text.", {"value": "1h"}),
    "ConfigPatch.task": ("Fields of `TaskForm`.", {"prompt": "Read the project and report."}),
    "ConfigPatch.title": ("The title of the seat.", "Guardian of quality"),
    "confirm": ("The number of runs that the plan told: starts them.", 3),
    "context_mode": ("Is sent back as it came.", "stateless"),
    "councilor_config": ("The seat.", {"title": "Guardian", "schedule": "1h", "task": {}}),
    "councilor_id": ("The agent_id of the councilor.", "ana"),
    "count": ("How many slots.", 10),
    "customization": ("How it appears.", {"display_name": "Ana, the watchful"}),
    "cwd": ("Has no effect but a warning: an agent runs in its own folder.", "/srv/project"),
    "dry_run": ("Start nothing, even with `confirm`.", False),
    "duration": ("How long, instead of `ends_at`: a number with m, h or d.", "2h"),
    "duration_ms": ("How long it took, in milliseconds.", 12500),
    "enabled": ("False pauses, true resumes.", False),
    "ends_at": ("When it ends; without it and `duration`, when somebody ends it.", MOMENT),
    "error": ("What went wrong.", None),
    "execution_id": ("A new id.", "exec_ana_1796076000000"),
    "exit_code": ("The exit code of its program.", 0),
    "expires": ("How long it holds: a number with m, h or d; without it, always.", "90d"),
    "files": ("The council files.", [{"name": "ana.md", "text": "---\nagent_id: ana\n---\n"}]),
    "force": ("Apply files that did not change since the last time, too.", True),
    "from": ("The beginning of the range.", MOMENT),
    "include_covered": ("Slots that ran, too.", False),
    "include_single": ("Also those that were paused one by one.", False),
    "increment_count": ("Has no effect: runs are counted when they end.", True),
    "input_text": ("The prompt.", "Read the project and report."),
    "instance_id": ("A name for this conversation.", "instance-1f2e"),
    "completed_at": ("When it ended.", MOMENT),
    "name": ("Its name.", "deploy"),
    "CouncilFileForm.name": ("The name of the file.", "ana.md"),
    "output": ("What the agent said.", "All is well."),
    "provider": ("The provider, for one that is no councilor yet.", "claude"),
    "prune": ("Demote councilors of council files that are not among these.", False),
    "reason": ("Why, for people.", "new disks"),
    "role": ("What it may do.", "operator"),
    "schedule": ("The schedule, or a short text.", "0 9 * * 1"),
    "severity": ("What came out.", "success"),
    "started_at": ("When it began.", MOMENT),
    "starts_at": ("When it begins; now unless given.", MOMENT),
    "status": ("How it ended.", "completed"),
    "tag": ("Councilors with this tag.", "nightly"),
    "tags": ("Councilors with one of these tags.", ["nightly"]),
    "task_duration": ("How long it took, in milliseconds.", 12500),
    "text": ("What the file holds.", "---\nagent_id: ana\n---\n"),
    "timeout": ("Seconds; the older place of `policies.timeout_seconds`.", 600),
    "token": ("The secret of the token.", "cns_example"),
    "until": ("Its end; now unless given.", MOMENT),
}

# What has no description of its own.
MEANINGS: Final[Mapping[str, str]] = {
    "By": "How long a bucket is.",
    "ConfigForm": "A seat: title, when, what, whom to tell, within which bounds.",
    "CouncilFileForm": "One council file.",
    "CustomizationForm": "How a councilor appears.",
    "Format": "How exported rows are written.",
    "InstanceStatus": "What the newest run of an instance does.",
    "Metric": "Which figures a chart shows.",
    "NotificationsForm": "For which severities people want to be told, and where.",
    "OutputFormat": "How an agent is to answer.",
    "PoliciesForm": "How a councilor's runs are bounded, retried and caught up.",
    "PromoteForm": "The seat of a new councilor.",
    "ScheduleType": "What the value of a schedule is.",
    "Status": "Where an execution stands; the last five are final.",
    "TaskForm": "What a councilor does at each run.",
}


def meaning_of(form: str, field: str) -> tuple[str, Any] | None:
    """The description of a field and an example; None for one that has none."""
    told = FIELDS.get(f"{form}.{field}")
    if told is None and form in LIKE and field in LIKE[form].model_fields:
        shown = LIKE[form].model_fields[field]
        return shown.description or "", (shown.examples or [NO_EXAMPLE])[0]
    return told or FIELDS.get(field)
