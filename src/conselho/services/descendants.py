"""Every process that came from one child, found and ended.

Killing a process group is not enough: agent CLIs start their tools in groups and sessions of their
own, and those outlive it. What holds them together:

    server ── child ── tool ── ...      the tree of parents, walked downwards
       └───── orphan ── ...             the tool's parent died: a subreaper adopts it

A server that is a subreaper becomes the parent of every orphan below it, so that at any moment the
whole family hangs below the child itself or below one of the server's adopted children. Seeing that
nothing is left costs one small file of /proc, however many processes the machine has.

An adopted child belongs to the run whose session it is in, else to the run whose mark is in its
environment. One that has shed both, session and environment, belongs to a run by elimination: when
no other run was under way at its start. Hence a rule for the rest of the server: whatever it starts
by other means stays in the server's own session.

Without a subreaper (macOS) the table of all processes is searched instead, by tree and group, and
what was once seen is remembered. There an orphan that left its group before the first look is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import ClassVar, Final

from conselho.services.marks import MARK
from conselho.services.process_table import (
    Process,
    ProcessTable,
    ProcTable,
    send,
    this_machine,
)

_PR_SET_CHILD_SUBREAPER: Final = 36
_KILL_SECONDS: Final = 5.0  # after KILL: a process may need a while to give back gigabytes
_KILL_ROUNDS: Final = 100
_KILL_ROUND_SECONDS: Final = 0.001
_FIRST_LOOK_SECONDS: Final = 0.002
_SLOWEST_LOOK_SECONDS: Final = 0.05


def become_subreaper() -> bool:
    """Make this process the parent of the orphans below it; whether the system can do that."""
    return _become_subreaper(os.getpid())  # a forked worker has to ask again


class Family:
    """A child and all that came from it.

    `mark` is what its environment holds in CONSELHO_TASK_ID. Create it right after the start, and
    `forget` it in the end: runs tell their orphans apart by knowing each other.
    """

    _all: ClassVar[dict[int, Family]] = {}

    def __init__(self, pid: int, mark: str, table: ProcessTable | None = None) -> None:
        self.pid = pid
        self.mark = mark
        self._table = table or this_machine()
        self._tree: ProcTable | None = None
        if isinstance(self._table, ProcTable) and become_subreaper():
            self._tree = self._table
        child = self._table.read(pid)
        self._started = child.started if child else 0
        self._seen: dict[int, Process] = {}
        self._left: list[Process] = []
        self._refused = False
        self._all[pid] = self

    def living(self) -> list[Process]:
        """Every member that has not ended, the child included."""
        return self._look()[0]

    def _look(self) -> tuple[list[Process], bool]:
        """The living members, and whether none of them can have been overlooked.

        An orphan may have started another and ended between the listing and its own entry: only
        what had ended before the listing hides nothing. And whose an ending one is, with its
        children, cannot be told until it has ended: it has no environment any more.
        """
        dead: set[tuple[int, int]] = set()
        while True:
            orphans, found = self._walk(self._tree) if self._tree else ([], self._search())
            living = [process for process in found if process.alive]
            ended = {(one.pid, one.started) for one in orphans if not one.alive} - dead
            if living or not ended:
                return living, not any(one.ending for one in orphans)
            dead |= ended

    async def end(self, grace_seconds: float) -> int:
        """TERM to every member, KILL to those left after `grace_seconds`, until none is left.

        Members born meanwhile get the signal too. Gives up on what KILL does not end in five
        seconds: `problem` then names it. Returns how many members were found.
        """
        found = await self._signal_until_gone(signal.SIGTERM, grace_seconds)
        if found and self.living():
            found |= await self._signal_until_gone(signal.SIGKILL, _KILL_SECONDS)
        self.reap_adopted()
        self._left = self.living() if found else []
        return len(found)

    def kill_now(self) -> None:
        """KILL to every member until none is left, for when there is no time for more.

        Blocks until they are gone, which takes about a millisecond, at most a tenth of a second.
        """
        for _ in range(_KILL_ROUNDS):
            living, sure = self._look()
            self._send(living, signal.SIGKILL)
            if not living and sure:
                break
            time.sleep(_KILL_ROUND_SECONDS)
        self.reap_adopted()

    def reap_adopted(self) -> None:
        """Reap orphans that have ended, of any run.

        Each by its pid: other children of this program have owners who wait for them.
        """
        for orphan in self._orphans(self._tree) if self._tree else ():
            if not orphan.alive and any(one._may_own(orphan) for one in self._all.values()):
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan.pid, os.WNOHANG)

    @property
    def problem(self) -> str | None:
        """Who outlived `end`, in a sentence; None when nobody did."""
        if not self._left:
            return None
        pids = ", ".join(str(process.pid) for process in self._left)
        why = "they run as another user" if self._refused else "KILL did not end them"
        return f"Processes of this run are left and must be ended by hand ({why}): {pids}."

    def forget(self) -> None:
        self._all.pop(self.pid, None)

    async def _signal_until_gone(
        self, signum: signal.Signals, seconds: float
    ) -> set[tuple[int, int]]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        pause = _FIRST_LOOK_SECONDS
        signalled: set[tuple[int, int]] = set()
        while True:
            living, sure = self._look()
            if not living and sure:
                break
            fresh = [one for one in living if (one.pid, one.started) not in signalled]
            self._send(fresh, signum)
            signalled.update((one.pid, one.started) for one in fresh)
            if loop.time() >= deadline:
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, _SLOWEST_LOOK_SECONDS)
            self.reap_adopted()
        return signalled

    def _send(self, processes: Iterable[Process], signum: signal.Signals) -> None:
        for process in processes:
            try:
                send(self._table, process, signum)
            except PermissionError:
                self._refused = True

    # Where orphans are adopted

    def _walk(self, tree: ProcTable) -> tuple[list[Process], list[Process]]:
        """The orphans of all runs, and the members of this one."""
        child = tree.read(self.pid)  # first: once it has ended, what it started is listed
        orphans = self._orphans(tree)
        # With no pidfd the child is reaped early, and its pid may be somebody else's by now.
        found = [child] if child and child.started == self._started else []
        found += [orphan for orphan in orphans if self._owns(orphan)]
        met = {process.pid for process in found}
        for process in found:  # grows as it goes
            for pid in tree.children(process.pid) if process.alive else ():
                if pid not in met and (born := tree.read(pid)):
                    met.add(pid)
                    found.append(born)
        return orphans, found

    def _orphans(self, tree: ProcTable) -> list[Process]:
        """Our children that no run started, and that are in a session of their own."""
        return [
            process
            for pid in tree.adopted()
            if pid not in self._all
            and (process := tree.read(pid))
            and process.session != os.getsid(0)
        ]

    def _owns(self, orphan: Process) -> bool:
        if orphan.session in self._all:
            return orphan.session == self.pid
        mark = self._table.variable(orphan.pid, MARK)
        families = self._all.values()
        marked = [family for family in families if family.mark == mark]
        return [one for one in marked or families if one._may_own(orphan)] == [self]

    def _may_own(self, orphan: Process) -> bool:
        return self._started <= orphan.started

    # Where they are not

    def _search(self) -> list[Process]:
        if self._group_is_gone() and not self._seen:
            return []
        every = {process.pid: process for process in self._table.all()}
        members = {pid for pid, process in every.items() if self._is_member(process)}
        grown = True
        while grown:
            born = {
                pid for pid, one in every.items() if one.parent in members and pid not in members
            }
            members |= born
            grown = bool(born)
        self._seen = {pid: every[pid] for pid in members}
        return list(self._seen.values())

    def _group_is_gone(self) -> bool:
        """Spares a look at the whole table, where `ps` is the table, after most runs."""
        if isinstance(self._table, ProcTable):
            return False
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False  # somebody of another user, or on macOS a zombie
        return False

    def _is_member(self, process: Process) -> bool:
        if process.started < self._started or process.pid == os.getpid():
            return False
        if process.session == self.pid:
            return True
        known = self._seen.get(process.pid)
        if known and known.started == process.started:
            return True
        return self._table.variable(process.pid, MARK) == self.mark


@functools.cache
def _become_subreaper(pid: int) -> bool:
    if sys.platform != "linux":
        return False
    prctl = ctypes.CDLL(None).prctl
    return bool(prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
