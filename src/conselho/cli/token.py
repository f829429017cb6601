"""`conselho token`: who may speak to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from conselho.cli import phrases, rows
from conselho.cli.options import (
    Choices,
    pass_choices,
    running_server,
    with_colour,
    with_json,
    with_server,
)
from conselho.cli.screen import Cell, Column, Ink, tell
from conselho.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conselho.client import Client, JsonObject
    from conselho.config import Settings
    from conselho.services.audits import Audits
    from conselho.services.tokens import Tokens

_TOKENS = (
    Column(name="Token"),
    Column(name="Name", wide=True),
    Column(name="Role"),
    Column(name="State"),
    Column(name="Until", beneath=True),
    Column(name="Last used", beneath=True),
)


@click.group()
def token() -> None:
    """Make, list and revoke the tokens that a server asks for.

    Speaks to the running server; when none runs, works on the data directory.
    """


@token.command()
@click.option(
    "--role",
    required=True,
    type=click.Choice(["viewer", "operator", "admin"]),
    help="viewer reads; operator also runs, pauses and cancels; admin may do everything.",
)
@click.option("--name", required=True, metavar="NAME", help="Whose it is, for the audit.")
@click.option("--expires", metavar="LENGTH", help="How long it holds: 12h, 90d. Default: for ever.")
@with_json
@with_server
@with_colour
@pass_choices
def create(choices: Choices, role: str, name: str, expires: str | None) -> None:
    """Make a token and print its secret, which is shown only now."""
    form = {"role": role, "name": name, "expires": expires}

    async def offline(tokens: Tokens, audits: Audits) -> JsonObject:
        from pydantic import ValidationError

        from conselho.services.access import local
        from conselho.services.audits import Act
        from conselho.services.form_problems import InvalidForm, problems
        from conselho.services.tokens import TokenForm

        try:
            made, secret = await tokens.create(TokenForm.model_validate(form))
        except ValidationError as error:
            raise InvalidForm(problems(error)) from error
        document = tokens.document(made)
        act = Act(action="token_created", target=made.token_id, after=document)
        await audits.write(local(""), act)
        return {"success": True, "token": document, "secret": secret}

    answer = _answer(choices, lambda client: client.create_token(form), offline)
    if choices.as_json:
        choices.screen.json(answer)
        return
    # Alone on stdout, for a pipe; the rest is for people.
    made = rows.inner(answer, "token")
    tell(f"token {rows.text(made, 'token_id') or '?'} of {name}, {role}; it is shown only now:")
    choices.screen.line(rows.text(answer, "secret") or "")


@token.command("list")
@with_json
@with_server
@with_colour
@pass_choices
def list_tokens(choices: Choices) -> None:
    """List tokens, never their secrets."""

    async def offline(tokens: Tokens, _audits: Audits) -> JsonObject:
        found = [tokens.document(each) for each in await tokens.all()]
        return {"tokens": found, "count": len(found)}

    answer = _answer(choices, lambda client: client.tokens(), offline)
    if choices.as_json:
        choices.screen.json(answer)
        return
    found = rows.objects(answer, "tokens")
    if found:
        choices.screen.table(_TOKENS, [_cells(each) for each in found])
    else:
        choices.screen.line("There is no token.")


@token.command()
@click.argument("token_id")
@with_json
@with_server
@with_colour
@pass_choices
def revoke(choices: Choices, token_id: str) -> None:
    """Revoke a token: its sessions and streams end too."""

    async def offline(tokens: Tokens, audits: Audits) -> JsonObject:
        from conselho.services.access import local
        from conselho.services.audits import Act

        gone = await tokens.revoke(token_id)
        act = Act(action="token_revoked", target=gone.token_id, after={"name": gone.name})
        await audits.write(local(""), act)
        return {"success": True, "token": tokens.document(gone)}

    answer = _answer(choices, lambda client: client.revoke_token(token_id), offline)
    if choices.as_json:
        choices.screen.json(answer)
        return
    revoked = rows.inner(answer, "token")
    choices.screen.line("revoked", token_id, rows.text(revoked, "name") or "")


def _answer(
    choices: Choices,
    online: Callable[[Client], JsonObject],
    offline: Callable[[Tokens, Audits], Awaitable[JsonObject]],
) -> JsonObject:
    """What the server, or the data directory without one, answers."""
    import asyncio

    from conselho.config import load_settings

    named = choices.named_url()
    if named is not None:
        return online(choices.client_of(named))
    settings, _ = load_settings({"data_dir": choices.data_dir})
    local = running_server(settings.data_dir)
    if local is not None:
        try:
            return online(choices.client_of(local, admin_token=settings.admin_token))
        except Unavailable as error:
            # It may have ended just now. If not, the lock of the data directory tells.
            tell(str(error))
    return asyncio.run(_offline(settings, offline))


async def _offline(
    settings: Settings, work: Callable[[Tokens, Audits], Awaitable[JsonObject]]
) -> JsonObject:
    from conselho.logs import configure_logs
    from conselho.wiring.commands import open_tokens

    configure_logs(settings)  # to stderr: stdout is for the answer
    async with open_tokens(settings) as (tokens, audits):
        return await work(tokens, audits)


def _cells(found: Any) -> list[Cell]:
    return [
        Ink(rows.text(found, "token_id") or "?", "bold"),
        rows.text(found, "name") or "?",
        rows.text(found, "role") or "?",
        rows.text(found, "state") or "?",
        phrases.calendar(rows.time(found, "expires_at")) or "for ever",
        phrases.calendar(rows.time(found, "last_used_at")) or "never",
    ]
