"""The data directory: who may use it, and what lies where in it.

conselho.db   the embedded store          logs/        one live log a Task
lock          held by the one server      server.json  who that server is, for commands
scratch/      files of runs under way: a prompt, an agent's settings
store         the identity of the store that this directory's server works with
worker        the id that tells this directory's workers from all others
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from conselho.errors import Conflict, InvalidSettings
from conselho.models.task import utc_text
from conselho.services.worker_family import Family, family_of


class DataDirInUse(Conflict):
    """Another server holds this data directory."""

    def __init__(self, path: Path, server: Mapping[str, Any] | None) -> None:
        who = (
            f"the server at {server.get('url')} (process {server.get('pid')})"
            if server
            else "another process"
        )
        super().__init__(
            f"The data directory {path} is in use by {who}."
            " Stop it, or give this one another with --data-dir."
        )


class DataDir:
    """A data directory. Made with mode 0700: results and logs may hold what nobody else may see."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def scratch(self) -> Path:
        """Where runs have files of their own while they last; it may not exist.

        Some agents refuse settings in a folder whose place others could change, as below /tmp. For
        a data directory there it lies in the user's cache or runtime folder, where one is better
        off.
        """
        here = self.path / "scratch"
        cache, runtime = Path.home() / ".cache", os.environ.get("XDG_RUNTIME_DIR", "/run")
        elsewhere = [place / "conselho" / self.home for place in (cache, Path(runtime))]
        private = [place for place in (here, *elsewhere) if _is_private(place)]
        return private[0] if private else here

    @property
    def home(self) -> str:
        """A short id of this directory, the same at every start: it marks child processes."""
        return hashlib.sha256(os.fsencode(self.path.resolve())).hexdigest()[:16]

    def acquire(self) -> None:
        """Take the directory for this process, creating it; held until `release` or the end.

        Raises DataDirInUse, or InvalidSettings when it cannot be written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise InvalidSettings(
                "data_dir", f"{self.path} cannot be written: {exc.strerror}"
            ) from exc
        try:
            # The kernel lets go of it with the process, whatever way that ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(lock)
            raise DataDirInUse(self.path, self.server()) from exc
        self._lock = lock

    def release(self) -> None:
        """Let go of the directory. Twice is no error."""
        if self._lock is not None:
            self._server_file.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def announce(self, url: str, *, now: datetime) -> None:
        """Leave word where the server of this directory answers. Raises InvalidSettings."""
        text = json.dumps({"pid": os.getpid(), "url": url, "started_at": utc_text(now)})
        draft = self._server_file.with_suffix(".new")
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(self._server_file)
        except OSError as exc:
            raise InvalidSettings(
                "data_dir", f"{self.path} cannot be written: {exc.strerror}"
            ) from exc

    def server(self) -> dict[str, Any] | None:
        """What the last server left: pid, url, started_at. None when unknown.

        A server that was killed leaves it behind: only who fails to `acquire` may believe it.
        """
        try:
            known = json.loads(self._server_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known if isinstance(known, dict) else None

    def remember_store(self, identity: str) -> str | None:
        """Keep which store the server of this directory works with; the former one, if another.

        What cannot be kept or read is not known: None.
        """
        file = self.path / "store"
        try:
            former = file.read_text(encoding="ascii").strip() if file.exists() else None
            if former != identity:
                file.write_text(identity + "\n", encoding="ascii")
        except (OSError, ValueError):
            return None
        return former if former not in (None, "", identity) else None

    def family(self, *, is_shared: bool) -> Family:
        """Who this directory's workers are; `is_shared`: others may work on the same store.

        Ask before `remember_store`: a directory that worked without an id is known by its store.
        """
        is_older = (self.path / "store").exists()
        before = self.home if is_older else None
        return family_of(self.path / "worker", is_shared=is_shared, before=before)

    @property
    def _server_file(self) -> Path:
        return self.path / "server.json"


def _is_private(path: Path) -> bool:
    """Whether this user can make `path`, and nobody else may write a folder on the way to it."""
    existing = [folder for folder in path.parents if folder.is_dir()]
    try:
        shared = any(folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH) for folder in existing)
    except OSError:
        return False
    return not shared and bool(existing) and os.access(existing[0], os.W_OK | os.X_OK)
