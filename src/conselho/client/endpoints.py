"""The endpoints whose answer is JSON, one method each: written once, for a client that waits and
for one that awaits. `Answer` is what a method gives, a JsonObject or a coroutine of one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from conselho.client.calls import Call, Check, JsonObject, anything, rows, segment

Answer = TypeVar("Answer")

# Programs are asked for their versions, each with patience of its own.
_DOCTOR_SECONDS = 120.0
# A council of thousands is changed councilor by councilor.
_BULK_SECONDS = 120.0


class Endpoints(ABC, Generic[Answer]):
    @abstractmethod
    def _ask(self, call: Call) -> Answer:
        """Make this request, and check its answer."""

    def councilors(self) -> Answer:
        """`{agents, count, last_event_id, now}`: every councilor with its state."""
        return self._get("/api/councilors", rows("agents"), is_councilor="true")

    def tasks(
        self,
        *,
        limit: int = 50,
        agent_id: str | None = None,
        status: str | None = None,
        severity: str | None = None,
    ) -> Answer:
        """`{count, total, tasks, last_event_id}`, the newest first."""
        query = {"limit": limit, "agent_id": agent_id, "status": status, "severity": severity}
        return self._get("/api/tasks", rows("tasks"), **query)

    def task(self, task_id: str) -> Answer:
        """One row of the tasks."""
        return self._get(f"/api/tasks/{segment(task_id)}")

    def cancel(self, task_id: str) -> Answer:
        """`{success, message, task}`."""
        return self._post(f"/api/tasks/{segment(task_id)}/cancel")

    def execute_now(self, agent_id: str) -> Answer:
        """Start a run, without waiting for it: `{success, message, execution, stats}`."""
        path = f"/api/councilors/{segment(agent_id)}/execute-now"
        return self._post(path, check=_names_execution)

    def set_schedule_enabled(self, agent_id: str, *, enabled: bool) -> Answer:
        """Resume or pause: `{success, message, schedule}`."""
        path = f"/api/agents/{segment(agent_id)}/councilor-schedule"
        return self._ask(Call(method="PATCH", path=path, body={"enabled": enabled}))

    def report(self, agent_id: str, *, limit: int = 10) -> Answer:
        """The councilor's report, at top level and again under `report`."""
        path = f"/api/agents/{segment(agent_id)}/councilor-reports"
        return self._get(path, rows("recent_executions"), limit=limit)

    def usage(self, agent_id: str | None = None, *, days: int = 30) -> Answer:
        """`{days: [{date, total, councilors}], budgets, timezone, now}`, today the last day."""
        return self._get("/api/usage", rows("days"), agent_id=agent_id, days=days)

    def doctor(self, agent_ids: Sequence[str] = (), *, provider: str | None = None) -> Answer:
        """`{ok, providers, councilors, surroundings, budgets, ...}` of the server's examination.

        Only these councilors and this provider, if any are given. May take a minute.
        """
        return self._ask(
            Call(
                method="GET",
                path="/api/doctor",
                query={"agent_id": list(agent_ids) or None, "provider": provider},
                patience_seconds=_DOCTOR_SECONDS,
                check=_is_examination,
            )
        )

    def apply(self, files: Sequence[Mapping[str, str]], *, base: str, prune: bool) -> Answer:
        """Make the council what `files` ({name, text}) say: `{success, changes, warnings}`.

        `base` is the folder that they speak of, where relative paths begin.
        """
        body = {"files": list(files), "base": base, "prune": prune, "force": True}
        return self._post("/api/council", body, rows("changes"))

    def next_slots(self, agent_id: str, *, count: int = 10) -> Answer:
        """A councilor's next slots: `{sentence, timezone, slots, left_out, warnings, ...}`."""
        return self._get(f"/api/councilors/{segment(agent_id)}/next", rows("slots"), count=count)

    def pause(self, selection: Mapping[str, object]) -> Answer:
        """Pause councilors together: `{message, changed, unchanged, failed}`.

        `selection` holds one of `agent_ids`, `tags`, `all`.
        """
        return self._bulk("/api/council/pause", selection)

    def resume(self, selection: Mapping[str, object], *, include_single: bool = False) -> Answer:
        """As `pause`, and `still_paused`: those that were paused one by one."""
        body = {**selection, "include_single": include_single}
        return self._bulk("/api/council/resume", body)

    def run(self, selection: Mapping[str, object]) -> Answer:
        """Start a run of each: `{message, started: [{agent_id, execution_id}], refused}`."""
        return self._bulk("/api/council/run", selection, rows("started", "refused"))

    def backfill(
        self, selection: Mapping[str, object], *, confirm: int | None = None, **what: object
    ) -> Answer:
        """Run slots of the past: `{confirm, per_councilor, ...}` first, then with that `confirm`.

        `what`: `from` and `until`, texts, and `include_covered`.
        """
        return self._bulk("/api/backfills", {**selection, **what, "confirm": confirm})

    def maintenance(self, *, everything: bool = False) -> Answer:
        """`{windows, count}`: active and planned ones, or all."""
        return self._get("/api/maintenance", rows("windows"), all=1 if everything else None)

    def start_maintenance(self, window: Mapping[str, object]) -> Answer:
        """Set a window (`starts_at`, `ends_at` or `duration`, `reason`, `tags`, `agent_ids`)."""
        return self._post("/api/maintenance", window)

    def end_maintenance(self, window_id: str) -> Answer:
        """End a window now: `{success, message, window}`."""
        return self._ask(Call(method="DELETE", path=f"/api/maintenance/{segment(window_id)}"))

    def tokens(self) -> Answer:
        """`{tokens, count}`: revoked ones too, oldest first."""
        return self._get("/api/tokens", rows("tokens"))

    def create_token(self, token: Mapping[str, object]) -> Answer:
        """Make a token (`name`, `role`, `expires`): `{success, message, token, secret}`."""
        return self._post("/api/tokens", token)

    def revoke_token(self, token_id: str) -> Answer:
        """`{success, message, token}`."""
        return self._ask(Call(method="DELETE", path=f"/api/tokens/{segment(token_id)}"))

    def journal(
        self, agent_id: str | None = None, *, limit: int = 50, before: int | None = None
    ) -> Answer:
        """`{entries, count, next_before}`, the newest first."""
        query = {"agent_id": agent_id, "limit": limit, "before": before}
        return self._get("/api/journal", rows("entries"), **query)

    def audit(
        self,
        *,
        target: str | None = None,
        actor: str | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> Answer:
        """`{entries, count, next_before}`, the newest first: who changed what."""
        query = {"target": target, "actor": actor, "limit": limit, "before": before}
        return self._get("/api/audit", rows("entries"), **query)

    def _get(self, path: str, check: Check = anything, **query: object) -> Answer:
        return self._ask(Call(method="GET", path=path, query=query, check=check))

    def _post(
        self, path: str, body: Mapping[str, object] | None = None, check: Check = anything
    ) -> Answer:
        return self._ask(Call(method="POST", path=path, body=body, check=check))

    def _bulk(self, path: str, body: Mapping[str, object], check: Check = anything) -> Answer:
        return self._ask(
            Call(method="POST", path=path, body=body, check=check, patience_seconds=_BULK_SECONDS)
        )


def _names_execution(answer: JsonObject) -> str | None:
    execution = answer.get("execution")
    if isinstance(execution, dict) and isinstance(execution.get("execution_id"), str):
        return None
    return "it does not name the execution it started"


def _is_examination(answer: JsonObject) -> str | None:
    if not isinstance(answer.get("ok"), bool):
        return "it does not say whether its councilors can run"
    return rows("providers", "councilors")(answer)
