"""What the journal tells of an edit: the clock's fields in full, all others by name."""

from __future__ import annotations

from dataclasses import replace

from conselho.models.agent import Agent, Notifications
from conselho.models.schedule import parse_schedule
from conselho.services.changes import changes
from conselho.services.seats import recorded
from tests.support.clock import NOON
from tests.support.factories import make_councilor


def test_each_changed_field_is_told_with_both_values() -> None:
    before = make_councilor()
    after = reseated(before, policies=replace(before.seat.policies, priority=9))

    assert list(changes(before, after)) == [("policies.priority", 5, 9)]


def test_what_the_server_writes_itself_is_no_change() -> None:
    before = make_councilor()

    assert not list(changes(before, replace(before, version=7, source_digest="abc")))


def test_the_journal_shows_no_value_that_may_be_secret() -> None:
    before = make_councilor()
    after = reseated(
        replace(before, command=("deploy", "--key", "s3cret"), instructions="The code is s3cret."),
        notifications=Notifications(ping_url="https://example.org/s3cret"),
        schedule=parse_schedule("1h"),
    )

    detail = recorded(before, after, NOON).detail

    assert "s3cret" not in detail
    assert "schedule.value '30m' -> '1h'" in detail
    for field in ("command", "instructions", "notifications.ping_url"):
        assert field in detail


def test_a_write_that_changes_nothing_says_so() -> None:
    before = make_councilor()
    again = recorded(before, replace(before, source="ana.md", source_digest="d"), NOON)
    same = recorded(before, replace(before, source_digest="d"), NOON)

    assert again.detail == "Ana was edited: source."
    assert same.detail == "Ana was written again; nothing that it does has changed."


def reseated(agent: Agent, **parts: object) -> Agent:
    return replace(agent, councilor_config=replace(agent.seat, **parts))  # type: ignore[arg-type]
