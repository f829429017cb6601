"""Which councilors something is meant for: some by name, those that bear a tag, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from conselho.errors import NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.services.forms import Form, Line

MOST_NAMED = 2_000
# So many of those that are not there are named in a sentence.
_NAMED = 10


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


_Names = Annotated[tuple[Line, ...], Field(max_length=MOST_NAMED), AfterValidator(_once)]


class SelectionForm(Form):
    """Exactly one of the fields says who is meant. `tag` is short for `tags` with one.

    A word that is not known is refused: these orders are given to many at once.
    """

    model_config = ConfigDict(extra="forbid")

    agent_ids: _Names = ()
    tag: Line | None = None
    tags: _Names = ()
    all: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> SelectionForm:
        kinds = {
            "agent_ids": self.agent_ids, "tag": self.tag, "tags": self.tags, "all": self.all
        }  # fmt: skip
        given = [kind for kind, value in kinds.items() if value]
        if not given:
            raise ValueError("say which councilors: agent_ids, tag, tags, or all: true")
        if len(given) > 1:
            raise ValueError(f"say which councilors in one way only, not by {' and '.join(given)}")
        return self

    def chosen(self, agents: Sequence[Agent]) -> list[Agent]:
        """The councilors among `agents` that are meant: in the order named, else by id.

        Raises NotFound naming those that are not there, or saying that nobody is meant.
        """
        councilors = {agent.agent_id: agent for agent in agents if agent.is_councilor}
        if self.agent_ids:
            return _named(self.agent_ids, councilors)
        tags = {self.tag, *self.tags}
        found = [
            councilor
            for _, councilor in sorted(councilors.items())
            if self.all or not tags.isdisjoint(councilor.tags)
        ]
        if not found:
            raise NobodyMeant([] if self.all else sorted(filter(None, tags)))
        return found

    def describe(self) -> str:
        """Who is meant, in words: `all councilors`, `the councilors with the tag 'nightly'`."""
        if self.all:
            return "all councilors"
        if self.agent_ids:
            return _listed(self.agent_ids)
        tags = self.tags or (self.tag or "",)
        return f"the councilors with the tag {_listed(tags, ' or ')}"


class UnknownCouncilors(NotFound):
    """Several ids of which no councilor is known."""

    def __init__(self, agent_ids: Sequence[str]) -> None:
        super().__init__("councilor", agent_ids[0])
        if len(agent_ids) > 1:
            first, others = agent_ids[:_NAMED], len(agent_ids) - _NAMED
            more = f", nor {others} others" if others > 0 else ""
            self.args = (f"There are no councilors {_listed(first)}{more}.",)
        self.agent_ids = tuple(agent_ids)


class NobodyMeant(NotFound):
    """Tags that no councilor bears, or a council without any (`tags` is empty)."""

    def __init__(self, tags: Sequence[str]) -> None:
        super().__init__("councilor", ", ".join(tags))
        self.args = (
            f"No councilor bears the tag {_listed(tags, ' or ')}."
            if tags
            else "The council has no councilor yet.",
        )


def _named(agent_ids: Sequence[str], councilors: dict[AgentId, Agent]) -> list[Agent]:
    unknown = [agent_id for agent_id in agent_ids if agent_id not in councilors]
    if unknown:
        raise UnknownCouncilors(unknown)
    return [councilors[AgentId(agent_id)] for agent_id in agent_ids]


def _listed(names: Sequence[str], between: str = ", ") -> str:
    return between.join(repr(name) for name in names)
