"""The shipped catalogue."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.agents import TaskSpec
from conselho.api.schemas.base import Shape, about
from conselho.models.agent import OutputFormat
from conselho.models.schedule import ScheduleType

Language = Literal["pt-BR", "en"]


class SuggestedSchedule(Shape):
    """How often it is worth while."""

    type: ScheduleType = about("What `value` is.", "interval")
    value: str = about("The schedule.", "1d")


class Entry(Shape):
    """What all entries have."""

    agent_id: str = about("A good id for the agent.", "check-dependencies")
    lang: Language = about("The language of its texts.", "en")
    name: str = about("Its name.", "Dependencies")
    title: str = about("A good title of the seat.", "Guardian of dependencies")
    emoji: str = about("A good emoji.", "📦")
    description: str = about("What it is for.", "Looks for packages with known faults.")
    schedule: SuggestedSchedule = about("A suggestion.")


class Template(Entry):
    """A task for any agent."""

    kind: Literal["template"] = about("What it is.", "template")
    key: str = about("The key.", "CHECK_DEPENDENCIES")
    output_format: OutputFormat = about("How to answer.", "detailed")
    prompt: str = about("The prompt.", "Look for packages with known faults.")
    check: list[str] = about(
        "Arguments of the built-in check that does the same.", ["dependencies"]
    )


class Investigator(Entry):
    """An agent with a trade."""

    kind: Literal["investigator"] = about("What it is.", "investigator")
    key: str = about("The key.", "security-auditor")
    instructions: str = about("What it is told before every task.", "You look for weak spots.")
    task: TaskSpec = about("The task that it begins with.")


class Catalogue(Shape):
    """Everything that is shipped, in one language."""

    lang: Language = about("The language of the texts.", "en")
    languages: list[Language] = about("All there are.", ["pt-BR", "en"])
    templates: list[Template] = about("Tasks for any agent.")
    investigators: list[Investigator] = about("Agents with a trade.")
