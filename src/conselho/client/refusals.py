"""Answers that are errors, by what a caller can do about them."""

from __future__ import annotations

from conselho.errors import Conflict, ConselhoError, Invalid, NotFound, Unavailable


class Refused(ConselhoError):
    """The server answered with an error: `str` is its `detail`, `status` the HTTP status."""

    exit_code = Invalid.exit_code

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class RefusedAsUnknown(Refused):
    """404: what was named does not exist there."""

    exit_code = NotFound.exit_code


class RefusedForState(Refused):
    """409: the state of something does not allow it now."""

    exit_code = Conflict.exit_code


class RefusedForNow(Refused):
    """502, 503, 504: the server, or something it needs, does not work at present."""

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
    502: RefusedForNow,
    503: RefusedForNow,
    504: RefusedForNow,
}


def refusal(status: int, detail: str) -> Refused:
    """The error for a status of 400 or more."""
    kind = _BY_STATUS.get(status, RefusedByFault if status >= 500 else Refused)
    return kind(status, detail)
