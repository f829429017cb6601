"""Many clients of one event stream in one epoll loop, and what each of them heard.

It has to be cheap, or it would measure itself: what a broadcast sends to all alike is parsed once,
and latencies are computed when there is nothing to read.
"""

from __future__ import annotations

import argparse
import errno
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, auto
from typing import IO, Any, Final
from urllib.parse import SplitResult, urlsplit

from bench.stream.sse import BadChunk, Blocks, Dechunker, Event
from bench.stream.tally import Histogram, Sequence, quantile
from bench.stream.watched import Watched

# On stderr, when all clients are connected.
OPEN: Final = "all clients are connected"
READ_BYTES: Final = 16 * 1024
READY_AT_ONCE: Final = 512
# Distinct reads that are remembered. Beyond the first number they go when there is nothing to do.
FEW_BATCHES: Final = 64
MOST_BATCHES: Final = 4096
MOST_SAMPLES: Final = 240
LEAST_SAMPLE_SECONDS: Final = 0.5
# Linux, of no name in Python's socket module: stamps of arrival, and a port that is only chosen
# when the other end is known, so that each local address has all ports for each server.
SO_TIMESTAMPNS: Final = 35
IP_BIND_ADDRESS_NO_PORT: Final = 24
ANCILLARY_BYTES: Final = 64
# As over Ethernet. Loopback's own would let the server's kernel take megabytes for each client.
STALLED_SEGMENT: Final = 1400

_stamp = struct.Struct("qq").unpack


class State(Enum):
    CLOSED = auto()
    CONNECTING = auto()
    HEAD = auto()
    STREAM = auto()


class Batch:
    """What one read brought, and when it came to which client: the same bytes come to many."""

    __slots__ = ("due", "events", "first", "is_row", "last_id", "moments", "read_at", "stamped_at")

    def __init__(self, events: list[Event], moments: list[float]) -> None:
        numbers = [event.seq for event in events if event.seq is not None]
        self.events = events
        self.moments = moments
        self.last_id = next((e.event_id for e in reversed(events) if e.event_id), None)
        self.first = numbers[0] if numbers else 0
        self.due = self.first + len(numbers)
        self.is_row = bool(numbers) and numbers == list(range(self.first, self.due))
        self.read_at = array("d")
        self.stamped_at = array("d")


class Connection:
    """One client, over all the times that it connects."""

    __slots__ = (
        "blocks", "chunks", "drops", "has_streamed", "head", "is_clean", "is_evicted", "is_stalled",
        "last_id", "left_at", "opened_at", "sequence", "sock", "source", "state",
    )  # fmt: skip

    def __init__(self, source: str, *, is_stalled: bool) -> None:
        self.source = source
        self.is_stalled = is_stalled
        self.is_evicted = False
        self.has_streamed = False
        self.sequence = Sequence()
        self.last_id: bytes | None = None
        self.drops = 0
        # When it left a stream whose rest it has not heard yet.
        self.left_at: float | None = None
        self.opened_at = 0.0
        self.sock: socket.socket | None = None
        self.reset()

    def reset(self) -> None:
        self.state = State.CLOSED
        self.head = b""
        self.chunks: Dechunker | None = None
        self.blocks = Blocks()
        # In the stream, with nothing left over from a former read.
        self.is_clean = False


class Load:
    """All clients, and what they heard."""

    def __init__(self, options: argparse.Namespace, log: IO[str] | None = None) -> None:
        """`log` is written the data of each event, as a line of JSON, when it is first heard of."""
        self._options = options
        self._url = urlsplit(options.url)
        self._request = _request(self._url, options.header)
        self._address = (self._url.hostname or "127.0.0.1", self._url.port or 80)
        self._epoll = select.epoll()
        self._by_fd: dict[int, Connection] = {}
        self._connections = [
            Connection(source, is_stalled=number < options.stall)
            for number, source in enumerate(sources(options.clients, options.sources))
        ]
        self._waiting: deque[Connection] = deque()
        self._opening = 0
        self._is_over = False
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timers_made = 0
        self._known: dict[bytes, Batch] = {}
        self._log = log

        self._window = (float("inf"), float("inf"))
        self._read, self._kernel, self._published_late = Histogram(), Histogram(), Histogram()
        self._resumed, self._evicted = Histogram(), Histogram()
        self._first_left = self._last_resumed = self._last_head = 0.0
        self._heads_ms: list[float] = []
        self._newest = 0
        self._window_seqs: tuple[int, int] | None = None
        self._reads = self._comments = self._resets = self._closed_by_server = self._published = 0
        self._errors: Counter[str] = Counter()

    # -- the course of it ----------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        options = self._options
        watched = [Watched(pid) for pid in options.watch]
        before = [one.rss_kb() for one in watched]
        try:
            opened = self._open_all()
            # Whoever makes the events may begin now.
            print(OPEN, file=sys.stderr, flush=True)
            self._turn_for(options.settle)
            measured = self._measure(watched)
            held = sum(one.state is State.STREAM for one in self._connections)
            self._drain()
            for batch in self._known.values():
                self._fold(batch)
            return self._report(opened, held, measured, list(zip(watched, before, strict=True)))
        finally:
            for connection in self._connections:
                self._close(connection)

    def _open_all(self) -> float:
        began = time.perf_counter()
        self._waiting.extend(self._connections)
        until = began + self._options.connect_seconds
        while (self._waiting or self._opening) and time.perf_counter() < until:
            self._turn(until)
        return time.perf_counter() - began

    def _measure(self, watched: list[Watched]) -> dict[str, float]:
        seconds = self._options.seconds
        for one in watched:
            one.begin()
        reads, cpu = self._reads, time.process_time()
        if self._options.drop_all_at is not None:
            self._later(self._options.drop_all_at, self._drop_all)
        self._window = (time.time(), float("inf"))
        began = sample_at = time.perf_counter()
        every = max(LEAST_SAMPLE_SECONDS, seconds / MOST_SAMPLES)
        while (now := time.perf_counter()) < began + seconds:
            if now >= sample_at:
                sample_at += every
                for one in watched:
                    one.sample()
            self._turn(min(began + seconds, sample_at))
        self._window = (self._window[0], time.time())
        for one in watched:
            one.end()
        passed = time.perf_counter() - began
        return {
            "seconds": passed,
            "reads": self._reads - reads,
            "cpu_percent": round(100 * (time.process_time() - cpu) / passed, 1),
        }

    def _turn_for(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self._turn(until)

    def _drain(self) -> None:
        """Wait for what was published in time and comes late, no longer than it has to be."""
        self._is_over = True
        until = time.perf_counter() + self._options.drain
        while time.perf_counter() < until and (self._lacked() or self._not_yet()):
            self._turn_for(0.1)

    def _lacked(self) -> int:
        """How many deliveries of the window lack before or behind what the clients heard.

        Whoever left and has not heard more yet is told apart: nothing is lost that still may come.
        """
        if self._window_seqs is None:
            return 0
        readers = [one for one in self._connections if not one.is_stalled and one.left_at is None]
        return sum(one.sequence.lacks(*self._window_seqs) for one in readers)

    def _not_yet(self) -> int:
        """How many clients have heard nothing since they left."""
        return sum(one.left_at is not None for one in self._connections if not one.is_stalled)

    def _turn(self, until: float) -> None:
        """Do what there is to do, and wait for more, until the next timer or `until`."""
        now = time.perf_counter()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()
        while self._waiting and self._opening < self._options.burst:
            self._open(self._waiting.popleft())
        ready = self._epoll.poll(0, READY_AT_ONCE)
        if not ready:
            if len(self._known) > FEW_BATCHES:
                self._forget_oldest()
                return
            next_at = min(until, self._timers[0][0]) if self._timers else until
            ready = self._epoll.poll(max(0.0, min(next_at - now, 0.1)), READY_AT_ONCE)
        for fd, mask in ready:
            connection = self._by_fd.get(fd)
            if connection is None:
                continue
            if connection.is_clean:
                self._hear(connection)
            elif connection.is_stalled and connection.state is State.STREAM:
                self._evict(connection)
            elif connection.state is State.CONNECTING:
                self._send_request(connection, mask)
            else:
                self._hear(connection)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._timers_made += 1
        heapq.heappush(self._timers, (time.perf_counter() + seconds, self._timers_made, call))

    # -- opening -------------------------------------------------------------------------------

    def _open(self, connection: Connection) -> None:
        connection.reset()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        if connection.is_stalled:
            # As little as the kernel allows: the server shall notice soon that nobody reads.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, STALLED_SEGMENT)
        connection.sock = sock
        connection.opened_at = time.perf_counter()
        try:
            if connection.source:
                sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
                sock.bind((connection.source, 0))
            code = sock.connect_ex(self._address)
        except OSError as error:
            code = error.errno or errno.EIO
        if code not in (0, errno.EINPROGRESS):
            sock.close()
            connection.sock = None
            self._fail(connection, f"connect: {os.strerror(code)}")
            return
        connection.state = State.CONNECTING
        self._opening += 1
        self._by_fd[sock.fileno()] = connection
        self._epoll.register(sock.fileno(), select.EPOLLOUT)

    def _send_request(self, connection: Connection, mask: int) -> None:
        sock = connection.sock
        assert sock is not None
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code or not mask & select.EPOLLOUT:
            self._close(connection)
            self._fail(connection, f"connect: {os.strerror(code)}")
            return
        resume = b""
        if connection.last_id is not None:
            resume = b"Last-Event-ID: " + connection.last_id + b"\r\n"
        sock.send(self._request + resume + b"\r\n")
        connection.state = State.HEAD
        self._epoll.modify(sock.fileno(), select.EPOLLIN)

    def _take_head(self, connection: Connection, data: bytes) -> bytes:
        """What came of the stream behind the head of the answer; nothing while that lacks."""
        head, end, rest = (connection.head + data).partition(b"\r\n\r\n")
        if not end:
            connection.head = head
            return b""
        head = head.lower()
        status = head.split(b"\r\n", 1)[0].split(b" ")[1].decode("latin-1")
        if status != "200" or b"text/event-stream" not in head:
            self._close(connection)
            self._fail(connection, f"the answer is no event stream, status {status}")
            return b""
        now = time.perf_counter()
        self._heads_ms.append(1000 * (now - connection.opened_at))
        self._last_head = now
        self._opening -= 1
        connection.head = b""
        connection.state = State.STREAM
        connection.has_streamed = True
        connection.chunks = Dechunker() if b"transfer-encoding: chunked" in head else None
        connection.is_clean = not connection.is_stalled
        if connection.is_stalled:
            assert connection.sock is not None
            # Nothing but its end is told of a socket that nobody reads.
            self._epoll.modify(connection.sock.fileno(), select.EPOLLRDHUP)
        elif self._options.drop_every:
            seconds = self._options.drop_every * random.uniform(0.5, 1.5)
            self._later(seconds, lambda: self._drop(connection))
        return rest

    # -- leaving -------------------------------------------------------------------------------

    def _close(self, connection: Connection) -> None:
        if connection.sock is None:
            return
        if connection.state in (State.CONNECTING, State.HEAD):
            self._opening -= 1
        fd = connection.sock.fileno()
        del self._by_fd[fd]
        self._epoll.unregister(fd)
        connection.sock.close()
        connection.sock = None
        connection.reset()

    def _drop(self, connection: Connection) -> None:
        """Leave a stream, to come again soon."""
        if connection.state is not State.STREAM or self._is_over:
            return
        self._leave(connection)
        self._later(self._options.reconnect_seconds, lambda: self._waiting.append(connection))

    def _drop_all(self) -> None:
        for connection in self._connections:
            if connection.state is State.STREAM and not connection.is_stalled:
                self._leave(connection)
                self._waiting.append(connection)

    def _leave(self, connection: Connection) -> None:
        connection.drops += 1
        connection.left_at = time.perf_counter()
        self._first_left = self._first_left or connection.left_at
        self._close(connection)

    def _lost(self, connection: Connection, reason: str) -> None:
        """The other side ended it."""
        if connection.state is not State.STREAM:
            self._close(connection)
            self._fail(connection, reason)
            return
        self._closed_by_server += 1
        self._leave(connection)
        self._come_again(connection)

    def _fail(self, connection: Connection, reason: str) -> None:
        self._errors[reason] += 1
        self._come_again(connection)

    def _come_again(self, connection: Connection) -> None:
        if self._options.reconnect:
            # Spread, as the clock of a browser is: all at once would be another test.
            seconds = self._options.reconnect_seconds * random.uniform(0.5, 1.5)
            self._later(seconds, lambda: self._waiting.append(connection))

    def _evict(self, connection: Connection) -> None:
        connection.is_evicted = True
        self._evicted.add(1000 * (time.perf_counter() - connection.opened_at))
        self._close(connection)

    # -- hearing -------------------------------------------------------------------------------

    def _hear(self, connection: Connection) -> None:
        sock = connection.sock
        assert sock is not None
        try:
            data, ancillary, _, _ = sock.recvmsg(READ_BYTES, ANCILLARY_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(connection, f"read: {error.strerror}")
            return
        read_at = time.time()
        if not data:
            self._lost(connection, "closed before the head of the answer")
            return
        self._reads += 1
        if connection.is_clean:
            batch = self._known.get(data)
        else:
            batch = None
            if connection.state is State.HEAD:
                data = self._take_head(connection, data)
                if not data:
                    return
        if batch is None:
            batch = self._taken_apart(connection, data)
            if batch is None:
                return
        batch.read_at.append(read_at)
        if ancillary:
            seconds, nanoseconds = _stamp(ancillary[0][2])
            batch.stamped_at.append(seconds + nanoseconds * 1e-9)
        sequence = connection.sequence
        if batch.is_row and sequence.due == batch.first:
            sequence.due = batch.due
        else:
            for event in batch.events:
                if event.seq is not None:
                    sequence.hear(event.seq)
        if batch.last_id is not None:
            connection.last_id = batch.last_id
        if connection.left_at is not None:
            self._resume(connection)

    def _taken_apart(self, connection: Connection, data: bytes) -> Batch | None:
        """The events of a read that is not known yet; None when there is none."""
        was_clean = connection.is_clean
        chunks, blocks = connection.chunks, connection.blocks
        try:
            text = data if chunks is None else chunks.feed(data)
        except BadChunk as error:
            self._lost(connection, str(error))
            return None
        comments = blocks.comments
        events = blocks.feed(text)
        self._comments += blocks.comments - comments
        connection.is_clean = (
            blocks.is_between_events
            and (chunks is None or chunks.is_between_chunks)
            and not connection.is_stalled
        )
        batch = self._batch(events) if events else None
        if batch is not None and was_clean and connection.is_clean:
            self._known[data] = batch
            if len(self._known) > MOST_BATCHES:
                self._forget_oldest()
        if chunks is not None and chunks.has_ended:
            self._lost(connection, "ended")
        return batch

    def _batch(self, events: list[Event]) -> Batch:
        options = self._options
        moments = []
        for event in events:
            moment = event.moment(options.time)
            if moment is not None and (not options.kind or event.kind == options.kind):
                moments.append(moment)
            self._resets += event.kind == "reset"
            seq = event.seq
            if seq is not None and seq > self._newest:
                self._newest = seq
                self._first_seen(event, seq)
        return Batch(events, moments)

    def _first_seen(self, event: Event, seq: int) -> None:
        """The first client has heard of an event: once for each, however many hear of it."""
        if self._log is not None:
            self._log.write(json.dumps({"event": event.kind, **event.data}) + "\n")
        published = event.moment("ts")
        begun, ended = self._window
        if published is None or not begun <= published <= ended:
            return
        self._published += 1
        first = self._window_seqs[0] if self._window_seqs else seq
        self._window_seqs = (first, seq)
        due = event.moment("due")
        if due is not None:
            self._published_late.add(1000 * (published - due))

    def _resume(self, connection: Connection) -> None:
        assert connection.left_at is not None
        self._last_resumed = time.perf_counter()
        self._resumed.add(1000 * (self._last_resumed - connection.left_at))
        connection.left_at = None

    def _forget_oldest(self) -> None:
        self._fold(self._known.pop(next(iter(self._known))))

    def _fold(self, batch: Batch) -> None:
        """Make latencies of the arrivals: later than they came, since it takes its time."""
        begun, ended = self._window
        for moment in batch.moments:
            if begun <= moment <= ended:
                self._read.add(*[1000 * (arrived - moment) for arrived in batch.read_at])
                self._kernel.add(*[1000 * (arrived - moment) for arrived in batch.stamped_at])
        batch.read_at, batch.stamped_at = array("d"), array("d")

    # -- telling -------------------------------------------------------------------------------

    def _report(
        self,
        opened: float,
        held: int,
        measured: dict[str, float],
        watched: list[tuple[Watched, int]],
    ) -> dict[str, Any]:
        readers = [one for one in self._connections if not one.is_stalled]
        report: dict[str, Any] = {
            "clients": {
                "asked": len(self._connections),
                "opened": sum(one.has_streamed for one in self._connections),
                "held": held,
                "closed_by_server": self._closed_by_server,
                "errors": dict(self._errors),
                "all_open_seconds": round(opened, 2),
                "head_p50_ms": quantile(self._heads_ms, 0.5),
                "head_p99_ms": quantile(self._heads_ms, 0.99),
            },
            "events": {
                "published": self._published,
                "published_per_second": round(self._published / measured["seconds"], 2),
                "published_late_ms": self._published_late.figures(),
                "deliveries": self._read.total,
                "lost": sum(one.sequence.missed for one in readers) + self._lacked(),
                "doubled": sum(one.sequence.repeated for one in readers),
                "resets": self._resets,
                "comments": self._comments,
            },
            "latency_ms": {"read": self._read.figures(), "kernel": self._kernel.figures()},
            "client": {"cpu_percent": measured["cpu_percent"], "reads": measured["reads"]},
            "server": [_of_server(one, before, held) for one, before in watched],
        }
        drops = sum(one.drops for one in self._connections)
        if drops:
            report["resumed"] = {
                "drops": drops,
                "ms": self._resumed.figures(),
                "all_open_seconds": round(self._last_head - self._first_left, 2),
                "all_served_seconds": round(self._last_resumed - self._first_left, 2),
                "not_yet": self._not_yet(),
            }
        if self._options.stall:
            report["stalled"] = {
                "clients": self._options.stall,
                "evicted": sum(one.is_evicted for one in self._connections),
                "evicted_after_ms": self._evicted.figures(),
            }
        return report


def sources(clients: int, addresses: int) -> list[str]:
    """The own address of each client: 127.0.0.2 and so on in turn, or the usual one ("")."""
    if not addresses:
        return [""] * clients
    return [f"127.0.0.{2 + number % addresses}" for number in range(clients)]


def _of_server(watched: Watched, before: int, held: int) -> dict[str, Any]:
    rss = watched.curve[-1][1]
    return {
        "pid": watched.pid,
        "cpu_percent": watched.cpu_percent,
        "rss_before_kb": before,
        "rss_kb": rss,
        "kb_per_client": round((rss - before) / held, 1) if held else None,
        "rss_curve": watched.curve,
    }


def _request(url: SplitResult, headers: list[str]) -> bytes:
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"GET {path} HTTP/1.1", f"Host: {url.netloc}", "Accept: text/event-stream", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode()
