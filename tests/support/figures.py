"""Figures as a scraper reads them, and as docs/monitoring.md tells of them."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.metrics_core import Metric

ROOT = Path(__file__).parents[2]


def name_of(family: Metric) -> str:
    """As the server writes it: the parser takes the ending of counters away."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def labels_of(family: Metric) -> set[str]:
    return {label for sample in family.samples for label in sample.labels} - {"le"}


def documented() -> dict[str, set[str]]:
    """The figures of docs/monitoring.md with their labels, out of the rows of its tables."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "docs/monitoring.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `conselho_"):
            continue
        names, labels = (cell.strip() for cell in line.split("|")[1:3])
        told = {re.findall("`(.+?)`", part)[0] for part in labels.split("; ") if part}
        for name in re.findall("`(.+?)`", names):
            assert name not in found, name
            found[name] = told
    return found
