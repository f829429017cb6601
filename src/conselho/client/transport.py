"""HTTP to one server: requests, answers as JSON or in pieces, and every failure as one of ours.

Built on http.client: loading a larger HTTP library would take longer than most commands take as a
whole. Each request has a connection of its own, so there is nothing to keep or to close.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import quote, urlencode, urlsplit

from conselho import __version__
from conselho.client.refusals import NotConselho, refusal
from conselho.errors import ConselhoError, Invalid, Unavailable

# Far above any real answer; only an endless one reaches it, and it must not fill the memory.
MAX_ANSWER_BYTES = 256 * 1024 * 1024
MAX_LINE_BYTES = 16 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}

Query = Mapping[str, object]


class Transport:
    """Requests to the server at `url`, each wait bounded by `timeout_seconds`.

    Every method raises Unavailable when nothing answers or the answer breaks off, a Refused when
    the answer is an error, and NotConselho when it cannot be understood.
    """

    def __init__(self, url: str, *, timeout_seconds: float, token: str | None = None) -> None:
        """`token` is shown with every request.

        Raises Invalid when `url` is not one of http or https with a host, and for a token that no
        header can bear.
        """
        if token is not None and not (token.isascii() and token.isprintable()):
            raise Invalid("token", "a token holds only printable ASCII characters.")
        self.url = url.rstrip("/")
        self._scheme, self._host, self._port, self._prefix = _split(self.url)
        self._timeout = timeout_seconds
        self._token = token

    def json(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """The JSON object that the server answers. Parameters that are None are left out.

        One whose value is a list is sent once for each of its elements.
        """
        with self.open(method, path, query=query, body=body) as response:
            answer = parsed(self._whole(response))
        if not isinstance(answer, dict):
            raise NotConselho(self.url, f"its answer to {method} {path} is no JSON object")
        return answer

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        silence_seconds: float | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """The response, when its status is good; its body is still to be read.

        `silence_seconds` replaces the bound on each wait once the connection stands.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = self._prefix + path + ("?" + urlencode(given, doseq=True) if given else "")
        headers = {"User-Agent": f"conselho/{__version__}", "Connection": "close"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            with self._translated():
                connection.connect()
                connection.sock.settimeout(silence_seconds or self._timeout)
                # A server that refuses a large body may answer and close before it has read it.
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(method, target, body=content, headers=headers)
                response = connection.getresponse()
            with response:
                if not 200 <= response.status < 300:
                    raise self._refusal(response, f"{method} {path}")
                yield response
        finally:
            connection.close()

    def pieces(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        """The body as it arrives, until it is complete."""
        while True:
            with self._translated():
                piece = response.read1(_PIECE_BYTES)
                if not piece:
                    _require_complete(response)
                    return
            yield piece

    def lines(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        """The body's lines without their ends; a last one that has no end is dropped."""
        pending = b""
        for piece in self.pieces(response):
            *lines, pending = (pending + piece).split(b"\n")
            if len(pending) > MAX_LINE_BYTES:
                raise NotConselho(self.url, "a line of its answer does not end")
            for line in lines:
                yield line.removesuffix(b"\r")

    def _connection(self) -> http.client.HTTPConnection:
        if self._scheme == "https":
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _whole(self, response: http.client.HTTPResponse) -> bytes:
        with self._translated():
            content = response.read(MAX_ANSWER_BYTES)
            if len(content) == MAX_ANSWER_BYTES:
                raise NotConselho(self.url, "its answer does not end")
            _require_complete(response)
        return content

    def _refusal(self, response: http.client.HTTPResponse, what: str) -> ConselhoError:
        status = response.status
        if status < 400:
            return NotConselho(self.url, f"it answered {status} to {what}")
        answer = parsed(self._whole(response))
        detail = answer.get("detail") if isinstance(answer, dict) else None
        if not isinstance(detail, str) or not detail:
            detail = f"The server answered {status} {response.reason} to {what}."
        return refusal(status, detail)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What sockets and HTTP raise, as errors of ours."""
        try:
            yield
        except http.client.IncompleteRead as exc:
            raise self._unavailable("it broke off in mid-answer") from exc
        except OSError as exc:  # first: RemoteDisconnected is an HTTPException too
            raise self._unavailable(self._reason(exc)) from exc
        except http.client.HTTPException as exc:
            raise NotConselho(self.url, "it does not speak HTTP") from exc

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(f"server at {self.url}", reason)

    def _reason(self, error: OSError) -> str:
        match error:
            case TimeoutError():
                return "nothing was heard from it in time"
            case ConnectionRefusedError():
                return "nothing listens there. Start it with `conselho serve`"
            case ConnectionError():
                return "it closed the connection"
            case socket.gaierror():
                return f"the name {self._host!r} is not known"
            case ssl.SSLError():
                return f"no secure connection ({error.reason or error})"
            case _:
                return (error.strerror or str(error)).lower()


def parsed(content: bytes) -> object:
    """The JSON value, or None for anything that is none (or is too deep to be read)."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


def segment(name: str) -> str:
    """An id as one segment of a path, whatever it holds. Raises Invalid for what none can be."""
    if name in ("", ".", ".."):  # routers fold these before a handler sees them
        raise Invalid("", f"{name!r} cannot be the id of anything.")
    return quote(name, safe="")


def _require_complete(response: http.client.HTTPResponse) -> None:
    # http.client reports a cut chunk by itself, a body shorter than its Content-Length not.
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _split(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path prefix of a base URL. Raises Invalid."""
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError as exc:
        raise Invalid("url", f"{url!r} cannot be read: {exc}.") from exc
    if split.scheme not in _DEFAULT_PORTS or not host or not url.isprintable() or " " in url:
        raise Invalid("url", f"{url!r} is not a URL such as http://127.0.0.1:8000.")
    if split.query or split.fragment or split.username is not None:
        raise Invalid("url", "a server's URL holds only scheme, host, port and path.")
    return split.scheme, host, port or _DEFAULT_PORTS[split.scheme], quote(split.path, "/%")
