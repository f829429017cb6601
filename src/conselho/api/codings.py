"""Which content codings a client takes."""

from __future__ import annotations

import re
from collections.abc import Iterator


def accepted(header: str) -> Iterator[str]:
    """The codings named in an Accept-Encoding. Source: RFC 9110, 12.5.3."""
    for given in header.lower().split(","):
        coding, _, weight = given.replace(" ", "").partition(";")
        if re.fullmatch(r"q=0(\.0*)?", weight) is None:
            yield coding
