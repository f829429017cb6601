"""Whether the server does its work."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Shape, about


class Alive(Shape):
    """The server is there."""

    status: Literal["ok"] = about("Always `ok`.", "ok")


class Check(Shape):
    """One part of the server."""

    ok: bool = about("Whether it works.", True)
    detail: str = about("What is wrong, or `ok`.", "ok")


class Checks(Shape):
    """The parts of the server."""

    store: Check = about("It can be written.")
    bus: Check = about("What is stored reaches the stream.")
    scheduler: Check = about("It looks for due slots, and none is overdue.")
    sweeper: Check = about("It looks for runs whose worker is gone.")
    workers: Check = about("No run waits for a queue without a live worker.")


class Readiness(Shape):
    """Whether the server does its work now."""

    status: Literal["ready", "not ready"] = about(
        "`ready` when all parts but `workers` work.", "ready"
    )
    checks: Checks = about("Each part.")
