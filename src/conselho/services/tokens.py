"""Tokens: made, listed, revoked. The secret is told once and kept by nobody but its holder."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final

from pydantic import field_validator

from conselho.clock import Clock
from conselho.errors import Conflict
from conselho.models.access import AccessToken, Role
from conselho.models.task import utc_text
from conselho.services.forms import Form, Line
from conselho.services.moments import Length
from conselho.store import AccessStore

# So that people and secret scanners see what it is.
PREFIX: Final = "cns_"
_SECRET_BYTES: Final = 32  # 43 characters of base 64
# Each request is held against all of them.
MOST_TOKENS: Final = 500
# Whoever needs no login, and the token of the settings.
LOCAL_NAME: Final = "local"
SETTINGS_NAME: Final = "settings"
RESERVED: Final = frozenset({LOCAL_NAME, SETTINGS_NAME})


class TokenForm(Form):
    """A token to make: `expires` is a length from now, such as `90d`; without it, it never ends."""

    name: Line
    role: Role
    expires: Length | None = None

    @field_validator("name")
    @classmethod
    def _not_ours(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError(f"{name!r} is what the audit calls somebody without a token of a name")
        return name


class Tokens:
    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, form: TokenForm) -> tuple[AccessToken, str]:
        """A new token and its secret, which cannot be told again.

        Raises AlreadyExists for a name that a token which holds has, Conflict for too many.
        """
        now = self._clock.now()
        if (
            len([token for token in await self._store.tokens() if token.holds_at(now)])
            >= MOST_TOKENS
        ):
            raise Conflict(f"There are {MOST_TOKENS} tokens that hold. Revoke some first.")
        secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        token = AccessToken(
            token_id=secrets.token_hex(6),
            name=form.name,
            role=form.role,
            digest=digest_of(secret),
            created_at=now,
            expires_at=now + form.expires if form.expires else None,
        )
        await self._store.add_token(token)
        return token, secret

    async def all(self) -> list[AccessToken]:
        """Every token, revoked ones too, oldest first."""
        return await self._store.tokens()

    async def revoke(self, token_id: str) -> AccessToken:
        """Let it hold no more; again is no error. Raises NotFound."""
        return await self._store.revoke_token(token_id, now=self._clock.now())

    def document(self, token: AccessToken) -> dict[str, Any]:
        """A token as the API shows it: everything but what is secret."""
        return {
            "token_id": token.token_id,
            "name": token.name,
            "role": token.role.value,
            "state": _state(token, self._clock.now()),
            "created_at": utc_text(token.created_at),
            "expires_at": _text(token.expires_at),
            "revoked_at": _text(token.revoked_at),
            "last_used_at": _text(token.last_used_at),
        }


def digest_of(secret: str) -> str:
    """What is stored of a secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def holds_any(store: AccessStore, now: datetime) -> bool:
    """Whether somebody could log in."""
    return any(token.holds_at(now) for token in await store.tokens())


def _state(token: AccessToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "holds" if token.holds_at(now) else "expired"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)
