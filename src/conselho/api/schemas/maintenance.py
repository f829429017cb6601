"""Times in which slots are skipped, because people said so."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Done, Moment, Shape, about


class Window(Shape):
    """A maintenance window. Without `tags` and `agent_ids` it holds for everybody."""

    window_id: str = about("The id.", "0199f3c2a7b0")
    starts_at: Moment = about("When it begins.")
    ends_at: Moment | None = about("When it ends; null: until somebody ends it.")
    reason: str = about("Why, for people.", "new disks")
    tags: list[str] = about("It holds for councilors with one of these tags.", ["nightly"])
    agent_ids: list[str] = about("It holds for these councilors.", ["ana"])
    state: Literal["planned", "active", "over"] = about("Where it stands now.", "active")


class Windows(Shape):
    """Maintenance windows."""

    windows: list[Window] = about("Those that begin first come first.")
    count: int = about("How many there are.", 1)


class ChangedWindow(Done):
    """The window as it is now."""

    window: Window = about("The window.")
