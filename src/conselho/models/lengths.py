"""Lengths of time as sentences for people tell them."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def length_text(seconds: float) -> str:
    """A length in its two largest units, rounded: `40 s`, `30 min`, `1 h 30 min`, `2 d 3 h`.

    Below ten seconds with one decimal: `2.5 s`.
    """
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f}".removesuffix(".0") + " s"
    left = round(seconds)
    for place, (unit, size) in enumerate(_UNITS[:-1]):
        if left >= size:
            small, small_size = _UNITS[place + 1]
            # Rounded before it is split, so that 59 min 59.9 s becomes 1 h and never 60 min.
            rounded = round(left / small_size) * small_size
            if place and rounded >= _UNITS[place - 1][1]:
                return f"1 {_UNITS[place - 1][0]}"
            large, rest = divmod(rounded, size)
            return f"{large} {unit}" + (f" {rest // small_size} {small}" if rest else "")
    return f"{left} s"
