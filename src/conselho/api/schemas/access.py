"""Who somebody is, and the tokens that show it."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Done, Moment, Shape, about
from conselho.models.access import Role


class Session(Shape):
    """Who this browser is."""

    name: str | None = about("The name of the token, or `local`; null for nobody.", "local")
    role: Role | None = about("What it may do; null for nobody.", "admin")
    login_required: bool = about("Whether this server asks for a token.", False)


class Token(Shape):
    """A token; never its secret."""

    token_id: str = about("The id.", "0199f3c2a7b0")
    name: str = about("For people.", "deploy")
    role: Role = about("What it may do.", "operator")
    state: Literal["holds", "expired", "revoked"] = about("Whether it is accepted.", "holds")
    created_at: Moment = about("When it was made.")
    expires_at: Moment | None = about("When it ends; null: never.")
    revoked_at: Moment | None = about("When it was revoked.")
    last_used_at: Moment | None = about("When it was used last, to a minute or so.")


class Tokens(Shape):
    """Every token, revoked ones too."""

    tokens: list[Token] = about("The oldest first.")
    count: int = about("How many there are.", 1)


class CreatedToken(Done):
    """The new token with its secret, which is told this once and stored nowhere."""

    token: Token = about("The token.")
    secret: str = about("Send it as `Authorization: Bearer SECRET`.", "cns_example")


class RevokedToken(Done):
    """The token as it is now."""

    token: Token = about("The token.")
