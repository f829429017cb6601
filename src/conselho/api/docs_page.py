"""The description of the API for programs (/openapi.json) and for people (/docs).

The page is built with the rest of the web pages: it asks nothing of any other server, and needs no
inline script.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response


class Description:
    """The OpenAPI document as bytes: made once, when somebody asks for the first time.

    The models behind it take as long to load as the rest of the server, and the making of it would
    hold up the event loop.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._making = asyncio.Lock()
        self._document: bytes | None = None

    async def __call__(self, request: Request) -> Response:
        async with self._making:
            if self._document is None:
                self._document = await asyncio.to_thread(self._make)
        return Response(self._document, media_type="application/json")

    def _make(self) -> bytes:
        from conselho.api.openapi import describe

        return json.dumps(describe(self._app), ensure_ascii=False).encode()


def install(app: FastAPI, pages: Path) -> None:
    """Serve both; `pages` is the folder of the built web pages."""

    async def docs(request: Request) -> Response:
        page = pages / "docs.html"
        if not page.is_file():
            return PlainTextResponse("The page is not built. Run `make page`.\n", status_code=503)
        return FileResponse(page, headers={"cache-control": "no-cache"})

    app.add_route("/openapi.json", Description(app).__call__, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
