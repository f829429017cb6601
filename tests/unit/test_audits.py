"""What an audit entry keeps of a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conselho.models.agent import Agent
from conselho.redaction import Redactor
from conselho.services.audits import LONGEST_TEXT, fit_to_keep
from conselho.services.changes import agent_parts, changed_parts
from tests.support.clock import NOON
from tests.support.factories import make_councilor

NO_SECRETS = Redactor()


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 2}, {"b": 3}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, {"a": {"c": 2}}, {"a": {"c": 3}}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1, 2]}, {"a": [1]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": {"b": 1}}, {"a": None}),
        ({"a": 1}, {"b": None}, {"a": 1}, {"b": None}),
        ({"a": 1}, {"a": 1}, {}, {}),
        (None, {"a": 1}, None, {"a": 1}),
        ({"a": 1}, None, {"a": 1}, None),
        (None, None, None, None),
    ],
)
def test_only_what_differs_is_kept(
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    was: dict[str, object] | None,
    now: dict[str, object] | None,
) -> None:
    assert changed_parts(before, after) == (was, now)


def test_what_the_server_writes_by_itself_is_no_change() -> None:
    agent: Agent = make_councilor("ana", schedule="10m")
    touched = replace(agent, version=9, updated_at=NOON, anchor_at=NOON, paused_in_bulk=True)
    assert agent_parts(touched) == agent_parts(agent)
    assert agent_parts(replace(agent, model="other")) != agent_parts(agent)
    assert agent_parts(None) is None


def test_a_long_text_is_cut_and_says_so() -> None:
    fits, long = "x" * LONGEST_TEXT, "y" * (LONGEST_TEXT + 1)
    kept = fit_to_keep({"a": fits, "b": {"c": [long, 1]}}, NO_SECRETS)
    assert kept == {"a": fits, "b": {"c": [f"{long[:-1]}… (4097 characters)", 1]}}
    assert fit_to_keep(None, NO_SECRETS) is None


def test_a_secret_across_the_cut_is_not_kept_in_half() -> None:
    secret = "correct-horse-battery-staple"
    text = "z" * (LONGEST_TEXT - 10) + secret
    kept = fit_to_keep({"prompt": text, "command": ["run", secret]}, Redactor([secret]))
    assert kept is not None
    assert "correct" not in kept["prompt"]
    assert kept["command"] == ["run", "[redacted: server secret]"]
