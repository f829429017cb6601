"""Samples as figures, and the aims that they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Report = dict[str, Any]


def spread(samples: Iterable[float], unit: str) -> Report:
    """The middle, the bad end and the worst of the samples. ValueError when there are none."""
    ascending = sorted(samples)
    if not ascending:
        raise ValueError("nothing was measured")
    return {
        "unit": unit,
        "count": len(ascending),
        "p50": round(quantile(ascending, 0.50), 3),
        "p99": round(quantile(ascending, 0.99), 3),
        "max": round(ascending[-1], 3),
    }


def quantile(ascending: Sequence[float], share: float) -> float:
    """The value at `share` of the way from first to last, between two neighbours if need be."""
    place = share * (len(ascending) - 1)
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (ascending[above] - ascending[below]) * (place - below)


def median(samples: Iterable[float]) -> float:
    return quantile(sorted(samples), 0.5)


def ratio(product: float, floor: float) -> float:
    return round(product / floor, 3)


def at_most(what: str, value: float, limit: float) -> Report:
    """An aim that a small value meets."""
    return {"aim": f"{what} <= {limit:g}", "value": round(value, 3), "met": value <= limit}


def at_least(what: str, value: float, limit: float) -> Report:
    """An aim that a large value meets."""
    return {"aim": f"{what} >= {limit:g}", "value": round(value, 3), "met": value >= limit}


def unmet(report: Mapping[str, Any]) -> list[Report]:
    """The aims of one measurement that it missed."""
    return [aim for aim in report.get("aims", ()) if not aim["met"]]
