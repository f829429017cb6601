"""uvicorn's WebSocket protocol, with a bound on what a client does not take away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_WAITING_BYTES: Final = 256 * 1024


class BoundedSocket(WebSocketsSansIOProtocol):
    """Ends a connection that asks for more than it reads.

    Pings are answered by the protocol itself, whatever waits to be sent already: a client that
    sends them and reads nothing could fill the memory.
    """

    on_lost: Callable[[], None] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def handle_ping(self) -> None:
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
            self.transport.abort()

    def handle_parser_exception(self) -> None:
        # What comes after a refused or an unfinished handshake is no WebSocket at all, and uvicorn
        # would look for the close frame that answers it: there is none.
        if self.conn.close_sent is None:
            self.transport.abort()
            return
        super().handle_parser_exception()
