"""Browsers that are logged in: a row each, found by the digest of what its cookie holds."""

from __future__ import annotations

import sqlalchemy as sa

from conselho.models.access import Session
from conselho.stores.sql.portable import insert
from conselho.stores.sql.rows import micros, moment_of, storable
from conselho.stores.sql.schema import sessions

# Over a bound there is one, unless a bound was lowered: then some go with each new one.
_AT_ONCE = 100


def open_session(conn: sa.Connection, session: Session, most: int, most_of_token: int) -> None:
    values = {
        "digest": storable(session.digest),
        "token": storable(session.token_digest),
        "created_at": micros(session.created_at),
        "ends_at": micros(session.ends_at),
    }
    conn.execute(_FORGET_ENDED, {"now": values["created_at"]})
    conn.execute(insert(conn.dialect.name, sessions).on_conflict_do_nothing(), values)
    conn.execute(_FORGET_OF_TOKEN, {"of": values["token"], "kept": most_of_token})
    conn.execute(_FORGET, {"kept": most})


_FORGET_ENDED = sa.delete(sessions).where(sessions.c.ends_at <= sa.bindparam("now"))
_OLDEST = (
    sa.select(sessions.c.digest)
    .order_by(sessions.c.created_at.desc(), sessions.c.digest)
    .limit(_AT_ONCE)
    .offset(sa.bindparam("kept", type_=sa.Integer))
)
_FORGET = sa.delete(sessions).where(sessions.c.digest.in_(_OLDEST))
_FORGET_OF_TOKEN = sa.delete(sessions).where(
    sessions.c.digest.in_(_OLDEST.where(sessions.c.token == sa.bindparam("of")))
)


def session_of(conn: sa.Connection, digest: str) -> Session | None:
    row = conn.execute(_BY_DIGEST, {"of": storable(digest)}).one_or_none()
    if row is None:
        return None
    digest, token, created_at, ends_at = row
    return Session(
        digest=digest,
        token_digest=token,
        created_at=moment_of(created_at),
        ends_at=moment_of(ends_at),
    )


_same = sessions.c.digest == sa.bindparam("of")
_BY_DIGEST = sa.select(sessions).where(_same)


def close_session(conn: sa.Connection, digest: str) -> None:
    conn.execute(_CLOSE, {"of": storable(digest)})


_CLOSE = sa.delete(sessions).where(_same)
