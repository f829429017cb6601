"""Who sends a request, whether they may, and whether they do it too often; as plain ASGI.

It stands before everything but the host and origin checks (security.py), so that the page's data,
the stream, the WebSocket and /mcp fall under the same rules. What it finds out is for handlers in
`request.state.identity` (context.identity_of).
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from conselho.api.addresses import origin
from conselho.api.front import STREAM_PATH
from conselho.api.rate_limits import Crowd, Kind, RateLimits
from conselho.api.roles import READS, RUNS, changes_council, role_for, route_of
from conselho.api.security import refuse
from conselho.api.watch import Watch
from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.access import Identity, Role
from conselho.services.access import Access, Pass, local
from conselho.services.tokens import PREFIX

COOKIE: Final = "conselho_session"
# When others may have left.
FULL_SECONDS: Final = 60
EXPORTS: Final = "/api/export/"
CHALLENGE: Final = (b"www-authenticate", b'Bearer realm="conselho"')
ASKED: Final = (
    "This server asks for a token: log in on its page, send it as `Authorization: Bearer`, or set"
    " CONSELHO_TOKEN for the command line."
)
READ_ONLY: Final = (
    "The council of this server is not changed from here (read_only_council): change its files, and"
    " start the server again."
)
# The same for every reason: it tells nobody whether a token exists.
NOT_ACCEPTED: Final = "This token is not accepted: it is wrong, has expired, or was revoked."


class _Refused(Exception):
    def __init__(self, status: int, detail: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


class Gate:
    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        limits: RateLimits,
        clock: Clock,
        *,
        read_only_council: bool = False,
    ) -> None:
        """`read_only_council`: nobody changes the council from here, whatever their role."""
        self._read_only_council = read_only_council
        self._app = app
        self._access = access
        self._limits = limits
        self._watch = Watch(access, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        method = scope.get("method", "WEBSOCKET")
        needed = role_for(method, scope["path"])
        if needed is None:
            await self._app(scope, receive, send)
            return
        try:
            shown = await self._shown(scope)
            identity = self._identity(scope, shown)
            _require(identity, needed)
            if self._read_only_council and changes_council(method, scope["path"]):
                raise _Refused(403, READ_ONLY)
            self._slow_down(scope, method, identity)
        except StoreUnavailable as error:
            await refuse(scope, send, error.http_status, str(error))
            return
        except _Refused as error:
            await refuse(scope, send, error.status, error.detail, error.headers)
            return
        scope.setdefault("state", {})["identity"] = identity
        if _is_stream(scope, method):
            await self._for_long(scope, receive, send, identity, shown)
        else:
            await self._app(scope, receive, send)

    async def _shown(self, scope: Scope) -> Pass | None:
        """What this request was let in with; None for nothing. Raises _Refused for a bad token.

        A session that has ended is nothing: a browser shows its cookie until it is told otherwise.
        """
        headers = dict(scope["headers"])
        address = address_of(scope)
        scheme, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            return await self._with_token(given.strip(), address)
        value = session_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        return await self._access.with_session(value, address=address) if value else None

    async def _with_token(self, secret: str, address: str) -> Pass:
        # Ours are too long to be guessed: who mistypes one must not lock out all others behind a
        # shared address. What somebody thought of, for the settings, may be guessed.
        guessable = not secret.startswith(PREFIX)
        if guessable:
            self._let_guess(address)
        shown = await self._access.with_token(secret, address=address)
        if guessable or shown is None:
            self._let_guess(address)
        if shown is None:
            self._limits.spend("failed_logins", origin(address))
            raise _Refused(401, NOT_ACCEPTED, CHALLENGE)
        return shown

    def _let_guess(self, address: str) -> None:
        """Asked before a token is looked at, and again before the answer: who guesses many at once
        must not learn more than who guesses one after the other. Raises _Refused.
        """
        refusal = locked_out(self._limits, address)
        if refusal is not None:
            raise _Refused(*refusal)

    def _identity(self, scope: Scope, shown: Pass | None) -> Identity:
        if shown is not None:
            return shown.identity
        if self._access.login_required:
            raise _Refused(401, ASKED, CHALLENGE)
        return local(address_of(scope))

    def _slow_down(self, scope: Scope, method: str, identity: Identity) -> None:
        who, is_local = _counted_as(identity), self._is_local(identity)
        kinds: list[tuple[Kind, str]] = []
        if method not in READS:
            kinds.append(("writes", "changes"))
            route = route_of(method, scope["path"])
            if route is not None and route[1] in RUNS:
                kinds.append(("runs", "runs"))
        if _is_stream(scope, method):
            kinds.append(("streams", "new streams"))
        for kind, words in kinds:
            wait = self._limits.spend(kind, who, is_local=is_local)
            if wait is not None:
                amount = self._limits.amount(kind, is_local=is_local)
                raise _Refused(
                    *too_often(f"{amount} {words} a minute are the most for {who}", wait)
                )

    async def _for_long(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity, shown: Pass | None
    ) -> None:
        """Let in what goes on: counted while it does, and watched, for it outlives its check."""
        who, is_local = _counted_as(identity), self._is_local(identity)
        full = self._limits.enter(who, identity.address, is_local=is_local)
        if full is not None:
            status, detail, retry = self._too_many(full, who, identity, is_local=is_local)
            await refuse(scope, send, status, detail, [retry])
            return
        abort = scope.get("conselho.abort")
        watching = self._watch.over(shown, abort) if shown and abort else nullcontext()
        try:
            with watching:
                await self._app(scope, receive, send)
        finally:
            self._limits.leave(who, identity.address)

    def _too_many(
        self, full: Crowd, who: str, identity: Identity, *, is_local: bool
    ) -> tuple[int, str, tuple[bytes, bytes]]:
        if full == "max_streams":
            most = f"{self._limits.max_streams} open streams are the most for this server"
            _, detail, retry = too_often(most, FULL_SECONDS)
            return 503, detail, retry
        if full == "streams_of_address":
            who = f"the address {origin(identity.address)}"
        amount = self._limits.amount(full, is_local=is_local)
        return too_often(f"{amount} open streams are the most for {who}", FULL_SECONDS)

    def _is_local(self, identity: Identity) -> bool:
        return identity.token_id is None and not self._access.login_required


def address_of(scope: Scope) -> str:
    """The client's address, as a trusted proxy tells it, if one stands before the server."""
    client = scope.get("client")
    return client[0] if client else ""


def session_cookie(header: str) -> str | None:
    """The value of the session's cookie.

    Cookies of other servers on this host come along, whatever they hold: none hides ours. Ours is
    never quoted; the standard library's reader takes seconds for a value that is made to be slow.
    """
    for pair in header.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE:
            return value.strip() or None
    return None


def _require(identity: Identity, needed: Role) -> None:
    if not identity.role.covers(needed):
        raise _Refused(
            403,
            f"This needs the role {needed.value}; the token {identity.name!r} has the role"
            f" {identity.role.value}.",
        )


def too_often(what: str, wait: int) -> tuple[int, str, tuple[bytes, bytes]]:
    """Status, sentence and header for somebody who has to wait for so many seconds."""
    seconds = "1 second" if wait == 1 else f"{wait} seconds"
    return 429, f"{what}. Try again in {seconds}.", (b"retry-after", str(wait).encode())


def locked_out(limits: RateLimits, address: str) -> tuple[int, str, tuple[bytes, bytes]] | None:
    """What an address is answered that failed to log in too often; None while it may try."""
    wait = limits.spent("failed_logins", origin(address))
    if wait is None:
        return None
    return too_often("There were too many failed logins from this address", wait)


def _counted_as(identity: Identity) -> str:
    """Whose count it is. A token counts wherever it is used from."""
    if identity.token_id is not None:
        return f"the token {identity.name!r}"
    return f"the address {origin(identity.address)}"


def _is_stream(scope: Scope, method: str) -> bool:
    """Whether the answer goes on for long: stream, socket, export, a log that is followed."""
    path: str = scope["path"]
    if method == "WEBSOCKET" or path == STREAM_PATH or path.startswith(EXPORTS):
        return True
    # Read as the router reads it: a name may be written with escapes.
    query = scope.get("query_string", b"").decode("latin-1")
    return path.endswith("/log") and "follow" in dict(parse_qsl(query, keep_blank_values=True))
