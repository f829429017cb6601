"""The page's login: a token for a session cookie, and back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from conselho.api.addresses import origin
from conselho.api.audit import Act, audited
from conselho.api.context import InContext
from conselho.api.gate import (
    CHALLENGE,
    COOKIE,
    NOT_ACCEPTED,
    address_of,
    locked_out,
    session_cookie,
)
from conselho.api.problems import problem
from conselho.models.access import Identity
from conselho.services.access import SESSION, local

router = APIRouter(prefix="/api/session", tags=["access"])


class LoginForm(BaseModel):
    """The secret of a token, as `conselho token create` told it."""

    token: Annotated[str, Field(min_length=1, max_length=1_000)]


@router.get("")
async def session(context: InContext, request: Request) -> dict[str, Any]:
    """Who this browser is: `{name, role, login_required}`, both null for nobody."""
    value = session_cookie(request.headers.get("cookie", ""))
    address = address_of(request.scope)
    shown = await context.access.with_session(value, address=address) if value else None
    return _who(context, shown.identity if shown else _without_login(context, request))


@router.post("")
async def log_in(context: InContext, request: Request, form: LoginForm) -> Response:
    """Log in with a token: 200 with a session cookie, 401 when it is not accepted."""
    address = address_of(request.scope)
    if refusal := locked_out(context.rate_limits, address):
        return _refused(*refusal)
    shown = await context.access.with_token(form.token.strip(), address=address)
    # Again: who guesses many at once must not learn more than who guesses one after the other.
    if refusal := locked_out(context.rate_limits, address):
        return _refused(*refusal)
    if shown is None:
        context.rate_limits.spend("failed_logins", origin(address))
        return _refused(401, NOT_ACCEPTED, CHALLENGE)
    await _end(context, request)  # one browser, one session
    answer = JSONResponse(_who(context, shown.identity))
    answer.set_cookie(
        COOKIE,
        await context.access.open_session(shown),
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    act = Act(action="login", target=shown.identity.token_id)
    await audited(context, shown.identity, act)
    return answer


@router.delete("")
async def log_out(context: InContext, request: Request) -> Response:
    """End this browser's session; without one it is no error."""
    await _end(context, request)
    answer = JSONResponse(_who(context, _without_login(context, request)))
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


async def _end(context: InContext, request: Request) -> None:
    value = session_cookie(request.headers.get("cookie", ""))
    if value:
        await context.access.close_session(value)


def _without_login(context: InContext, request: Request) -> Identity | None:
    return None if context.access.login_required else local(address_of(request.scope))


def _who(context: InContext, identity: Identity | None) -> dict[str, Any]:
    return {
        "name": identity.name if identity else None,
        "role": identity.role if identity else None,
        "login_required": context.access.login_required,
    }


def _refused(status: int, detail: str, header: tuple[bytes, bytes]) -> Response:
    answer = problem(status, detail)
    answer.headers[header[0].decode()] = header[1].decode()
    return answer
