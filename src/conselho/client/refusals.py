"""Answers that are errors, by what a caller can do about them."""

from __future__ import annotations

from conselho.errors import Conflict, ConselhoError, Invalid, NotFound, Unavailable


class Refused(ConselhoError):
    """The server answered with an error: `str` is its `detail`, `status` the HTTP status.

    `retry_after_seconds` is how long it asks to wait before the next try; None where it does not.
    """

    exit_code = Invalid.exit_code

    def __init__(
        self, status: int, detail: str, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class RefusedAsUnknown(Refused):
    """404: what was named does not exist there."""

    exit_code = NotFound.exit_code


class RefusedForState(Refused):
    """409: the state of something does not allow it now."""

    exit_code = Conflict.exit_code


class RefusedForNow(Refused):
    """429, 502, 503, 504: too much is asked of the server, or it, or something it needs, does not
    work at present.
    """

    exit_code = Unavailable.exit_code


class RefusedByFault(Refused):
    """Any other 5xx: a fault inside the server. Its log says more."""

    exit_code = ConselhoError.exit_code


class NotConselho(ConselhoError):
    """Something answers, but not as a Conselho server does."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"What answers at {url} is no Conselho server of this version: {reason}.")
        self.url = url


_BY_STATUS: dict[int, type[Refused]] = {
    404: RefusedAsUnknown,
    409: RefusedForState,
    429: RefusedForNow,
    502: RefusedForNow,
    503: RefusedForNow,
    504: RefusedForNow,
}


def refusal(status: int, detail: str, retry_after_seconds: float | None = None) -> Refused:
    """The error for a status of 400 or more."""
    kind = _BY_STATUS.get(status, RefusedByFault if status >= 500 else Refused)
    return kind(status, detail, retry_after_seconds=retry_after_seconds)


def asked_wait(error: ConselhoError) -> float:
    """How many seconds the server asks to wait before the next try; 0 where it does not."""
    return (error.retry_after_seconds or 0.0) if isinstance(error, Refused) else 0.0
