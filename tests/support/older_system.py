"""Documents as the older system keeps them, in plain JSON; give what the test is about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def older_agent(agent_id: str = "ana", **fields: Any) -> Json:
    """A councilor, as it lies in the collection of agents."""
    return {
        "_id": {"$oid": "65f0c0ffee00000000000001"},
        "agent_id": agent_id,
        "definition": {
            "name": agent_id.title(),
            "emoji": "🦉",
            "description": "Looks after the tests.",
            "model": "sonnet",
            "tags": ["quality"],
        },
        "persona": {"content": "You look after the tests."},
        "is_councilor": True,
        "councilor_config": {
            "title": "Guardian of tests",
            "schedule": {"type": "interval", "value": "30m", "enabled": True},
            "task": {"name": "look around", "prompt": "Look around.", "context_files": None},
            "notifications": {"on_success": False, "channels": ["toast", "panel"]},
        },
        "customization": {"enabled": True, "display_name": "Dona Ana", "color": "#e9c46a"},
        "stats": {"total_executions": 12, "last_execution": None, "success_rate": 50.0},
        "created_at": {"$date": "2026-10-01T12:00:00Z"},
    } | fields


def older_execution(number: int = 1, agent_id: str = "ana", **fields: Any) -> Json:
    """A run, as it lies in the former collection of executions."""
    minute = f"2026-11-20T{number // 60 % 24:02d}:{number % 60:02d}"
    return {
        "_id": {"$oid": f"65f0c0ffee{number:014x}"},
        "execution_id": f"exec_{agent_id}_{number}",
        "councilor_id": agent_id,
        "started_at": {"$date": f"{minute}:00Z"},
        "completed_at": {"$date": f"{minute}:30Z"},
        "duration_ms": 30_000,
        "status": "completed",
        "severity": "success",
        "output": "All is well.\nNothing to do.",
        "error": None,
        "created_at": {"$date": f"{minute}:30Z"},
    } | fields


def older_task(number: int = 1, agent_id: str = "ana", **fields: Any) -> Json:
    """A run of the council, as it lies in the older collection of tasks."""
    minute = f"2026-11-21T{number // 60 % 24:02d}:{number % 60:02d}"
    return {
        "_id": {"$oid": f"65f0beef00{number:014x}"},
        "agent_id": agent_id,
        "provider": "gemini",
        "prompt": "Look around.",
        "cwd": "/srv/project",
        "timeout": 300,
        "status": "completed",
        "instance_id": f"councilor_{agent_id}_{number}",
        "context": {},
        "created_at": {"$date": f"{minute}:00Z"},
        "updated_at": {"$date": f"{minute}:20Z"},
        "started_at": {"$date": f"{minute}:10Z"},
        "completed_at": {"$date": f"{minute}:20Z"},
        "result": "Three files are long.",
        "exit_code": 0,
        "duration": 10.5,
        "is_councilor_execution": True,
        "councilor_config": {"title": "T", "task_name": "sizes", "display_name": "Old Ana"},
        "severity": "warning",
    } | fields


def write_lines(path: Path, documents: Iterable[Any]) -> Path:
    """A file as mongoexport writes it; text stands as it is."""
    lines = (item if isinstance(item, str) else json.dumps(item) for item in documents)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
