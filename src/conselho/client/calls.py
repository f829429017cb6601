"""What is asked of a server, and what its answers are held to, whichever way they travel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from conselho import __version__
from conselho.client.address import Address
from conselho.client.refusals import NotConselho, refusal
from conselho.errors import ConselhoError, Invalid

# Far above any real answer; only an endless one reaches it, and it must not fill the memory.
MAX_ANSWER_BYTES = 256 * 1024 * 1024

JsonObject = dict[str, Any]
Query = Mapping[str, object]
# What is wrong with an answer, if anything is.
Check = Callable[[JsonObject], str | None]


def anything(_: JsonObject) -> None:
    """The check of answers that nothing is promised of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Parameters of `query` that are None are left out; a list is sent once for each
    of its elements. `patience_seconds`: how long its answer may take, where that is longer than
    usual.
    """

    method: str
    path: str
    query: Query | None = None
    body: Mapping[str, object] | None = None
    patience_seconds: float = 0
    check: Check = anything

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.method} {self.path}"

    def target(self, address: Address) -> str:
        """Path and query, below the server's prefix."""
        given = {name: value for name, value in (self.query or {}).items() if value is not None}
        return address.prefix + self.path + ("?" + urlencode(given, doseq=True) if given else "")

    def headers(self, address: Address) -> dict[str, str]:
        headers = {
            "User-Agent": f"conselho/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if address.token is not None:
            headers["Authorization"] = f"Bearer {address.token}"
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def content(self) -> bytes | None:
        return None if self.body is None else json.dumps(self.body).encode()


def answered(call: Call, url: str, content: bytes) -> JsonObject:
    """The JSON object that `content` holds. Raises NotConselho when it is not what was promised."""
    answer = parsed(content)
    if not isinstance(answer, dict):
        raise NotConselho(url, f"its answer to {call.name} is no JSON object")
    if wrong := call.check(answer):
        raise NotConselho(url, wrong)
    return answer


def refused(
    call: Call, url: str, status: int, reason: str, headers: Mapping[str, str], content: bytes
) -> ConselhoError:
    """The error for an answer whose status is not good. Names of `headers` are in lower case."""
    if status < 400:
        return NotConselho(url, f"it answered {status} to {call.name}")
    answer = parsed(content)
    detail = answer.get("detail") if isinstance(answer, dict) else None
    if not isinstance(detail, str) or not detail:
        detail = f"The server answered {status} {reason} to {call.name}."
    return refusal(status, detail, seconds_until(headers.get("retry-after", "")))


def rows(*names: str) -> Check:
    """Holds an answer to have a list of objects under each of these names."""

    def check(answer: JsonObject) -> str | None:
        for name in names:
            found = answer.get(name)
            if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
                return f"its answer holds no list of {name!r}"
        return None

    return check


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


def seconds_until(retry_after: str) -> float | None:
    """How long Retry-After asks to wait; None where it cannot be read.

    Source: RFC 9110, 10.2.3: seconds, or the date of a moment.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000": UTC, by RFC 5322
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
