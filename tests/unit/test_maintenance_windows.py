"""Maintenance windows are set and ended on record, and told with their own write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conselho.errors import Conflict, NotFound
from conselho.models.journal import JournalKind
from conselho.models.task import utc_text
from conselho.services.form_problems import InvalidForm, problems
from conselho.services.maintenance_windows import (
    MOST_WINDOWS,
    MaintenanceForm,
    MaintenanceWindows,
    described,
    state_of,
)
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import ANA, make_agent
from tests.support.stores import open_store

HOUR = timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def windows(store: Store, clock: FakeClock) -> MaintenanceWindows:
    return MaintenanceWindows(store, clock)


def form(**fields: Any) -> MaintenanceForm:
    return MaintenanceForm.model_validate(fields)


async def test_a_window_begins_now_and_is_open_unless_told_otherwise(
    windows: MaintenanceWindows,
) -> None:
    window = await windows.add(form(reason="  new \n disks "))

    assert (window.starts_at, window.ends_at, window.reason) == (NOON, None, "new disks")
    assert state_of(window, NOON) == "active"
    assert described(window) == (
        "of everybody from 2026-11-22T12:00:00Z until somebody ends it (new disks)"
    )


async def test_a_window_with_a_length_or_an_end_ends_there(windows: MaintenanceWindows) -> None:
    later = utc_text(NOON + HOUR)

    by_length = await windows.add(form(duration="2h", starts_at=later))
    by_end = await windows.add(form(ends_at=later, tags=["nightly", "nightly"]))

    assert by_length.ends_at == NOON + 3 * HOUR
    assert [state_of(by_length, NOON), state_of(by_end, NOON)] == ["planned", "active"]
    assert by_end.tags == ("nightly",)


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"ends_at": "2026-11-22T13:00:00Z", "duration": "1h"}, "duration", "not both"),
        ({"ends_at": "2026-11-22T11:00:00Z"}, "ends_at", "end before it begins"),
        (
            {"starts_at": "2026-11-22T09:00:00Z", "duration": "1h"},
            "duration",
            "over already, since 2026-11-22T10:00:00Z",
        ),
    ],
)
async def test_a_window_without_time_in_it_is_refused(
    windows: MaintenanceWindows, sent: dict[str, str], field: str, said: str
) -> None:
    with pytest.raises(InvalidForm, match=said) as refused:
        await windows.add(form(**sent))

    assert refused.value.field == field
    assert await windows.every() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"starts_at": "tomorrow"}, "'tomorrow' is not a moment"),
        ({"starts_at": "2026-11-22T09:00"}, "tells no time zone"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "is not between 1970 and 2999"),
        ({"starts_at": "9999-12-31T23:00:00Z"}, "is not between 1970 and 2999"),
        ({"starts_at": 5}, "must be a text"),
        ({"duration": "2 hours"}, "is not a length of time"),
        ({"duration": 2}, "must be a text"),
        ({"reason": "new \0 disks"}, "must be one line without control characters"),
        ({"reason": "new \x1b[2J disks"}, "must be one line without control characters"),
        ({"reason": "new \u202e disks"}, "must be one line without control characters"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        form(**sent)

    [problem] = problems(refused.value, MaintenanceForm)
    assert (said in problem.message, problem.field) == (True, next(iter(sent)))


async def test_only_councilors_that_are_there_can_be_named(
    windows: MaintenanceWindows, store: Store
) -> None:
    await store.create_agent(make_agent(ANA), events=[])

    assert (await windows.add(form(agent_ids=["ana"]))).agent_ids == (ANA,)
    with pytest.raises(NotFound, match="'zoe'"):
        await windows.add(form(agent_ids=["ana", "zoe"]))


async def test_an_ended_window_is_over_and_cannot_be_ended_again(
    windows: MaintenanceWindows, clock: FakeClock
) -> None:
    window = await windows.add(form())
    planned = await windows.add(form(starts_at=utc_text(NOON + 9 * HOUR)))
    clock.jump(3600)

    assert (await windows.end(window.window_id)).ends_at == NOON + HOUR
    assert (await windows.end(planned.window_id)).ends_at == NOON + 9 * HOUR, "it never begins"
    assert await windows.present() == []
    assert {one.window_id for one in await windows.every()} == {
        window.window_id, planned.window_id
    }  # fmt: skip
    for window_id in (window.window_id, planned.window_id):
        with pytest.raises(Conflict, match="already"):
            await windows.end(window_id)
    with pytest.raises(NotFound, match="maintenance window 'nowhere'"):
        await windows.end("nowhere")


async def test_there_are_no_more_windows_than_a_slot_can_be_held_against(
    windows: MaintenanceWindows,
) -> None:
    first = await windows.add(form())
    for _ in range(MOST_WINDOWS - 1):
        await windows.add(form())

    with pytest.raises(Conflict, match="200 maintenance windows already"):
        await windows.add(form())

    await windows.end(first.window_id)
    await windows.add(form())


async def test_those_that_are_over_come_last(windows: MaintenanceWindows, clock: FakeClock) -> None:
    over = await windows.add(form(duration="1h"))
    clock.jump(2 * 3600)
    active = await windows.add(form())

    assert [one.window_id for one in await windows.present()] == [active.window_id]
    assert [one.window_id for one in await windows.every()] == [active.window_id, over.window_id]


async def test_a_window_is_on_record_and_told_in_the_same_write(
    windows: MaintenanceWindows, store: Store
) -> None:
    window = await windows.add(form(duration="1h", reason="new disks"))
    await windows.end(window.window_id)

    ended, begun = await store.journal(limit=5)
    assert (begun.kind, ended.kind) == (JournalKind.MAINTENANCE_SET, JournalKind.MAINTENANCE_ENDED)
    assert "new disks" in begun.detail
    told, told_end = await store.events_after(0, limit=10)
    assert (told.type, told_end.type) == ("council_journal", "council_journal")
    assert told.data["entry"]["kind"] == "maintenance_set"
    assert told.data["window"]["window_id"] == window.window_id
    assert (told.data["window"]["state"], told_end.data["window"]["state"]) == ("active", "over")
