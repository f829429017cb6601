"""Whether the councilors can run."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Moment, Shape
from conselho.api.schemas.base import about as told
from conselho.api.schemas.figures import BudgetState
from conselho.services.doctor import Health


class Trouble(Shape):
    """Something that stands in the way, or might."""

    level: Literal["error", "warning"] = told("An error keeps it from running.", "error")
    about: str = told("What it is about, in a word.", "program")
    sentence: str = told("A sentence for people.", "There is no program 'claude' on PATH.")


class ProviderHealth(Shape):
    """One provider."""

    name: str = told("Its name.", "claude")
    label: str = told("Its name for people.", "Claude Code")
    state: Health = told("Whether it can run.", "ready")
    program: str | None = told("The path of what would be started.", "/usr/bin/claude")
    version: str | None = told("What the program calls its version.", "2.1.0")
    troubles: list[Trouble] = told("What stands in the way.")
    used_by: int = told("How many councilors it serves.", 2)


class CouncilorHealth(Shape):
    """One councilor."""

    agent_id: str = told("The id.", "ana")
    display_name: str = told("Its name for people.", "Ana")
    provider: str = told("Which provider runs it.", "claude")
    enabled: bool = told("False while it is paused.", True)
    state: Health = told("Whether it can run.", "ready")
    troubles: list[Trouble] = told("What stands in the way.")


class Surroundings(Shape):
    """Where the agents run."""

    user: str = told("As whom.", "conselho")
    is_root: bool = told("Whether that is the superuser.", False)
    home: str | None = told("Their home.", "/home/conselho")
    path: list[str] = told("Where their programs are looked for.", ["/usr/bin"])
    cwd: str = told("Where they work, unless they have their own place.", "/srv/project")
    workspaces: list[str] = told("Where they may work; empty: anywhere.", [])
    troubles: list[Trouble] = told("What stands in the way.")


class Budgets(Shape):
    """The budgets."""

    council: BudgetState = told("The whole council's.")
    councilors: dict[str, BudgetState] = told("Of each that has one, by agent_id.")


class Checkup(Shape):
    """What the doctor found."""

    examined_by: Literal["server"] = told("Who looked.", "server")
    council: Literal["store"] = told("Whose councilors they are.", "store")
    ok: bool = told("Whether every councilor that was examined can run.", True)
    providers: list[ProviderHealth] = told("Every provider.")
    councilors: list[CouncilorHealth] = told("Every councilor.")
    surroundings: Surroundings = told("Where they run.")
    budgets: Budgets | None = told("What is left of the budgets.")
    now: Moment = told("The time of the server.")
