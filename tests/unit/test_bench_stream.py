"""The load tool counts rightly what comes, what lacks and what comes twice. No figure is judged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.stream import chart, matrix
from bench.stream.clients import Load, sources
from bench.stream.contestants import conselho
from bench.stream.load import failures, options_of
from bench.stream.loaded import load
from bench.stream.metronome import plain_event
from bench.stream.sse import BadChunk, Blocks, Dechunker, parse
from bench.stream.tally import Histogram, quantile
from bench.stream.tally import Sequence as Heard
from bench.stream.watched import flatness

STREAM = (
    b": hello\n\n"
    b'id: a-1\nevent: seat\ndata: {"seq": 1,\ndata:  "ts": 2.5}\n\n'
    b"retry: 5000\n\n\n"
    b'data:{"seq":2,"at":"1970-01-01T00:00:03.500Z"}\n\n'
)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


# -- the parser ----------------------------------------------------------------------------------


def test_events_come_out_whole_wherever_the_reads_end() -> None:
    sent = chunked(STREAM[:50]) + chunked(STREAM[50:]) + b"0\r\n\r\n"
    for cut in range(len(sent)):
        chunks, blocks = Dechunker(), Blocks()
        events = blocks.feed(chunks.feed(sent[:cut])) + blocks.feed(chunks.feed(sent[cut:]))

        assert [(one.event_id, one.kind, one.seq) for one in events] == [
            (b"a-1", "seat", 1),
            (None, "message", 2),
        ], cut
        assert (events[0].moment("ts"), events[1].moment("at")) == (2.5, 3.5)
        assert blocks.comments == 1
        assert blocks.is_between_events
        assert chunks.has_ended


def test_lines_may_end_with_cr_and_lf_over_two_reads() -> None:
    text = STREAM.replace(b"\n", b"\r\n")
    for cut in range(len(text)):
        blocks = Blocks()
        events = blocks.feed(text[:cut]) + blocks.feed(text[cut:])

        assert [one.seq for one in events] == [1, 2], cut


def test_a_read_that_ends_within_a_chunk_or_an_event_is_not_taken_for_a_whole_one() -> None:
    chunks, blocks = Dechunker(), Blocks()

    blocks.feed(chunks.feed(chunked(STREAM)[:60]))

    assert (chunks.is_between_chunks, blocks.is_between_events) == (False, False)


def test_what_is_no_size_of_a_chunk_is_told() -> None:
    with pytest.raises(BadChunk, match="no size"):
        Dechunker().feed(b"HTTP/1.1 200 OK\r\n")


def test_data_that_is_no_json_object_carries_nothing() -> None:
    for data in (b"[1]", b"{", b"7", b"\xff"):
        event = parse(b"data: " + data)

        assert event is not None
        assert (event.seq, event.moment("ts")) == (None, None)
    assert parse(b"event: seat\nid: 7") is None


# -- the arithmetic ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "missed", "repeated"),
    [
        ([5, 6, 7], 0, 0),
        ([5, 8], 2, 0),
        ([5, 6, 6, 7], 0, 1),
        ([5, 7, 6, 8], 1, 1),  # out of order
        ([5, 6, 5, 6, 7], 0, 2),
    ],
)
def test_gaps_and_repetitions_of_a_sequence_are_counted(
    numbers: list[int], missed: int, repeated: int
) -> None:
    heard = Heard()
    for number in numbers:
        heard.hear(number)

    assert (heard.missed, heard.repeated) == (missed, repeated)


def test_what_lies_before_and_behind_what_was_heard_lacks() -> None:
    heard = Heard()
    assert heard.lacks(3, 9) == 7

    for number in (5, 6, 7):
        heard.hear(number)

    assert heard.lacks(3, 9) == 4
    assert heard.lacks(5, 7) == 0
    assert heard.lacks(6, 6) == 0


def test_quantiles_of_latencies_are_of_all_that_were_added_or_merged() -> None:
    one, other = Histogram(), Histogram()
    one.add(*range(1, 51))
    other.add(*range(51, 101))
    one.merge(other)

    figures = one.figures()

    assert figures["count"] == 100
    assert (figures["p50"], figures["p90"], figures["p99"]) == (50.02, 90.02, 99.02)
    assert figures["max"] == 100
    assert Histogram().figures() == {"count": 0, "p50": None, "p90": None, "p99": None, "max": None}
    one.add(10_000_000)
    assert (one.quantile(1), one.longest) == (60_000.02, 10_000_000)
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([], 0.5) is None


def test_clients_are_spread_over_addresses() -> None:
    assert sources(3, 2) == ["127.0.0.2", "127.0.0.3", "127.0.0.2"]
    assert sources(2, 0) == ["", ""]


def test_an_event_of_the_plain_servers_has_the_size_that_was_asked_for() -> None:
    event_id, data = plain_event(7, due=1.5, size=300)

    assert len(f"id: {event_id}\nevent: bench\ndata: \n\n") + len(data) == 300
    assert json.loads(data).keys() >= {"event_id", "seq", "ts", "due"}


def test_memory_is_flat_within_its_share_once_it_is_warm() -> None:
    curve = [(0.0, 50), (10.0, 98), (20.0, 100), (30.0, 103)]

    assert flatness(curve, after=10) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="no sample"):
        flatness(curve, after=31)


def test_a_curve_is_drawn_from_its_start_to_its_end() -> None:
    curve = [(0.0, 51_200), (60.0, 102_400)]

    drawn = chart.svg(curve, "memory")

    assert drawn.startswith("<svg ")
    assert "<title>memory</title>" in drawn
    assert ">100 MB<" in drawn
    assert ">1 min<" in drawn
    assert chart.sparkline(curve, columns=2) == "▅█"


def test_ratios_are_held_against_their_aims_and_losses_are_added_up() -> None:
    product, other = ({"p99_ms": 13.1, "kb_per_client": 26.0}, {"p99_ms": 10.0})
    row = {
        "clients": 1_000,
        "rate": 10,
        "is_aimed": True,
        "figures": {"conselho": product | {"lost": 1, "doubled": 0}},
        "ratios": {"nchan": {"p99_ms": product["p99_ms"] / other["p99_ms"]}},
    }

    aims = {aim["aim"]: aim["met"] for aim in matrix.aims([row])}

    assert aims == {
        "1000 clients, 10/s: p99, times nchan <= 1.3": False,
        "1000 clients, 10/s: kB a client <= 25": False,
        "matrix: deliveries lost <= 0": False,
        "matrix: deliveries doubled <= 0": True,
    }


# -- the tool, against servers that do what they should not ---------------------------------------

Answer = Callable[[int, dict[str, str], asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A server whose connections are answered one by one; told is which it is, and its headers."""
    answering: list[asyncio.Task[Any] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.current_task())
        number = len(answering)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            await answer(number, dict(line.split(": ", 1) for line in lines), writer)
            await reader.read()  # until the client leaves

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}/stream"
    finally:
        server.close()
        await asyncio.gather(*filter(None, answering))


async def loaded(url: str, *arguments: str) -> dict[str, Any]:
    quick = ["--seconds", "0.5", "--settle", "0", "--drain", "0.2"]
    options = options_of(["--url", url, *quick, *arguments])
    report = await asyncio.to_thread(Load(options).run)
    return report | {"failures": failures(report, options)}


def complaints(report: dict[str, Any]) -> list[str]:
    """All failures but that nothing came: a busy machine may send too late for the window."""
    return [failure for failure in report["failures"] if failure != "nothing came"]


def event(seq: int) -> bytes:
    data = json.dumps({"seq": seq, "ts": time.time()})
    return chunked(f"id: x-{seq}\ndata: {data}\n\n".encode())


def sends(numbers: Sequence[int]) -> Answer:
    async def answer(_: int, __: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        for seq in numbers:
            await asyncio.sleep(0.02)
            if writer.is_closing():
                return
            writer.write(event(seq))

    return answer


async def test_a_stream_in_order_passes_every_check() -> None:
    async with serving(sends(range(1, 1_000))) as url:
        report = await loaded(url, "-n", "3")

    assert report["failures"] == []
    assert report["clients"]["opened"] == report["clients"]["held"] == 3
    assert report["latency_ms"]["read"]["count"] == report["events"]["deliveries"] >= 3
    assert report["latency_ms"]["kernel"]["p50"] <= report["latency_ms"]["read"]["p50"]


async def test_loss_and_disorder_on_the_way_are_noticed() -> None:
    async with serving(sends([1, 2, 5, 4, 4, 6])) as url:
        report = await loaded(url, "-n", "2")

    assert (report["events"]["lost"], report["events"]["doubled"]) == (4, 4)
    assert complaints(report) == [
        "4 deliveries were lost",
        "4 came twice or out of order",
    ]


@pytest.mark.parametrize(
    ("whole_chunks", "cuts", "other_cuts"),
    [
        (True, (0, -12, None), (0, -12, -6, None)),  # within an event
        (False, (0, -12, None), (0, -12, -6, None)),  # within an event and its chunk
        (False, (0, -2, None), (0, -2, -1, None)),  # before the end of the chunk
    ],
)
async def test_an_event_in_several_reads_is_whole_for_every_client(
    whole_chunks: bool, cuts: Sequence[int | None], other_cuts: Sequence[int | None]
) -> None:
    split = "".join(f'data: {{"seq": {seq}, "ts": 0}}\n\n' for seq in (1, 2)).encode()
    text = split if whole_chunks else chunked(split)

    async def answer(number: int, _: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        # All get the same first read, and then go on differently.
        for first, last in pairwise(other_cuts if number == 2 else cuts):
            await asyncio.sleep(0.05)
            part = text[first:last]
            writer.write(chunked(part) if whole_chunks else part)
        # Whoever could not put the second event together has a gap before this one.
        await asyncio.sleep(0.05)
        writer.write(event(3))

    async with serving(answer) as url:
        report = await loaded(url, "-n", "3")

    assert complaints(report) == []
    assert report["clients"]["closed_by_server"] == 0


async def test_what_only_some_clients_hear_is_lost_to_the_others() -> None:
    async def answer(number: int, _: dict[str, str], writer: asyncio.StreamWriter) -> None:
        await sends(range(1, 1_000) if number == 1 else [1])(number, {}, writer)

    async with serving(answer) as url:
        report = await loaded(url, "-n", "2")

    assert report["failures"] == [f"{report['events']['lost']} deliveries were lost"]


async def test_a_client_that_is_let_go_comes_again_with_the_last_id_it_heard() -> None:
    asked: list[str | None] = []

    async def answer(number: int, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        asked.append(headers.get("Last-Event-ID"))
        await sends([1, 2, 3] if number == 1 else [4, 5])(number, headers, writer)
        if number == 1:
            # In the middle of an event: what came of it does not count.
            writer.write(event(4)[:20])
            writer.close()

    async with serving(answer) as url:
        report = await loaded(url, "-n", "1", "--reconnect", "--reconnect-seconds", "0.05")

    assert asked == [None, "x-3"]
    assert complaints(report) == []
    assert report["resumed"]["drops"] == report["clients"]["closed_by_server"] == 1


async def test_a_client_that_leaves_and_hears_nothing_afterwards_is_told() -> None:
    async def answer(number: int, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        await sends([1, 2] if number == 1 else [])(number, headers, writer)

    async with serving(answer) as url:
        report = await loaded(url, "-n", "1", "--drop-all-at", "0.2")

    assert "1 clients heard nothing after they came again" in report["failures"]


async def test_a_client_that_does_not_read_and_is_cut_off_is_counted_apart() -> None:
    async def answer(number: int, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        await sends([1, 2, 3])(number, headers, writer)
        if number == 1:
            writer.transport.abort()

    async with serving(answer) as url:
        report = await loaded(url, "-n", "2", "--stall", "1", "--burst", "1")

    assert (report["stalled"]["clients"], report["stalled"]["evicted"]) == (1, 1)
    assert complaints(report) == []


async def test_an_answer_that_is_no_event_stream_is_an_error() -> None:
    async def answer(_: int, __: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")

    async with serving(answer) as url:
        report = await loaded(url, "-n", "2")

    assert report["clients"]["errors"] == {"the answer is no event stream, status 429": 2}
    assert "2 clients did not get in" in report["failures"]


def test_the_product_loses_and_doubles_nothing_while_clients_come_and_go(tmp_path: Path) -> None:
    with conselho(tmp_path) as server:
        report = load(server, 20, 2, "--drop-every", "1", "--settle", "0.2", rate=20)

    assert report["failures"] == []
    assert report["resumed"]["drops"] >= 1
    assert report["events"]["published"] >= 1
    assert report["server"][0]["kb_per_client"] is not None
