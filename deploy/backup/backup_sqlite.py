#!/usr/bin/env python3
"""Copy the database of a running server: backup_sqlite.py DATABASE FOLDER [--keep N].

SQLite's online backup, so that nobody waits and nothing is half written; checked before it counts.
Writes FOLDER/conselho-TIME.db and prints its path; with --keep, older copies there are removed.
Only Python's own library: it needs no installed Conselho.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=int, metavar="N", help="copies to keep; all when not given")
    given = parser.parse_args()
    if not given.database.is_file():
        sys.stderr.write(f"backup_sqlite: there is no database {given.database}\n")
        return 2
    if given.keep is not None and given.keep < 1:
        sys.stderr.write("backup_sqlite: --keep must be at least 1\n")
        return 2
    os.umask(0o077)
    given.folder.mkdir(parents=True, exist_ok=True)
    name = f"conselho-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    target = given.folder / name
    half = target.with_suffix(".half")
    try:
        copy(given.database, half)
    except sqlite3.Error as error:
        half.unlink(missing_ok=True)
        sys.stderr.write(f"backup_sqlite: {given.database} could not be copied: {error}\n")
        return 1
    half.replace(target)
    sys.stdout.write(f"{target}\n")
    if given.keep is not None:
        for old in sorted(given.folder.glob("conselho-*Z.db"))[: -given.keep]:
            old.unlink()
    return 0


def copy(database: Path, target: Path) -> None:
    """Raises sqlite3.Error, also when the copy is damaged."""
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copied,
    ):
        source.backup(copied)
        # One file that can be carried away, without a log beside it.
        copied.execute("PRAGMA journal_mode = DELETE")
        [found] = copied.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
    with target.open("rb+") as written:
        os.fsync(written.fileno())


if __name__ == "__main__":
    sys.exit(main())
