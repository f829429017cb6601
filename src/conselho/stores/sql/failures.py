"""Driver errors as StoreUnavailable, with a reason that tells a person what to do."""

from __future__ import annotations

import sqlalchemy as sa

from conselho.errors import StoreUnavailable

# By the first letters of SQLite's own names for its error codes. {place} is the file's path.
_SQLITE = {
    "SQLITE_FULL": "there is no space left for {place}; free some and it goes on",
    "SQLITE_READONLY": "{place} is read-only; give this user the right to write to it",
    "SQLITE_BUSY": "{place} is locked by another program for too long; end what holds it",
    "SQLITE_LOCKED": "{place} is locked by another program for too long; end what holds it",
    "SQLITE_CANTOPEN": "{place} cannot be opened; see that its folder exists and may be written",
    "SQLITE_PERM": "{place} cannot be opened; see that its folder exists and may be written",
    "SQLITE_NOTADB": "{place} is not an SQLite database; move it away or choose another file",
    "SQLITE_CORRUPT": "{place} is damaged; restore it from a backup",
    "SQLITE_IOERR": "reading or writing {place} failed; look at the disk",
}
# By the first letters of PostgreSQL's SQLSTATE. {place} is the URL without its password.
_POSTGRESQL = {
    "53100": "the disk of {place} is full; free some space and it goes on",
    "53300": "{place} has no connection left; raise max_connections or end other clients",
    "25006": "{place} is read-only; it may be a standby, use the primary",
    "3D000": "the database {place} does not exist; create it",
    "28": "{place} refuses the user or its password",
    "42501": "the user of {place} lacks a right that is needed",
    "57P": "{place} is shutting down or starting",
    "08": "the connection to {place} broke",
}


def unavailable(exc: Exception, place: str) -> StoreUnavailable:
    """What a driver's error means for the store at `place`; raise it `from exc`."""
    cause = exc.orig if isinstance(exc, sa.exc.DBAPIError) else exc
    name = getattr(cause, "sqlite_errorname", None) or ""
    state = getattr(cause, "sqlstate", None) or ""
    for known, code in ((_SQLITE, name), (_POSTGRESQL, state)):
        for prefix, reason in known.items():
            if code.startswith(prefix):
                return StoreUnavailable(reason.format(place=place))
    if isinstance(cause, ConnectionError | OSError):
        return StoreUnavailable(f"{place} cannot be reached ({cause})")
    return StoreUnavailable(f"{place} gave an error that is not expected ({cause})")
