"""What helps where runs wait in a queue that nobody serves.

Of a store that is shared any machine may start one more worker. Another store belongs to one
process: that one must serve the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conselho.models.worker import Queue, Worker


class RemedyKind(StrEnum):
    """`start_worker`: one more process. `restart_server`: this one, told to serve more."""

    START_WORKER = "start_worker"
    RESTART_SERVER = "restart_server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """`command` is whole for a worker; a server needs what else it was started with, too."""

    kind: RemedyKind
    command: str

    def document(self) -> dict[str, str]:
        """As `GET /api/workers` answers it."""
        return {"kind": self.kind, "command": self.command}


def remedy(queue: Queue, *, is_shared: bool, own: Worker | None) -> Remedy:
    """What makes `queue` be served; `own` is this process, which goes on serving what it serves."""
    if is_shared:
        options = [] if queue is None else [f"--queue {queue}"]
        return Remedy(kind=RemedyKind.START_WORKER, command=" ".join(["conselho worker", *options]))
    served: list[Queue] = [*own.queues, queue] if own else [queue]
    options = [f"--queue {name}" for name in dict.fromkeys(served) if name is not None]
    if queue is None or own is None or own.serves_any:
        options.append("--any")
    return Remedy(kind=RemedyKind.RESTART_SERVER, command=" ".join(["conselho serve", *options]))


def remedy_sentence(queue: Queue, found: Remedy) -> str:
    """For people, in errors and checks."""
    if found.kind is RemedyKind.RESTART_SERVER:
        other = "give the agent a queue" if queue is None else "empty the queue of the agent"
        return f"Start the server again with `{found.command}` and its other options, or {other}."
    if queue is None:
        return f"Start one: `{found.command}`."
    return f"Start one with `{found.command}`, or give the agent another queue."
