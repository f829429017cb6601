"""HTTP to one server for callers that wait: every failure is one of our errors.

Built on http.client: loading a larger HTTP library would take longer than most commands take as a
whole. Each request has a connection of its own, so there is nothing to keep or to close.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from conselho.client.address import Address
from conselho.client.calls import MAX_ANSWER_BYTES, Call, JsonObject, answered, refused
from conselho.client.faults import BROKE_OFF, no_http, too_long, unavailable, why
from conselho.errors import ConselhoError

_PIECE_BYTES = 64 * 1024


class Transport:
    """Requests to the server at `address`, each wait bounded by `timeout_seconds`.

    Every method raises Unavailable when nothing answers or the answer breaks off, a Refused when
    the answer is an error, and NotConselho when it cannot be understood.
    """

    def __init__(self, address: Address, *, timeout_seconds: float) -> None:
        self._address = address
        self._timeout = timeout_seconds

    def json(self, call: Call) -> JsonObject:
        """The JSON object that the server answers."""
        with self.open(call) as response:
            return answered(call, self._address.url, self._whole(response))

    @contextmanager
    def open(
        self, call: Call, *, silence_seconds: float | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """The response, when its status is good; its body is still to be read.

        `silence_seconds` replaces the bound on each wait once the connection stands.
        """
        connection = self._connection()
        try:
            with self._translated():
                connection.connect()
                wait = silence_seconds or max(self._timeout, call.patience_seconds)
                connection.sock.settimeout(wait)
                # A server that refuses a large body may answer and close before it has read it.
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(
                        call.method,
                        call.target(self._address),
                        body=call.content(),
                        headers=call.headers(self._address),
                    )
                response = connection.getresponse()
            with response:
                if not 200 <= response.status < 300:
                    raise self._refusal(response, call)
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

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._address.host, self._address.port
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)

    def _whole(self, response: http.client.HTTPResponse) -> bytes:
        with self._translated():
            content = response.read(MAX_ANSWER_BYTES)
            if len(content) == MAX_ANSWER_BYTES:
                raise too_long(self._address)
            _require_complete(response)
        return content

    def _refusal(self, response: http.client.HTTPResponse, call: Call) -> ConselhoError:
        content = self._whole(response)
        headers = {name.lower(): value for name, value in response.getheaders()}
        url, status = self._address.url, response.status
        return refused(call, url, status, response.reason, headers, content)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What sockets and HTTP raise, as errors of ours."""
        try:
            yield
        except http.client.IncompleteRead as exc:
            raise unavailable(self._address, BROKE_OFF) from exc
        except OSError as exc:  # first: RemoteDisconnected is an HTTPException too
            raise unavailable(self._address, why(exc, self._address)) from exc
        except http.client.HTTPException as exc:
            raise no_http(self._address) from exc


def _require_complete(response: http.client.HTTPResponse) -> None:
    # http.client reports a cut chunk by itself, a body shorter than its Content-Length not.
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
