"""What a person is shown of a schedule before it is saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.models.schedule import Fold, parse_schedule
from conselho.models.task import SkipReason
from conselho.services.calendars import Calendars
from conselho.services.preview import MOST_LOOKS, Preview, preview
from conselho.services.quiet import Quiet
from tests.support.clock import NOON
from tests.support.factories import ANA


def shown(
    value: str,
    after: str | datetime = NOON,
    *,
    count: int = 3,
    folder: Path | None = None,
    **rules: Any,
) -> Preview:
    moment = datetime.fromisoformat(after) if isinstance(after, str) else after
    return preview(
        parse_schedule(value, **rules),
        anchor=NOON,
        agent_id=ANA,
        after=moment.replace(tzinfo=moment.tzinfo or UTC),
        count=count,
        quiet=Quiet(Calendars(folder)),
    )


def local(found: Preview) -> list[tuple[str, str | None]]:
    return [(slot.local, slot.note) for slot in found.slots]


def codes(found: Preview) -> list[str]:
    return [warning.code for warning in found.warnings]


def test_the_next_slots_come_with_their_local_times() -> None:
    found = shown("0 9 * * 1", timezone="America/Sao_Paulo", count=2)

    assert [slot.at for slot in found.slots] == [
        datetime(2026, 11, 23, 12, tzinfo=UTC),
        datetime(2026, 11, 30, 12, tzinfo=UTC),
    ]
    assert local(found) == [
        ("2026-11-23T09:00:00-03:00", None),
        ("2026-11-30T09:00:00-03:00", None),
    ]
    assert (found.left_out, found.more, found.warnings) == ({}, True, ())


def test_a_paused_schedule_is_shown_as_if_it_ran() -> None:
    assert len(shown("30m", enabled=False).slots) == 3


def test_a_time_that_the_clock_leaps_over_is_noted() -> None:
    found = shown("30 2 * * *", "2026-03-07T12:00", timezone="America/New_York", count=2)

    assert local(found) == [
        ("2026-03-08T03:30:00-04:00", "gap"),
        ("2026-03-09T02:30:00-04:00", None),
    ]
    moment = shown("2026-03-08T02:30", "2026-03-07T12:00", timezone="America/New_York")
    assert local(moment) == [("2026-03-08T03:30:00-04:00", "gap")]


@pytest.mark.parametrize("jitter", [0, 600])
def test_a_time_that_is_shown_twice_is_noted_each_time(jitter: int) -> None:
    found = shown(
        "30 1 * * *",
        "2026-10-31T12:00",
        timezone="America/New_York",
        fold=Fold.TWICE,
        jitter_seconds=jitter,
    )

    assert [note for _, note in local(found)] == ["fold_first", "fold_second", None]
    assert [text[-6:] for text, _ in local(found)] == ["-04:00", "-05:00", "-05:00"]


def test_what_is_left_out_between_is_counted_by_reason() -> None:
    found = shown(
        "0 * * * *",
        datetime(2026, 12, 24, 17, tzinfo=UTC),
        excluded_dates=("12-25",),
        active_hours=("09:00-19:00",),
    )

    assert [text[:13] for text, _ in local(found)] == [
        "2026-12-24T18",
        "2026-12-26T09",
        "2026-12-26T10",
    ]
    assert found.left_out == {SkipReason.QUIET_HOURS: 5 + 9, SkipReason.EXCLUDED_DATE: 24}
    assert found.more


def test_the_look_ahead_is_bounded() -> None:
    found = shown("1s", excluded_dates=("11-22",))

    assert found.slots == ()
    assert found.left_out == {SkipReason.EXCLUDED_DATE: MOST_LOOKS}
    assert found.more
    assert codes(found) == ["all_left_out"]
    assert found.warnings[0].message.startswith("No slot up to 2026-11-22 17:33 runs: ")


def test_the_last_slots_are_told_as_the_last() -> None:
    found = shown("1h", ends_at=NOON + timedelta(hours=2))

    assert (len(found.slots), found.more, codes(found)) == (2, False, [])
    exact = shown("1h", ends_at=NOON + timedelta(hours=3))
    assert (len(exact.slots), exact.more) == (3, False)


@pytest.mark.parametrize(
    ("value", "rules", "code"),
    [
        ("2026-01-01T00:00", {}, "past"),
        ("30m", {"ends_at": NOON}, "ended"),
        ("0 9 1 1 *", {"ends_at": NOON + timedelta(days=2)}, "ended"),
        ("2036-01-01T00:00", {}, "far_away"),
        ("30m", {"excluded_calendars": ("feriados",)}, "unknown_calendar"),
    ],
)
def test_what_the_author_should_know_is_a_sentence_with_a_code(
    value: str, rules: dict[str, Any], code: str
) -> None:
    (warning,) = shown(value, **rules).warnings

    assert warning.code == code
    assert warning.message.endswith(".")


def test_a_calendar_that_is_there_is_used(tmp_path: Path) -> None:
    (tmp_path / "feriados.txt").write_text("11-23\n")

    found = shown("0 9 * * *", folder=tmp_path, excluded_calendars=("feriados",), count=1)

    assert [text[:10] for text, _ in local(found)] == ["2026-11-24"]
    assert codes(found) == []


def test_a_line_that_comes_once_in_years_is_not_followed_for_ever() -> None:
    found = shown("0 0 29 2 *", "2026-11-22", count=100)

    years = [int(slot.local[:4]) for slot in found.slots]
    assert years == [2028, 2032, 2036]
    assert found.more


def test_the_first_slot_is_found_however_far_it_is() -> None:
    found = shown("0 0 1 1 *", "2026-11-22", starts_at=datetime(2050, 6, 1, tzinfo=UTC), count=2)

    assert [slot.local[:4] for slot in found.slots] == ["2051"]
    assert found.more
    assert codes(found) == ["far_away"]
