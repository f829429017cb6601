"""Send a bounded number of HTTP requests from a few threads and time the answers."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

_CHUNK_BYTES: Final = 64 * 1024
_MAX_BODY_BYTES: Final = 16 * 1024 * 1024
_LATE: Final = "no answer before the deadline of the check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request: how long it took, and why it failed (None when it succeeded)."""

    latency_ms: float
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """All answers of one URL; at least one, since what was not answered has failed."""

    url: str
    answers: Sequence[Answer]

    @property
    def successes(self) -> list[Answer]:
        """The requests that were answered well."""
        return [answer for answer in self.answers if answer.failure is None]

    @property
    def failures(self) -> list[Answer]:
        """The others."""
        return [answer for answer in self.answers if answer.failure is not None]

    @property
    def latencies_ms(self) -> list[float]:
        """How long the successes took."""
        return [answer.latency_ms for answer in self.successes]


def measure(
    urls: Sequence[str],
    *,
    method: str,
    requests: int,
    concurrency: int,
    timeout_seconds: float,
    deadline_seconds: float,
) -> list[Probe]:
    """Send `requests` requests to each URL, the URLs in turn, each on a connection of its own.

    Returns after at most `deadline_seconds`; a request that is open or not yet sent then has
    failed.
    """
    waiting = deque(url for _ in range(requests) for url in urls)
    done: dict[str, list[Answer]] = {url: [] for url in urls}
    lock = threading.Lock()

    def work() -> None:
        while True:
            try:
                url = waiting.popleft()
            except IndexError:
                return
            answer = ask(url, method, timeout_seconds)
            with lock:
                done[url].append(answer)

    # Daemons: one that hangs in a name look-up, which has no time-out, must not keep the check
    # alive.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(concurrency)]
    ends_at = time.monotonic() + deadline_seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends_at - time.monotonic()))
    waiting.clear()
    with lock:
        return [_probe(url, done[url], requests, deadline_seconds) for url in urls]


def ask(url: str, method: str, timeout_seconds: float) -> Answer:
    """One request, timed from the connection to the last byte of the body."""
    started = time.monotonic()
    try:
        failure = _ask(urlsplit(url), method, started + timeout_seconds)
    except TimeoutError:
        failure = f"did not answer in {timeout_seconds:g} s"
    except (OSError, http.client.HTTPException, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"
    return Answer(latency_ms=(time.monotonic() - started) * 1000, failure=failure)


def _ask(url: SplitResult, method: str, ends_at: float) -> str | None:
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=_left(ends_at))
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        headers = {
            "User-Agent": "conselho-endpoint-latency",
            "Accept": "*/*",
            "Connection": "close",
        }
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        _read_body(connection, response, ends_at)
        return None if response.status < 400 else f"HTTP {response.status}"
    finally:
        connection.close()


def _read_body(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, ends_at: float
) -> None:
    """Read to the end, or to a limit; a dripping body does not outlive the time-out."""
    size = 0
    while size < _MAX_BODY_BYTES and (chunk := response.read1(_CHUNK_BYTES)):
        size += len(chunk)
        left = _left(ends_at)
        if connection.sock is not None:
            connection.sock.settimeout(left)


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _probe(url: str, answers: list[Answer], requests: int, deadline_seconds: float) -> Probe:
    late = Answer(latency_ms=deadline_seconds * 1000, failure=_LATE)
    return Probe(url=url, answers=[*answers, *[late] * (requests - len(answers))])
