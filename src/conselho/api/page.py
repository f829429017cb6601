"""The built page: files, most of them also as the build compressed them."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from conselho.api.codings import accepted

# What the build writes beside a file (web/vite.config.ts), the smallest first.
CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
# Its name says what is in it: a file of this name never changes.
HASHED: Final = re.compile(r"assets/[\w.-]{1,200}")
FOR_EVER: Final = "public, max-age=31536000, immutable"


class Page(StaticFiles):
    """Hashed assets may be kept for ever, the entry must be asked for anew."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404)
        if path in {"", "."}:
            path = "index.html"
        is_hashed = HASHED.fullmatch(path) is not None
        coding = self._coding(path, Headers(scope=scope)) if is_hashed else None
        name = path + dict(CODINGS)[coding] if coding else path
        response = await super().get_response(name, scope)
        response.headers["vary"] = "accept-encoding"
        response.headers["cache-control"] = FOR_EVER if is_hashed else "no-cache"
        if coding is not None and isinstance(response, FileResponse):
            response.headers["content-encoding"] = coding
            response.headers["content-type"] = _media_type(path)
        return response

    def _coding(self, path: str, headers: Headers) -> str | None:
        """The best one that the client takes, and that there is a file of."""
        taken = set(accepted(headers.get("accept-encoding", "")))
        for coding, suffix in CODINGS:
            if coding in taken and self.lookup_path(path + suffix)[1] is not None:
                return coding
        return None


def _media_type(path: str) -> str:
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
