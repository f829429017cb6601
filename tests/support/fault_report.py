"""What was seen of each fault, and how long it took: for the report of a run, and for the docs.

CONSELHO_FAULT_REPORT=faults.jsonl pytest tests/live/test_fault_processes.py ...
python -m tests.support.fault_report faults.jsonl    # a table in Markdown
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

REPORT: Final = "CONSELHO_FAULT_REPORT"
_NAMES: Final = {"postgresql": "PostgreSQL", "mongodb": "FerretDB", "sqlite": "SQLite"}


class Note:
    """Takes down what one test saw."""

    def __init__(self, request: pytest.FixtureRequest, store: str) -> None:
        self._request = request
        self._store = store

    def __call__(self, fault: str, seen: str, seconds: float) -> None:
        """`seen` is the same sentence for every store."""
        fields = {"fault": fault, "seen": seen, "store": self._store, "seconds": round(seconds, 2)}
        self._request.node.user_properties += fields.items()
        if path := os.environ.get(REPORT):
            with Path(path).open("a") as report:
                report.write(json.dumps(fields) + "\n")


def table(lines: list[str]) -> str:
    """One line a fault, one column a store: seconds."""
    seen: dict[tuple[str, str], dict[str, float]] = {}
    for line in lines:
        fields = json.loads(line)
        of_fault = seen.setdefault((fields["fault"], fields["seen"]), {})
        of_fault[fields["store"]] = fields["seconds"]
    stores = [name for name in _NAMES if any(name in times for times in seen.values())]
    rows = [["Fault", "Measured", *(_NAMES[store] for store in stores)]]
    rows.append(["---"] * len(rows[0]))
    for (fault, what), times in seen.items():
        cells = [f"{times[store]:.1f} s" if store in times else "–" for store in stores]
        rows.append([fault, what, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1]).read_text().splitlines()) + "\n")
