"""What a killed server leaves behind: its children run on, with nobody to follow them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from typing import Final

from conselho.services.marks import HOME
from conselho.services.process_table import Process, ProcTable, send

_KILL_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.02


def reap_survivors(home: str, *, grace_seconds: float = 1.0, until: int | None = None) -> int:
    """End what an earlier server of this data directory left running; returns how many processes.

    `home` is what `start` put into their environment as CONSELHO_HOME. Their descendants and
    sessions go with them, but not this process, its parents, nor what carries another home. TERM,
    then KILL after the grace. Blocks while there is something to end, so call it before serving,
    and only when holding the data directory's lock: another server's children would look the same.
    Or give `until`, in clock ticks since the machine's start: what started later is spared.

    Raises nothing for processes of other users: they stay. Does nothing without /proc (macOS).
    """
    if sys.platform != "linux":
        return 0
    table = ProcTable()
    found: set[tuple[int, int]] = set()
    for signum, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, _KILL_SECONDS)):
        deadline = time.monotonic() + seconds
        signalled: set[tuple[int, int]] = set()
        # Twice: one may have started another and ended while the table was being read.
        while survivors := _survivors(table, home, until) or _survivors(table, home, until):
            for one in survivors:
                if (one.pid, one.started) not in signalled:
                    signalled.add((one.pid, one.started))
                    _send(table, one, signum)
            found |= signalled
            if time.monotonic() >= deadline:
                break
            time.sleep(_LOOK_SECONDS)
    return len(found)


def _send(table: ProcTable, process: Process, signum: signal.Signals) -> None:
    with contextlib.suppress(PermissionError):  # of another user, through sudo: theirs to end
        send(table, process, signum)


def _survivors(table: ProcTable, home: str, until: int | None) -> list[Process]:
    every = {process.pid: process for process in table.all() if process.alive}
    young = {pid for pid, one in every.items() if until is not None and one.started > until}
    homes = {pid: table.variable(pid, HOME) for pid in every}
    spared = _self_and_parents(every) | {
        pid for pid, other in homes.items() if other not in (None, home)
    }
    members = {pid for pid, its in homes.items() if its == home} - spared - young
    grown = bool(members)
    while grown:
        sessions = {every[pid].session for pid in members} - {every[pid].session for pid in spared}
        born = {
            pid
            for pid, process in every.items()
            if (process.parent in members or process.session in sessions)
            and pid not in members | spared
        }
        members |= born
        grown = bool(born)
    return [every[pid] for pid in members]


def _self_and_parents(every: dict[int, Process]) -> set[int]:
    line = {os.getpid()}
    pid = os.getppid()
    while pid in every:
        line.add(pid)
        pid = every[pid].parent
    return line
