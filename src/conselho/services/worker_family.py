"""Who the workers of a data directory are: a random id, the same in all lives of its process.

    worker id    host : id of the directory : of this life
                 └────── family ──────┘

A process that starts takes the runs of its family for those of its own dead, and decides on them at
once. So no two directories may have one id, though they may have one path on machines of one name:
containers, clones. The id is made with the directory, and anew when its file was copied (the copy
is another inode) or the machine was started since. What ran before a boot is over and its leases
have mostly ended when the machine is back, so that nothing is lost by not claiming it; and a clone
cannot claim what its original still runs.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_ID: Final = re.compile(r"[0-9a-f]{16}")
_LONGEST: Final = 1_000
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Family:
    """What the ids of a directory's workers begin with.

    own: from now on. gone: before, and nobody works under it any more. former: before, though
    another machine may by now; what becomes of its runs is told, and none is ended.
    """

    own: str
    gone: tuple[str, ...] = ()
    former: tuple[str, ...] = ()

    @property
    def dead(self) -> tuple[str, ...]:
        """The beginnings of ids of which none lives when this process starts."""
        return tuple(f"{name}:" for name in (self.own, *self.gone))

    @property
    def all(self) -> tuple[str, ...]:
        """The beginnings of the ids of all workers that this directory had, as far as it knows."""
        return tuple(f"{name}:" for name in (self.own, *self.gone, *self.former))


def family_of(file: Path, *, is_shared: bool, before: str | None = None) -> Family:
    """The family whose id `file` keeps; made, for this user's eyes only, when there is none.

    `is_shared`: other machines may work on the same store. Where none does, an id stays, whatever
    was copied or started. `before`: what stood for the id in directories older than the file; None
    in a new one. An id that cannot be kept holds for this life. Call it only while holding the
    directory's lock.
    """
    kept = _read(file)
    if kept is not None and (kept.is_ours or not is_shared):
        return Family(_named(kept.id))
    made = secrets.token_hex(8)
    try:
        _keep(file, made)
    except OSError as error:
        log.warning("worker.id_not_kept", reason=error.strerror or type(error).__name__)
    if kept is not None:
        return Family(_named(made), former=(_named(kept.id),))
    return Family(_named(made), gone=() if before is None else (_named(before),))


def _named(middle: str) -> str:
    return f"{socket.gethostname()}:{middle}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """`is_ours`: made as this very file, since the machine was started."""

    id: str
    is_ours: bool


def _read(file: Path) -> _Kept | None:
    """None when there is no id, whatever else there is."""
    try:
        with file.open(encoding="ascii") as stream:
            inode = os.fstat(stream.fileno()).st_ino
            said: Any = json.loads(stream.read(_LONGEST))
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or not _ID.fullmatch(str(said.get("id"))):
        return None
    return _Kept(said["id"], is_ours=(said.get("boot"), said.get("inode")) == (_boot(), inode))


def _keep(file: Path, made: str) -> None:
    """Whole or not at all, whenever the machine stops. Raises OSError."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="ascii") as new:
        inode = os.fstat(new.fileno()).st_ino
        json.dump({"id": made, "boot": _boot(), "inode": inode}, new)
        new.flush()
        os.fsync(new.fileno())
    draft.replace(file)


def _boot() -> str | None:
    """Another one at each start of the machine; None where the system does not tell (macOS)."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
