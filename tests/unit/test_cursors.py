"""The opaque text that a page of tasks goes on with."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.api.cursors import cursor_of, place_of
from conselho.errors import Invalid
from conselho.models.ids import TaskId
from tests.support.clock import NOON

MICROSECOND = timedelta(microseconds=1)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(min_size=1, alphabet=st.characters(codec="utf-8")),
)
def test_it_leads_back_to_the_very_place(created_at: datetime, task_id: str) -> None:
    place = created_at, TaskId(task_id)
    assert place_of(cursor_of(place) or "") == place


def test_no_place_has_no_cursor() -> None:
    assert cursor_of(None) is None


@given(st.text())
def test_no_other_text_is_taken(text: str) -> None:
    with suppress(Invalid):
        assert cursor_of(place_of(text)) == text


@pytest.mark.parametrize("text", ["", "MTI", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5IGE", "é"])
def test_what_looks_like_one_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Invalid, match="not one that this server gave"):
        place_of(text)


def test_one_with_padding_is_another_text() -> None:
    cursor = cursor_of((NOON + MICROSECOND, TaskId("a"))) or ""
    with pytest.raises(Invalid):
        place_of(cursor + "=")
