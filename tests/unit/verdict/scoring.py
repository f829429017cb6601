"""The labelled texts of data/, and how well a classifier does on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conselho.models.verdict import Severity

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text whose severity a person decided before any program did."""

    id: str
    lang: str
    text: str
    exit_code: int | None
    label: Severity


def labelled(name: str) -> Iterator[Labelled]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Labelled(
            id=row["id"],
            lang=row["lang"],
            text=row["text"],
            exit_code=row["exit_code"],
            label=Severity(row["label"]),
        )


def macro_f1(pairs: list[tuple[Severity, Severity]]) -> float:
    """The mean over the severities of their F1, from (label, answer) pairs."""
    scores = []
    for severity in Severity:
        right = sum(label is answer is severity for label, answer in pairs)
        given = sum(answer is severity for _, answer in pairs)
        meant = sum(label is severity for label, _ in pairs)
        scores.append(2 * right / (given + meant) if given + meant else 0.0)
    return sum(scores) / len(scores)
