"""The endpoints, one method each, and the waits that need more than one request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from conselho.client.refusals import NotConselho, RefusedForNow
from conselho.client.stream import StreamEvent, follow
from conselho.client.transport import Transport, segment
from conselho.errors import Unavailable

JsonObject = dict[str, Any]

# Programs are asked for their versions, each with patience of its own.
_DOCTOR_SECONDS = 120.0
# A council of thousands is changed councilor by councilor.
_BULK_SECONDS = 120.0
FINAL_STATUSES = frozenset({"completed", "error", "cancelled", "skipped", "missed"})
_LONGEST_PAUSE_SECONDS = 1.0


class Client:
    """Speaks to one server. Holds no connection between calls: there is nothing to close.

    `timeout_seconds` bounds each wait for an answer. `silence_seconds`: a stream or a followed log
    that says nothing for that long is opened anew (the stream's heartbeat comes every 15 s).
    `patience_seconds`: how long a call that outlives a restart of the server waits for its return.
    `first_wait_seconds` comes before the first new try; it grows.

    Every method raises Unavailable when nothing answers, a Refused when the answer is an error, and
    NotConselho when it cannot be understood.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_seconds: float = 10,
        silence_seconds: float = 40,
        patience_seconds: float = 60,
        first_wait_seconds: float = 0.5,
    ) -> None:
        """`token` is shown with every request, to a server that asks for a login.

        Raises Invalid when `url` is not one of http or https with a host.
        """
        self._transport = Transport(url, timeout_seconds=timeout_seconds, token=token)
        self._token = token
        self._timeout = timeout_seconds
        self._silence = silence_seconds
        self._patience = patience_seconds
        self._first_wait = first_wait_seconds

    @property
    def url(self) -> str:
        """Where the server is, without a slash at the end."""
        return self._transport.url

    def councilors(self) -> JsonObject:
        """`{agents, count, last_event_id, now}`: every councilor with its state."""
        query = {"is_councilor": "true"}
        return self._with_rows(
            "agents", self._transport.json("GET", "/api/councilors", query=query)
        )

    def tasks(
        self,
        *,
        limit: int = 50,
        agent_id: str | None = None,
        status: str | None = None,
        severity: str | None = None,
    ) -> JsonObject:
        """`{count, total, tasks, last_event_id}`, the newest first."""
        query = {"limit": limit, "agent_id": agent_id, "status": status, "severity": severity}
        return self._with_rows("tasks", self._transport.json("GET", "/api/tasks", query=query))

    def task(self, task_id: str) -> JsonObject:
        """One row of the tasks."""
        return self._transport.json("GET", f"/api/tasks/{segment(task_id)}")

    def cancel(self, task_id: str) -> JsonObject:
        """`{success, message, task}`."""
        return self._transport.json("POST", f"/api/tasks/{segment(task_id)}/cancel")

    def execute_now(self, agent_id: str) -> JsonObject:
        """Start a run, without waiting for it: `{success, message, execution, stats}`."""
        path = f"/api/councilors/{segment(agent_id)}/execute-now"
        answer: JsonObject = self._transport.json("POST", path)
        execution = answer.get("execution")
        if not isinstance(execution, dict) or not isinstance(execution.get("execution_id"), str):
            raise NotConselho(self.url, "it does not name the execution it started")
        return answer

    def set_schedule_enabled(self, agent_id: str, *, enabled: bool) -> JsonObject:
        """Resume or pause: `{success, message, schedule}`."""
        path = f"/api/agents/{segment(agent_id)}/councilor-schedule"
        return self._transport.json("PATCH", path, body={"enabled": enabled})

    def report(self, agent_id: str, *, limit: int = 10) -> JsonObject:
        """The councilor's report, at top level and again under `report`."""
        path = f"/api/agents/{segment(agent_id)}/councilor-reports"
        answer = self._transport.json("GET", path, query={"limit": limit})
        return self._with_rows("recent_executions", answer)

    def usage(self, agent_id: str | None = None, *, days: int = 30) -> JsonObject:
        """`{days: [{date, total, councilors}], budgets, timezone, now}`, today the last day."""
        query = {"agent_id": agent_id, "days": days}
        return self._with_rows("days", self._transport.json("GET", "/api/usage", query=query))

    def doctor(self, agent_ids: Sequence[str] = (), *, provider: str | None = None) -> JsonObject:
        """`{ok, providers, councilors, surroundings, budgets, ...}` of the server's examination.

        Only these councilors and this provider, if any are given. May take a minute.
        """
        transport = self._patient(_DOCTOR_SECONDS)
        query = {"agent_id": list(agent_ids) or None, "provider": provider}
        answer = transport.json("GET", "/api/doctor", query=query)
        if not isinstance(answer.get("ok"), bool):
            raise NotConselho(self.url, "it does not say whether its councilors can run")
        return self._with_rows("councilors", self._with_rows("providers", answer))

    def apply(self, files: Sequence[Mapping[str, str]], *, base: str, prune: bool) -> JsonObject:
        """Make the council what `files` ({name, text}) say: `{success, changes, warnings}`.

        `base` is the folder that they speak of, where relative paths begin.
        """
        body = {"files": list(files), "base": base, "prune": prune, "force": True}
        answer = self._transport.json("POST", "/api/council", body=body)
        return self._with_rows("changes", answer)

    def next_slots(self, agent_id: str, *, count: int = 10) -> JsonObject:
        """A councilor's next slots: `{sentence, timezone, slots, left_out, warnings, ...}`."""
        path = f"/api/councilors/{segment(agent_id)}/next"
        return self._with_rows("slots", self._transport.json("GET", path, query={"count": count}))

    def pause(self, selection: Mapping[str, object]) -> JsonObject:
        """Pause councilors together: `{message, changed, unchanged, failed}`.

        `selection` holds one of `agent_ids`, `tags`, `all`.
        """
        return self._bulk("/api/council/pause", selection)

    def resume(
        self, selection: Mapping[str, object], *, include_single: bool = False
    ) -> JsonObject:
        """As `pause`, and `still_paused`: those that were paused one by one."""
        body = {**selection, "include_single": include_single}
        return self._bulk("/api/council/resume", body)

    def run(self, selection: Mapping[str, object]) -> JsonObject:
        """Start a run of each: `{message, started: [{agent_id, execution_id}], refused}`."""
        answer = self._bulk("/api/council/run", selection)
        return self._with_rows("refused", self._with_rows("started", answer))

    def backfill(
        self, selection: Mapping[str, object], *, confirm: int | None = None, **what: object
    ) -> JsonObject:
        """Run slots of the past: `{confirm, per_councilor, ...}` first, then with that `confirm`.

        `what`: `from` and `until`, texts, and `include_covered`.
        """
        body = {**selection, **what, "confirm": confirm}
        return self._bulk("/api/backfills", body)

    def maintenance(self, *, everything: bool = False) -> JsonObject:
        """`{windows, count}`: active and planned ones, or all."""
        query = {"all": 1 if everything else None}
        answer = self._transport.json("GET", "/api/maintenance", query=query)
        return self._with_rows("windows", answer)

    def start_maintenance(self, window: Mapping[str, object]) -> JsonObject:
        """Set a window (`starts_at`, `ends_at` or `duration`, `reason`, `tags`, `agent_ids`)."""
        return self._transport.json("POST", "/api/maintenance", body=window)

    def end_maintenance(self, window_id: str) -> JsonObject:
        """End a window now: `{success, message, window}`."""
        return self._transport.json("DELETE", f"/api/maintenance/{segment(window_id)}")

    def tokens(self) -> JsonObject:
        """`{tokens, count}`: revoked ones too, oldest first."""
        return self._with_rows("tokens", self._transport.json("GET", "/api/tokens"))

    def create_token(self, token: Mapping[str, object]) -> JsonObject:
        """Make a token (`name`, `role`, `expires`): `{success, message, token, secret}`."""
        return self._transport.json("POST", "/api/tokens", body=token)

    def revoke_token(self, token_id: str) -> JsonObject:
        """`{success, message, token}`."""
        return self._transport.json("DELETE", f"/api/tokens/{segment(token_id)}")

    def journal(
        self, agent_id: str | None = None, *, limit: int = 50, before: int | None = None
    ) -> JsonObject:
        """`{entries, count, next_before}`, the newest first."""
        query = {"agent_id": agent_id, "limit": limit, "before": before}
        return self._with_rows("entries", self._transport.json("GET", "/api/journal", query=query))

    def audit(
        self,
        *,
        target: str | None = None,
        actor: str | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> JsonObject:
        """`{entries, count, next_before}`, the newest first: who changed what."""
        query = {"target": target, "actor": actor, "limit": limit, "before": before}
        return self._with_rows("entries", self._transport.json("GET", "/api/audit", query=query))

    def log(self, task_id: str, *, follow: bool = False) -> Iterator[bytes]:
        """The Task's log from its first byte, piece by piece.

        With `follow` it goes on until the Task has ended: a connection that breaks or falls silent
        is opened again and goes on where it broke.
        """
        patience = _Patience(self._patience)
        ever_connected = False
        given = 0
        while True:
            known = given
            try:
                with self._open_log(task_id, follow=follow) as pieces:
                    ever_connected = True
                    patience.restart()
                    for piece in pieces:
                        patience.restart()
                        new = piece[known:]
                        known -= len(piece) - len(new)
                        given += len(new)
                        if new:
                            yield new
                return
            except (Unavailable, RefusedForNow):
                if not (follow and ever_connected) or patience.is_out():
                    raise
                time.sleep(self._first_wait)

    def export(self, form: str, **query: object) -> Iterator[bytes]:
        """All tasks as one file (`csv`, `jsonl`), piece by piece; `query` are the API's filters."""
        asked = {"format": form, **query}
        with self._transport.open("GET", "/api/export/tasks", query=asked) as response:
            yield from self._transport.pieces(response)

    def council_file(self, agent_id: str) -> str:
        """The councilor as the text of its council file."""
        path = f"/api/councilors/{segment(agent_id)}/council-file"
        with self._transport.open("GET", path) as response:
            content = b"".join(self._transport.pieces(response))
        try:
            return content.decode()
        except UnicodeDecodeError as exc:
            raise NotConselho(self.url, f"its answer to GET {path} is no text") from exc

    def wait_for_end(self, task_id: str, *, timeout_seconds: float | None = None) -> JsonObject:
        """The Task's row as soon as it is final, or as it stands after `timeout_seconds`.

        Asks again and again rather than to listen to the stream: the time-out is exact, and a
        restart of the server in between does no harm.
        """
        patience = _Patience(self._patience)
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        pause = 0.1
        while True:
            is_late = deadline is not None and time.monotonic() >= deadline
            try:
                row = self.task(task_id)
                if is_late or row.get("status") in FINAL_STATUSES:
                    return row
                patience.restart()
            except (Unavailable, RefusedForNow):
                if is_late or patience.is_out():
                    raise
            left = pause if deadline is None else max(0.0, deadline - time.monotonic())
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)

    def events(
        self, last_event_id: str | None = None, *, notice: Callable[[str], None] = lambda _: None
    ) -> Iterator[StreamEvent]:
        """Everything that happens, from now on or after `last_event_id`, without an end.

        Heartbeats are given too. A stream that breaks or falls silent is opened again and resumed,
        after a wait that grows up to what the server asks for; `notice` is told in a sentence when
        the stream is lost and when it is back. After a `reset` event the resume point is gone: what
        happened before it must be fetched anew, and the stream goes on.

        Raises Unavailable only when the first connection fails.
        """
        if last_event_id is None:
            # Without a point to resume from, a loss before the first event would leave a gap.
            last_event_id = self._newest_event_id()
        yield from follow(
            self._transport,
            last_event_id,
            silence_seconds=self._silence,
            first_wait_seconds=self._first_wait,
            notice=notice,
        )

    def _bulk(self, path: str, body: Mapping[str, object]) -> JsonObject:
        return self._patient(_BULK_SECONDS).json("POST", path, body=body)

    def _patient(self, seconds: float) -> Transport:
        seconds = max(self._timeout, seconds)
        return Transport(self.url, timeout_seconds=seconds, token=self._token)

    def _newest_event_id(self) -> str | None:
        newest = self.tasks(limit=1).get("last_event_id")
        return newest if isinstance(newest, str) else None

    @contextmanager
    def _open_log(self, task_id: str, *, follow: bool) -> Iterator[Iterator[bytes]]:
        path = f"/api/tasks/{segment(task_id)}/log"
        query = {"follow": 1 if follow else None}
        silence = self._silence if follow else None
        with self._transport.open("GET", path, query=query, silence_seconds=silence) as response:
            yield self._transport.pieces(response)

    def _with_rows(self, name: str, answer: JsonObject) -> JsonObject:
        """`answer`, checked to hold a list of objects under `name`."""
        rows = answer.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise NotConselho(self.url, f"its answer holds no list of {name!r}")
        return answer


class _Patience:
    """Whether nothing good has come for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since = time.monotonic()

    def restart(self) -> None:
        self._since = time.monotonic()

    def is_out(self) -> bool:
        return time.monotonic() - self._since > self._seconds
