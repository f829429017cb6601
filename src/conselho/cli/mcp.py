"""`conselho mcp`: the council's tools for an editor that starts programs and speaks over pipes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from conselho.cli.options import Choices, pass_choices, with_server

if TYPE_CHECKING:
    import httpx
    from mcp.server.mcpserver import Context

_TIMEOUT_SECONDS = 30


@click.command()
@with_server
@pass_choices
def mcp(choices: Choices) -> None:
    """Let an agent in an editor ask the council, over standard input and output.

    Speaks the Model Context Protocol, with the rights of the token in CONSELHO_TOKEN where the
    server asks for one. Configure it in the editor as the command `conselho mcp`; a server of
    Conselho must run.
    """
    from conselho.mcp_tools import council_server

    url = choices.named_url() or choices.local_url()
    token = os.environ.get("CONSELHO_TOKEN", "").strip()
    headers = {"authorization": f"Bearer {token}"} if token else {}

    @asynccontextmanager
    async def client(context: Context[Any, Any]) -> AsyncIterator[httpx.AsyncClient]:
        import httpx

        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=_TIMEOUT_SECONDS
        ) as opened:
            yield opened

    council_server(client).run("stdio")
