"""The audit: what people changed, in the order of seq. Nothing here is ever updated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from conselho.models.access import Role
from conselho.models.audit import AuditEntry
from conselho.stores.sql.rows import (
    Row,
    Values,
    micros,
    moment_of,
    storable,
    storable_or_none,
    to_json,
)
from conselho.stores.sql.schema import audit


def write_audit(conn: sa.Connection, entries: Sequence[AuditEntry]) -> None:
    if entries:
        conn.execute(sa.insert(audit), [audit_values(entry) for entry in entries])


def newest(
    conn: sa.Connection,
    limit: int,
    before_seq: int | None,
    actor: str | None,
    target: str | None,
) -> list[AuditEntry]:
    statement = sa.select(audit).order_by(audit.c.seq.desc()).limit(max(limit, 0))
    if before_seq is not None:
        statement = statement.where(audit.c.seq < before_seq)
    if actor is not None:
        statement = statement.where(audit.c.actor == storable(actor))
    if target is not None:
        statement = statement.where(audit.c.target == storable(target))
    return [audit_entry_of(row) for row in conn.execute(statement)]


def prune_audit(conn: sa.Connection, before: datetime, limit: int) -> int:
    return conn.execute(_PRUNE, {"before": micros(before), "max": max(limit, 0)}).rowcount


_PRUNE = sa.delete(audit).where(
    audit.c.seq.in_(
        sa.select(audit.c.seq)
        .where(audit.c.at < sa.bindparam("before"))
        .order_by(audit.c.at)
        .limit(sa.bindparam("max"))
    )
)


def audit_values(entry: AuditEntry) -> Values:
    return {
        "at": micros(entry.at),
        "actor": storable(entry.actor),
        "role": entry.role.value,
        "action": storable(entry.action),
        "target": storable_or_none(entry.target),
        "address": storable(entry.address),
        "before": _json(entry.before),
        "after": _json(entry.after),
    }


def audit_entry_of(row: Row) -> AuditEntry:
    """The entry of a row of the table."""
    seq, at, actor, role, action, target, address, before, after = row
    return AuditEntry(
        seq=seq,
        at=moment_of(at),
        actor=actor,
        role=Role(role),
        action=action,
        target=target,
        address=address,
        before=_document(before),
        after=_document(after),
    )


def _json(document: dict[str, Any] | None) -> str | None:
    return None if document is None else to_json(document)


def _document(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
