"""Driver errors as StoreUnavailable, with a reason that tells a person what to do."""

from __future__ import annotations

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from conselho.errors import StoreUnavailable

# By the server's own numbers of its errors. {place} is the URL without its password.
_REASONS = {
    13: "the user of {place} lacks a right that is needed",
    18: "{place} refuses the user or its password",
    8000: "{place} refuses the user or its password",
    14031: "the disk of {place} is full; free some space and it goes on",
    10107: "{place} has no primary at the moment",
    13435: "{place} has no primary at the moment",
    11600: "{place} is shutting down or starting",
    91: "{place} is shutting down or starting",
    189: "{place} has no primary at the moment",
    64: "{place} did not confirm a write on the majority of its members in time",
}
_DUPLICATE = (11000, 11001, 12582)
# What a compatible server on SQLite says of an update that a unique index refuses.
_DUPLICATE_WORDS = "UNIQUE constraint failed"


def is_duplicate(exc: PyMongoError) -> bool:
    """Whether a write was refused because another document has one of its unique keys."""
    if isinstance(exc, DuplicateKeyError):
        return True
    return isinstance(exc, OperationFailure) and (
        exc.code in _DUPLICATE or _DUPLICATE_WORDS in str(exc)
    )


def refused_places(exc: BulkWriteError) -> list[int]:
    """Which documents of an insertion a unique index refused; raises what else went wrong."""
    errors = exc.details.get("writeErrors", [])
    if exc.details.get("writeConcernErrors") or not errors:
        raise exc
    if any(error.get("code") not in _DUPLICATE for error in errors):
        raise exc
    return [error["index"] for error in errors]


def unavailable(exc: PyMongoError, place: str) -> StoreUnavailable:
    """What a driver's error means for the store at `place`; raise it `from exc`."""
    if isinstance(exc, ServerSelectionTimeoutError | ConnectionFailure):
        return StoreUnavailable(f"{place} cannot be reached ({_short(exc)})")
    if isinstance(exc, DocumentTooLarge):
        return StoreUnavailable(f"{place} takes no document of that size ({_short(exc)})")
    if isinstance(exc, ConfigurationError):
        return StoreUnavailable(f"{place} cannot be used so ({_short(exc)})")
    if isinstance(exc, WriteConcernError):
        return StoreUnavailable(_REASONS[64].format(place=place))
    if isinstance(exc, OperationFailure):
        reason = _REASONS.get(exc.code or 0)
        if reason is not None:
            return StoreUnavailable(reason.format(place=place))
    return StoreUnavailable(f"{place} gave an error that is not expected ({_short(exc)})")


def _short(exc: PyMongoError) -> str:
    """Its first sentence: the rest is the driver's view of all servers, in its own notation."""
    return str(exc).split(" (configured timeouts", 1)[0].split(", Timeout:", 1)[0][:300]
