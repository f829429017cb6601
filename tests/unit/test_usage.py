"""What tasks spent: what counts of a provider's word, and how attempts add up."""

from __future__ import annotations

from typing import Any

import pytest

from conselho.models.statistics import Usage, usage_sum
from conselho.models.task import short_lines


def test_what_counts_of_a_usage_are_its_amounts() -> None:
    usage = {
        "input_tokens": 1200,
        "output_tokens": 34,
        "cached_tokens": 1000,
        "reasoning_tokens": 5,
        "turns": 3,
        "tool_calls": 2,
        "cost_usd": 0.0125,
        "model": "m",
        "session_id": "s",
    }
    assert Usage.of(usage) == Usage(
        runs=1,
        input_tokens=1200,
        output_tokens=34,
        cached_tokens=1000,
        turns=3,
        cost_microusd=12_500,
    )
    assert Usage.of({"model": "m"}) == Usage(runs=1)
    assert Usage.of({}) == Usage.of(None) == Usage()


@pytest.mark.parametrize("nonsense", ["many", None, -1, True, float("nan"), [1], {}])
def test_what_is_no_amount_counts_nothing(nonsense: object) -> None:
    assert Usage.of({"input_tokens": nonsense, "cost_usd": nonsense}) == Usage(runs=1)


@pytest.mark.parametrize("nonsense", [10**400, float("inf")])
def test_an_amount_beyond_belief_is_bounded(nonsense: float) -> None:
    usage = Usage.of({"input_tokens": nonsense, "cost_usd": nonsense})
    assert usage == Usage(runs=1, input_tokens=10**12, cost_microusd=10**12)


def test_usages_add_up() -> None:
    one = Usage(runs=1, input_tokens=2, output_tokens=3, cached_tokens=4, turns=5, cost_microusd=6)
    assert one + Usage() == one
    twice = one + one
    assert (twice.runs, twice.input_tokens, twice.output_tokens) == (2, 4, 6)
    assert (twice.cached_tokens, twice.turns, twice.cost_usd) == (8, 10, 0.000012)


@pytest.mark.parametrize(
    ("earlier", "latest", "total"),
    [
        (None, None, None),
        (None, {}, None),
        ({"turns": 2}, None, {"turns": 2}),
        (None, {"turns": 2}, {"turns": 2}),
        (
            {"turns": 2, "cost_usd": 0.1, "session_id": "a", "tool_calls": 1},
            {"turns": 3, "cost_usd": 0.2, "session_id": "b", "reasoning_tokens": 7},
            {
                "turns": 5,
                "cost_usd": 0.3,
                "session_id": "b",
                "tool_calls": 1,
                "reasoning_tokens": 7,
            },
        ),
        (
            {"turns": 2, "cost_usd": 1},
            {"turns": "?", "cost_usd": None},
            {"turns": 2, "cost_usd": 1},
        ),
    ],
)
def test_the_attempts_of_a_task_add_up(
    earlier: dict[str, Any] | None, latest: dict[str, Any] | None, total: dict[str, Any] | None
) -> None:
    assert usage_sum(earlier, latest) == total


def test_short_lines_are_few_and_short_and_lines() -> None:
    assert short_lines(["Bash(rm -rf /)\n", "", " \u2028 ", "a\n\tb"]) == ("Bash(rm -rf /)", "a b")
    many = short_lines(f"{n} {'x' * 2_000_000}" for n in range(1000))
    assert len(many) == 20
    assert {len(line) for line in many} == {300}
    assert all(line.endswith("…") for line in many)
