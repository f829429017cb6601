"""Failures of sockets and HTTP, in the same words whichever library met them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from conselho.client.address import Address
from conselho.client.refusals import NotConselho
from conselho.errors import Unavailable

BROKE_OFF: Final = "it broke off in mid-answer"
CLOSED: Final = "it closed the connection"


def unavailable(address: Address, reason: str) -> Unavailable:
    return Unavailable(f"server at {address.url}", reason)


def no_http(address: Address) -> NotConselho:
    return NotConselho(address.url, "it does not speak HTTP")


def too_long(address: Address) -> NotConselho:
    return NotConselho(address.url, "its answer does not end")


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """What sockets raise, as Unavailable."""
    try:
        yield
    except OSError as exc:
        raise unavailable(address, why(exc, address)) from exc


def why(error: OSError, address: Address) -> str:
    match error:
        case TimeoutError():
            return "nothing was heard from it in time"
        case ConnectionRefusedError():
            return "nothing listens there. Start it with `conselho serve`"
        case ConnectionError():
            return CLOSED
        case socket.gaierror():
            return f"the name {address.host!r} is not known"
        case ssl.SSLError():
            return f"no secure connection ({error.reason or error})"
        case _:
            return (error.strerror or str(error)).lower()
