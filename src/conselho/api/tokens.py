"""Tokens, for administrators: listed, made, revoked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, InContext
from conselho.services.tokens import TokenForm

router = APIRouter(prefix="/api/tokens", tags=["access"])


@router.get("")
async def list_tokens(context: InContext) -> dict[str, Any]:
    """Every token, revoked ones too, oldest first; never a secret."""
    found = await context.tokens.all()
    return {"tokens": [context.tokens.document(token) for token in found], "count": len(found)}


@router.post("", status_code=201)
async def create_token(context: InContext, actor: Actor, form: TokenForm) -> dict[str, Any]:
    """Make a token. `secret` is told in this answer only, and stored nowhere."""
    token, secret = await context.tokens.create(form)
    context.access.forget()
    document = context.tokens.document(token)
    await audited(
        context, actor, Act(action="token_created", target=token.token_id, after=document)
    )
    return {
        "success": True,
        "message": f"Token {token.name!r}.",
        "token": document,
        "secret": secret,
    }


@router.delete("/{token_id}")
async def revoke_token(context: InContext, actor: Actor, token_id: str) -> dict[str, Any]:
    """Revoke a token, and end its sessions and streams; again is no error."""
    token = await context.tokens.revoke(token_id)
    context.access.forget()
    document = context.tokens.document(token)
    act = Act(action="token_revoked", target=token_id, after={"name": token.name})
    await audited(context, actor, act)
    return {"success": True, "message": f"Token {token.name!r} is revoked.", "token": document}
