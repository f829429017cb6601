"""Which role each route needs: the whole table, in one place.

A route is named by its method and path as the application declares it; `WEBSOCKET` and `MOUNT` are
methods here. A path that stands here nowhere may be read by a viewer and written by an admin, but
tests/live/test_roles.py fails until it stands here. None: open to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.routing import compile_path

from conselho.models.access import Role

VIEWER, OPERATOR, ADMIN = Role.VIEWER, Role.OPERATOR, Role.ADMIN

_COUNCILOR: Final[Mapping[tuple[str, str], Role]] = {
    ("POST", "promote-councilor"): ADMIN,
    ("DELETE", "demote-councilor"): ADMIN,
    ("PATCH", "councilor-config"): ADMIN,
    ("PATCH", "councilor-schedule"): OPERATOR,
    ("POST", "execute-now"): OPERATOR,
    # With a prompt of the caller's own.
    ("POST", "execute"): OPERATOR,
    ("GET", "councilor-reports"): VIEWER,
    ("GET", "councilor-reports/latest"): VIEWER,
    ("GET", "council-file"): VIEWER,
    ("GET", "next"): VIEWER,
    ("GET", "findings"): VIEWER,
}

# Fixed paths before those with a parameter in their place.
ROLES: Final[Mapping[tuple[str, str], Role | None]] = {
    # What a browser needs before anybody can log in, and what a supervisor asks.
    ("GET", "/"): None,
    ("GET", "/index.html"): None,
    ("GET", "/assets/{path:path}"): None,
    ("GET", "/docs"): None,
    ("GET", "/healthz"): None,
    ("GET", "/health"): None,
    ("GET", "/api/session"): None,
    ("POST", "/api/session"): None,
    ("DELETE", "/api/session"): None,
    ("GET", "/readyz"): VIEWER,
    ("GET", "/metrics"): VIEWER,
    ("GET", "/openapi.json"): VIEWER,
    ("GET", "/api/councilors/events/stream"): VIEWER,
    ("WEBSOCKET", "/ws/gamification"): VIEWER,
    ("GET", "/api/councilors/scheduler/jobs"): VIEWER,
    ("GET", "/api/councilors"): VIEWER,
    ("GET", "/api/agents"): VIEWER,
    ("POST", "/api/agents"): ADMIN,
    ("GET", "/api/agents/metrics"): VIEWER,
    ("GET", "/api/agents/instances"): VIEWER,
    ("POST", "/api/agents/instances"): ADMIN,
    ("GET", "/api/agents/instances/{instance_id}"): VIEWER,
    ("PATCH", "/api/agents/instances/{instance_id}"): ADMIN,
    ("DELETE", "/api/agents/instances/{instance_id}"): ADMIN,
    ("PATCH", "/api/agents/instances/{instance_id}/cwd"): ADMIN,
    ("PATCH", "/api/agents/instances/{instance_id}/statistics"): OPERATOR,
    ("GET", "/api/agents/context/{instance_id}"): VIEWER,
    # Executions that ran elsewhere.
    ("POST", "/api/councilors/executions"): OPERATOR,
    ("POST", "/api/councilors/councilors/executions"): OPERATOR,
    ("POST", "/api/agents/executions"): OPERATOR,
    ("POST", "/api/agents/councilors/executions"): OPERATOR,
    ("GET", "/api/agents/{agent_id}"): VIEWER,
    ("PATCH", "/api/agents/{agent_id}"): ADMIN,
    ("DELETE", "/api/agents/{agent_id}"): ADMIN,
    **{
        (method, f"{prefix}/{{agent_id}}/{path}"): role
        for prefix in ("/api/councilors", "/api/agents")
        for (method, path), role in _COUNCILOR.items()
    },
    ("POST", "/api/council"): ADMIN,
    ("POST", "/api/council/pause"): OPERATOR,
    ("POST", "/api/council/resume"): OPERATOR,
    ("POST", "/api/council/run"): OPERATOR,
    ("POST", "/api/backfills"): OPERATOR,
    ("GET", "/api/maintenance"): VIEWER,
    ("POST", "/api/maintenance"): OPERATOR,
    ("DELETE", "/api/maintenance/{window_id}"): OPERATOR,
    ("GET", "/api/tasks"): VIEWER,
    ("GET", "/api/tasks/processing"): VIEWER,
    ("GET", "/api/tasks/events"): VIEWER,
    ("GET", "/api/tasks/{task_id}"): VIEWER,
    ("GET", "/api/tasks/{task_id}/details"): VIEWER,
    ("GET", "/api/tasks/{task_id}/log"): VIEWER,
    ("POST", "/api/tasks/{task_id}/cancel"): OPERATOR,
    ("GET", "/api/export/tasks"): VIEWER,
    ("GET", "/api/journal"): VIEWER,
    ("GET", "/api/kpis"): VIEWER,
    ("GET", "/api/series"): VIEWER,
    ("GET", "/api/timeline"): VIEWER,
    ("GET", "/api/usage"): VIEWER,
    ("GET", "/api/catalogue"): VIEWER,
    # It only reckons; a POST because a schedule is a body.
    ("POST", "/api/schedules/preview"): VIEWER,
    # It starts programs, to ask them for their versions.
    ("GET", "/api/doctor"): OPERATOR,
    ("GET", "/api/workers"): VIEWER,
    ("GET", "/api/audit"): ADMIN,
    ("GET", "/api/tokens"): ADMIN,
    ("POST", "/api/tokens"): ADMIN,
    ("DELETE", "/api/tokens/{token_id}"): ADMIN,
    # Each tool goes through the API again, with the caller's token.
    ("MOUNT", "/mcp"): VIEWER,
}

RUNS: Final = frozenset(
    {
        "/api/councilors/{agent_id}/execute-now",
        "/api/agents/{agent_id}/execute-now",
        "/api/councilors/{agent_id}/execute",
        "/api/agents/{agent_id}/execute",
        "/api/council/run",
        "/api/backfills",
    }
)
READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "WEBSOCKET"})

_MATCHERS: Final = [(*key, compile_path(key[1])[0]) for key in ROLES if key[0] != "MOUNT"]
_MOUNTS: Final = [path for method, path in ROLES if method == "MOUNT"]


def role_for(method: str, path: str) -> Role | None:
    """The role that a request needs; None when it needs none."""
    known = route_of(method, path)
    if known is not None:
        return ROLES[known]
    return VIEWER if method in READS else ADMIN


def changes_council(method: str, path: str) -> bool:
    """Whether a request changes who sits in the council and what they do there.

    All that an admin may write, but for tokens, which are about who may ask.
    """
    return (
        method not in READS
        and role_for(method, path) is ADMIN
        and not path.startswith("/api/tokens")
    )


def route_of(method: str, path: str) -> tuple[str, str] | None:
    """The entry of the table that a request falls under."""
    if method == "HEAD":
        method = "GET"
    for name, template, pattern in _MATCHERS:
        if name == method and pattern.match(path):
            return name, template
    for mount in _MOUNTS:
        if path == mount or path.startswith(f"{mount}/"):
            return "MOUNT", mount
    return None
