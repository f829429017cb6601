"""Lengths of time in sentences."""

from __future__ import annotations

import pytest

from conselho.models.lengths import length_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.25, "0.2 s"),
        (2.5, "2.5 s"),
        (5, "5 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (1_800, "30 min"),
        (3_599.9, "1 h"),
        (3_600 + 29, "1 h"),
        (3_600 + 31, "1 h 1 min"),
        (5_400, "1 h 30 min"),
        (86_400 - 1, "1 d"),
        (86_400 + 1_799, "1 d"),
        (2 * 86_400 + 3 * 3_600, "2 d 3 h"),
        (400 * 86_400, "400 d"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert length_text(seconds) == text
