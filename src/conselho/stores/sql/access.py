"""Tokens: a few rows, found by the digest of what a client shows."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from conselho.errors import AlreadyExists, NotFound
from conselho.models.access import AccessToken, Role
from conselho.stores.sql.portable import insert, take_turn
from conselho.stores.sql.rows import (
    Row,
    Values,
    micros,
    micros_or_none,
    moment_of,
    moment_or_none,
    storable,
)
from conselho.stores.sql.schema import tokens


def add_token(conn: sa.Connection, token: AccessToken) -> None:
    # Whether a name is free depends on the time, which no unique index knows.
    take_turn(conn, "tokens")
    values = token_values(token)
    holder = {"name": values["name"], "now": values["created_at"]}
    if conn.execute(_HOLDS_NAME, holder).first() is not None:
        raise AlreadyExists("token", token.name)
    statement = insert(conn.dialect.name, tokens).on_conflict_do_nothing()
    if not conn.execute(statement, values).rowcount:
        raise AlreadyExists("token", token.token_id)


_HOLDS_NAME = sa.select(tokens.c.token_id).where(
    tokens.c.name == sa.bindparam("name"),
    tokens.c.revoked_at.is_(None),
    sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > sa.bindparam("now")),
)


def all_tokens(conn: sa.Connection) -> list[AccessToken]:
    return [token_of_row(row) for row in conn.execute(_ALL)]


_ALL = sa.select(tokens).order_by(tokens.c.created_at, tokens.c.token_id)


def token_of(conn: sa.Connection, digest: str) -> AccessToken | None:
    row = conn.execute(_BY_DIGEST, {"digest": storable(digest)}).one_or_none()
    return None if row is None else token_of_row(row)


_BY_DIGEST = sa.select(tokens).where(tokens.c.digest == sa.bindparam("digest"))


def revoke_token(conn: sa.Connection, token_id: str, now: datetime) -> AccessToken:
    key = {"id": storable(token_id)}
    conn.execute(_REVOKE, key | {"now": micros(now)})
    row = conn.execute(_BY_ID, key).one_or_none()
    if row is None:
        raise NotFound("token", token_id)
    return token_of_row(row)


_same_token = tokens.c.token_id == sa.bindparam("id")
_BY_ID = sa.select(tokens).where(_same_token)
# Again is no error, and does not move the time of the first.
_REVOKE = (
    sa.update(tokens)
    .where(_same_token, tokens.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("now"))
)


def token_used(conn: sa.Connection, token_id: str, now: datetime) -> None:
    conn.execute(_USED, {"id": storable(token_id), "now": micros(now)})


_USED = sa.update(tokens).where(_same_token).values(last_used_at=sa.bindparam("now"))


def token_values(token: AccessToken) -> Values:
    return {
        "token_id": storable(token.token_id),
        "name": storable(token.name),
        "role": token.role.value,
        "digest": storable(token.digest),
        "created_at": micros(token.created_at),
        "expires_at": micros_or_none(token.expires_at),
        "revoked_at": micros_or_none(token.revoked_at),
        "last_used_at": micros_or_none(token.last_used_at),
    }


def token_of_row(row: Row) -> AccessToken:
    """The token of a row of the table."""
    token_id, name, role, digest, created_at, expires_at, revoked_at, last_used_at = row
    return AccessToken(
        token_id=token_id,
        name=name,
        role=Role(role),
        digest=digest,
        created_at=moment_of(created_at),
        expires_at=moment_or_none(expires_at),
        revoked_at=moment_or_none(revoked_at),
        last_used_at=moment_or_none(last_used_at),
    )
