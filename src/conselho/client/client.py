"""The client for callers that wait: commands, and scripts that have no event loop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from conselho.client.address import address_of
from conselho.client.calls import Call, JsonObject, segment
from conselho.client.endpoints import Endpoints
from conselho.client.refusals import NotConselho, RefusedForNow, asked_wait
from conselho.client.transport import Transport
from conselho.errors import Unavailable

FINAL_STATUSES = frozenset({"completed", "error", "cancelled", "skipped", "missed"})
_LONGEST_PAUSE_SECONDS = 1.0


class Client(Endpoints[JsonObject]):
    """Speaks to one server. Holds no connection between calls: there is nothing to close.

    `timeout_seconds` bounds each wait for an answer. `silence_seconds`: a followed log that says
    nothing for that long is opened anew. `patience_seconds`: how long a call that outlives a
    restart of the server waits for its return. `first_wait_seconds` comes before a new try.

    Every method raises Unavailable when nothing answers, a Refused when the answer is an error, and
    NotConselho when it cannot be understood.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        timeout_seconds: float = 10,
        silence_seconds: float = 40,
        patience_seconds: float = 60,
        first_wait_seconds: float = 0.5,
    ) -> None:
        """Without a `url`: the server that the command line speaks to, with its token.

        Raises Invalid when `url` is not one of http or https with a host, and Unavailable when no
        server is named and none runs here.
        """
        address = address_of(url, token)
        self.url = address.url
        self._transport = Transport(address, timeout_seconds=timeout_seconds)
        self._silence = silence_seconds
        self._patience = patience_seconds
        self._first_wait = first_wait_seconds

    def _ask(self, call: Call) -> JsonObject:
        return self._transport.json(call)

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
            except (Unavailable, RefusedForNow) as exc:
                if not (follow and ever_connected) or patience.is_out():
                    raise
                time.sleep(max(self._first_wait, min(asked_wait(exc), self._patience)))

    def export(self, form: str, **query: object) -> Iterator[bytes]:
        """All tasks as one file (`csv`, `jsonl`), piece by piece; `query` are the API's filters."""
        asked = {"format": form, **query}
        call = Call(method="GET", path="/api/export/tasks", query=asked)
        with self._transport.open(call) as response:
            yield from self._transport.pieces(response)

    def council_file(self, agent_id: str) -> str:
        """The councilor as the text of its council file."""
        call = Call(method="GET", path=f"/api/councilors/{segment(agent_id)}/council-file")
        with self._transport.open(call) as response:
            content = b"".join(self._transport.pieces(response))
        try:
            return content.decode()
        except UnicodeDecodeError as exc:
            raise NotConselho(self.url, f"its answer to {call.name} is no text") from exc

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

    @contextmanager
    def _open_log(self, task_id: str, *, follow: bool) -> Iterator[Iterator[bytes]]:
        path = f"/api/tasks/{segment(task_id)}/log"
        call = Call(method="GET", path=path, query={"follow": 1 if follow else None})
        silence = self._silence if follow else None
        with self._transport.open(call, silence_seconds=silence) as response:
            yield self._transport.pieces(response)


class _Patience:
    """Whether nothing good has come for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since = time.monotonic()

    def restart(self) -> None:
        self._since = time.monotonic()

    def is_out(self) -> bool:
        return time.monotonic() - self._since > self._seconds
