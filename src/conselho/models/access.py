"""Who may do what: roles, the tokens that carry them, and who acts in a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Each may do what those before it may.

    viewer: read. operator: run, pause, resume, cancel, maintenance, backfill. admin: promote, edit,
    agents and their commands, council files, tokens, audit.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def covers(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token as it is stored: never the secret, only its SHA-256 in hex (`digest`).

    The secret is random and long, so it needs no slow hash. `name` is for people, in the audit.
    """

    token_id: str
    name: str
    role: Role
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        expired = self.expires_at is not None and self.expires_at <= moment
        return self.revoked_at is None and not expired


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that logged in with a token, as it is stored.

    `digest` is the SHA-256 in hex of what its cookie holds, `token_digest` that of the token.
    """

    digest: str
    token_digest: str
    created_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who makes a request. `name` is the token's, or `local` on a server that asks for none."""

    name: str
    role: Role
    token_id: str | None = None
    address: str = ""
