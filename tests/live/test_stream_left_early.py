"""Clients that ask for the stream and are gone before it begins, as tabs are that are closed."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.server import running

ASKED = "GET /api/councilors/events/stream?councilor_id=ana HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TIMES = 30


def test_leaving_before_the_stream_begins_is_nobody_s_fault(tmp_path: Path) -> None:
    """`running` finds no traceback in the log."""
    with running(tmp_path) as server:
        server.promote("ana")
        url = urlsplit(server.url)
        address = (str(url.hostname), int(url.port or 0))
        for _ in range(TIMES):
            with socket.create_connection(address) as client:
                now = struct.pack("ii", 1, 0)  # linger: on, for no second
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
                client.sendall(ASKED.encode())
        with server.listen() as stream:
            server.call("ana")
            stream.until("councilor_completed", councilor_id="ana")
