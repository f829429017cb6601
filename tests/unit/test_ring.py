"""The ring of frames: what it holds, what it drops, and where a reader stands in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conselho.api.frames import Frame, frame_of, heartbeat
from conselho.api.ring import Ring
from conselho.models.event import Event, EventType


def frames(first: int, last: int, *, size: int = 0) -> list[Frame]:
    return [
        frame_of(
            Event(
                event_id=f"x-{seq}",
                seq=seq,
                type=EventType.UPDATED,
                agent_id="ana",
                data={"pad": "x" * size},
                created_at=datetime(2026, 11, 22, tzinfo=UTC),
            )
        )
        for seq in range(first, last + 1)
    ]


def held(ring: Ring) -> list[int]:
    return [frame.seq for frame in ring.read(ring.start, len(ring))]


def test_events_that_come_again_are_left_out() -> None:
    ring = Ring()
    ring.append(frames(1, 3))
    ring.append(frames(2, 5))
    ring.append(frames(1, 5))

    assert held(ring) == [1, 2, 3, 4, 5]
    assert (ring.floor, ring.newest) == (0, 5)
    assert (ring.start, ring.end) == (0, 5), "nobody has to read them twice"


def test_after_a_gap_nothing_before_it_is_there() -> None:
    ring = Ring()
    ring.append(frames(1, 3))
    cursor = ring.end
    ring.append(frames(7, 8))

    assert held(ring) == [7, 8]
    assert ring.floor == 6
    assert ring.start == cursor, "who had all before it hears of the gap by its seq"


@pytest.mark.parametrize("beats", [0, 1, 3])
def test_a_reader_goes_on_behind_what_it_has(beats: int) -> None:
    ring = Ring(frames=4)
    for seq in range(1, 40):
        ring.append(frames(seq, seq))
        for _ in range(beats):
            ring.append_heartbeat(heartbeat(seq, f"x-{seq}", 0.0))

        for has in range(ring.floor, seq + 1):
            rest = ring.read(ring.cursor_after(has), len(ring))
            told = [frame.seq for frame in rest if frame.type != EventType.HEARTBEAT]
            assert told == list(range(has + 1, seq + 1))
        assert len(ring) <= 2 * 4
        assert ring.end - ring.start == len(ring)


def test_long_events_leave_room_for_fewer() -> None:
    ring = Ring(frames=1000, size_bytes=10_000)
    ring.append(frames(1, 100, size=1000))

    assert ring.size_bytes == sum(len(frame.data) for frame in ring.read(ring.start, 1000))
    assert 0 < ring.size_bytes <= 10_000
    assert held(ring) == list(range(ring.floor + 1, 101))
