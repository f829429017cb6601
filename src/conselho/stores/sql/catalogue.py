"""Agents: small documents, replaced whole, guarded by their version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from conselho.errors import AlreadyExists, NotFound, StaleVersion
from conselho.models.agent import Agent
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry
from conselho.stores.sql.journal import enter
from conselho.stores.sql.outbox import store_events
from conselho.stores.sql.portable import insert
from conselho.stores.sql.rows import agent_of, agent_values, storable
from conselho.stores.sql.schema import agents

_same_agent = agents.c.agent_id == sa.bindparam("id")


def create_agent(
    conn: sa.Connection,
    agent: Agent,
    drafts: Sequence[EventDraft],
    entries: Sequence[JournalEntry],
) -> None:
    statement = insert(conn.dialect.name, agents).on_conflict_do_nothing()
    if not conn.execute(statement, agent_values(agent)).rowcount:
        raise AlreadyExists("agent", agent.agent_id)
    enter(conn, entries)
    store_events(conn, drafts, agent.updated_at)


def save_agent(
    conn: sa.Connection,
    agent: Agent,
    drafts: Sequence[EventDraft],
    entries: Sequence[JournalEntry],
) -> Agent:
    saved = replace(agent, version=agent.version + 1)
    parameters = agent_values(saved) | {"id": agent.agent_id, "known": agent.version}
    if not conn.execute(_SAVE, parameters).rowcount:
        agent_by_id(conn, agent.agent_id)  # raises NotFound when that is the cause
        raise StaleVersion(agent.agent_id)
    enter(conn, entries)
    store_events(conn, drafts, saved.updated_at)
    return saved


# Sets the columns whose names the parameters bear: all.
_SAVE = sa.update(agents).where(_same_agent, agents.c.version == sa.bindparam("known"))


def delete_agent(
    conn: sa.Connection,
    agent_id: AgentId,
    now: datetime,
    drafts: Sequence[EventDraft],
    entries: Sequence[JournalEntry],
) -> None:
    if not conn.execute(_DELETE, {"id": storable(agent_id)}).rowcount:
        raise NotFound("agent", agent_id)
    enter(conn, entries)
    store_events(conn, drafts, now)


_DELETE = sa.delete(agents).where(_same_agent)


def agent_by_id(conn: sa.Connection, agent_id: AgentId) -> Agent:
    document: str | None = conn.execute(_ONE, {"id": storable(agent_id)}).scalar_one_or_none()
    if document is None:
        raise NotFound("agent", agent_id)
    return agent_of(document)


_ONE = sa.select(agents.c.document).where(_same_agent)


def all_agents(conn: sa.Connection, is_councilor: bool | None) -> list[Agent]:
    statement = _ALL if is_councilor is None else _ALL.where(agents.c.is_councilor == is_councilor)
    return [agent_of(document) for document in conn.execute(statement).scalars()]


_ALL = sa.select(agents.c.document).order_by(agents.c.created_at, agents.c.agent_id)
