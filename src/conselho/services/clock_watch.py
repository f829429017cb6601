"""What happened to the clock and to the server between two looks. Pure: it reads no clock itself.

    clocks       time of day     seconds running     seconds awake
    suspended        moves            move               stand
    clock set        leaps            move               move
    blocked          moves            move               move, more than was meant to pass

Each clock is compared with the one beside it, so that several troubles at once are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conselho.clock import Reading
from conselho.models.journal import JournalKind
from conselho.models.lengths import length_text
from conselho.models.task import utc_text

# A shorter nap makes nothing late.
SUSPENDED_SECONDS: Final = 2.0
# A clock that was set by less is none that matters: leap seconds, time servers in small steps.
STEP_SECONDS: Final = 2.0
# Time servers also drag a clock to the right time, by no more than this part (ntpd's 500 ppm).
SLEWING: Final = 0.0005
BLOCKED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that happened. `kind` is suspended, clock_back, clock_forward or blocked.

    `at` is the moment of the later look, by the clock as it was then. `seconds` are how long it
    slept or was blocked, or how far the clock was set, never negative. `sentence` is for people.
    """

    kind: JournalKind
    at: datetime
    seconds: float
    sentence: str


def compare(before: Reading, after: Reading, expected_seconds: float) -> list[Trouble]:
    """What happened between two readings that were meant to be `expected_seconds` apart, at most.

    Empty when all is well. A suspend comes first, then a clock that was set, then a blocked loop.
    """
    awake = after.awake - before.awake
    running = after.running - before.running
    step = (after.wall - before.wall).total_seconds() - running
    found = []
    if running - awake > SUSPENDED_SECONDS:
        found.append(_suspended(before, after, running - awake))
    if abs(step) > max(STEP_SECONDS, running * SLEWING):
        found.append(_set_back(after, -step) if step < 0 else _set_forward(after, step))
    if awake - expected_seconds > BLOCKED_SECONDS:
        found.append(_blocked(after, awake - expected_seconds))
    return found


def _suspended(before: Reading, after: Reading, seconds: float) -> Trouble:
    # By one clock: the time of day may have been set as well.
    began = after.wall - timedelta(seconds=after.running - before.running)
    return Trouble(
        kind=JournalKind.SUSPENDED,
        at=after.wall,
        seconds=seconds,
        sentence=f"The machine slept for {length_text(seconds)} between {_text(began)} and"
        f" {_text(after.wall)}; slots of that time could not start when they were due.",
    )


def _set_back(after: Reading, seconds: float) -> Trouble:
    former = after.wall + timedelta(seconds=seconds)
    return Trouble(
        kind=JournalKind.CLOCK_BACK,
        at=after.wall,
        seconds=seconds,
        sentence=f"The clock was set back by {length_text(seconds)}, from {_text(former)} to"
        f" {_text(after.wall)}; slots up to {_text(former)} had their turn already and do not run"
        " again.",
    )


def _set_forward(after: Reading, seconds: float) -> Trouble:
    former = after.wall - timedelta(seconds=seconds)
    return Trouble(
        kind=JournalKind.CLOCK_FORWARD,
        at=after.wall,
        seconds=seconds,
        sentence=f"The clock was set forward by {length_text(seconds)}, from {_text(former)} to"
        f" {_text(after.wall)} (or this is a virtual machine that stood still); slots in between"
        " could not start when they were due.",
    )


def _blocked(after: Reading, seconds: float) -> Trouble:
    return Trouble(
        kind=JournalKind.BLOCKED,
        at=after.wall,
        seconds=seconds,
        sentence=f"The server did nothing for {length_text(seconds)} up to {_text(after.wall)}:"
        " its event loop was blocked, its process was stopped, or the machine is overloaded; slots"
        " of that time started late.",
    )


def _text(moment: datetime) -> str:
    return utc_text(moment.replace(microsecond=0))
