"""The council on a real store: promote, edit, pause, demote, and council files applied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import (
    AlreadyExists,
    Conflict,
    Invalid,
    NotACouncilor,
    NotFound,
    StaleVersion,
)
from conselho.models.agent import Agent, CouncilorConfig, OutputFormat
from conselho.models.documents import agent_document
from conselho.models.event import Event
from conselho.models.ids import AgentId
from conselho.models.journal import JournalKind
from conselho.models.schedule import ScheduleType
from conselho.services.agent_rules import SeatRules
from conselho.services.calendars import Calendars
from conselho.services.council import ROUNDS, Council
from conselho.services.council_files import CouncilFile, parse_council_text
from conselho.services.form_problems import InvalidForm
from conselho.services.forms import AgentForm, AgentPatch, ConfigPatch, PromoteForm
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.stores import open_store

ANA = AgentId("ana")
SEAT: dict[str, Any] = {
    "title": "Guardian",
    "schedule": {"value": "30m"},
    "task": {"name": "Look", "prompt": "Look around.", "output_format": "summary"},
}


class Hooks:
    """Notes of which agents the council told its surroundings, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def changed(self, agent_id: AgentId) -> None:
        self.told.append(agent_id)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON + timedelta(milliseconds=250))


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


@pytest.fixture
def council(store: Store, clock: FakeClock, hooks: Hooks) -> Council:
    return Council(
        store,
        clock,
        known_providers=["command"],
        default_timezone="America/Sao_Paulo",
        changed=hooks.changed,
    )


def agent_form(**changes: object) -> AgentForm:
    return AgentForm.model_validate(
        {"agent_id": "ana", "name": "Ana", "command": ["true"]} | changes
    )


def promote_form(**changes: object) -> PromoteForm:
    return PromoteForm.model_validate({"councilor_config": SEAT} | changes)


def patch(**changes: object) -> ConfigPatch:
    return ConfigPatch.model_validate(changes)


async def seat(council: Council, **changes: object) -> Agent:
    await council.create_agent(agent_form())
    return await council.promote(ANA, promote_form(**changes))


def config_of(agent: Agent) -> CouncilorConfig:
    assert agent.councilor_config is not None
    return agent.councilor_config


async def events(store: Store) -> list[Event]:
    return await store.events_after(0, limit=100)


async def changes_told(store: Store) -> list[str]:
    return [event.data["change"] for event in await events(store)]


# -- agents ------------------------------------------------------------------------------------


async def test_an_agent_is_created_without_a_seat(council: Council, store: Store) -> None:
    made = await council.create_agent(agent_form(cwd="/tmp/x/..", tags=["code"]))
    assert made == await store.agent(ANA)
    assert (made.cwd, made.tags, made.command) == ("/tmp", ("code",), ("true",))
    assert not made.is_councilor
    assert await events(store) == []


async def test_a_second_agent_of_one_id_is_refused(council: Council, store: Store) -> None:
    await council.create_agent(agent_form())
    with pytest.raises(AlreadyExists):
        await council.create_agent(agent_form(name="Other"))
    assert (await store.agent(ANA)).name == "Ana"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"provider": "oracle"}, "provider: there is no provider 'oracle'"),
        ({"command": []}, "command: is required by provider"),
        ({"cwd": "relative"}, "cwd: 'relative' must be an absolute path"),
    ],
)
async def test_an_agent_that_this_server_cannot_run_is_refused(
    council: Council, store: Store, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        await council.create_agent(agent_form(**changes))
    assert await store.agents() == []


async def test_a_cwd_outside_the_workspaces_is_refused(store: Store, clock: FakeClock) -> None:
    council = Council(store, clock, known_providers=["command"], workspaces=[Path("/srv/allowed")])
    with pytest.raises(Invalid, match="cwd: '/etc' lies outside the workspaces"):
        await council.create_agent(agent_form(cwd="/etc"))


def agent_patch(**changes: object) -> AgentPatch:
    return AgentPatch.model_validate(changes)


async def test_an_edit_changes_what_it_gives_and_takes_back_what_is_null(
    council: Council, store: Store, hooks: Hooks
) -> None:
    await council.create_agent(agent_form(cwd="/tmp/x", description="Looks.", tags=["code"]))
    hooks.told.clear()
    _, edited = await council.edit_agent(
        ANA, agent_patch(name="Anna", description=None, command=["make", "test"], queue="mac")
    )
    assert edited == await store.agent(ANA)
    assert (edited.name, edited.description, edited.queue) == ("Anna", None, "mac")
    assert (edited.command, edited.cwd, edited.tags) == (("make", "test"), "/tmp/x", ("code",))
    assert hooks.told == ["ana"]
    assert await events(store) == []


async def test_an_edit_of_a_councilor_is_told_and_keeps_its_seat(
    council: Council, store: Store
) -> None:
    before = await seat(council)
    former, edited = await council.edit_agent(ANA, agent_patch(model="big"))
    assert former == before
    assert (edited.councilor_config, edited.anchor_at, edited.slots_from) == (
        before.councilor_config,
        before.anchor_at,
        before.slots_from,
    )
    assert await changes_told(store) == ["promoted", "edited"]
    assert (await events(store))[-1].data["agent"]["model"] == "big"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": None}, "name: "),
        ({"name": "a\nb"}, "name: must be one line"),
        ({"provider": "oracle"}, "provider: there is no provider 'oracle'"),
        ({"command": []}, "command: is required by provider"),
        ({"cwd": "relative"}, "cwd: 'relative' must be an absolute path"),
        ({"queue": "a b"}, "queue: must have 1 to 64 letters"),
    ],
)
async def test_an_edit_that_this_server_cannot_run_changes_nothing(
    council: Council, store: Store, changes: dict[str, object], words: str
) -> None:
    before = await seat(council)
    with pytest.raises(Invalid, match=words):
        await council.edit_agent(ANA, agent_patch(**changes))
    assert await store.agent(ANA) == before


async def test_a_provider_with_a_model_is_refused_to_a_schedule_that_comes_too_often(
    store: Store, clock: FakeClock
) -> None:
    rules = SeatRules(min_agent_interval_seconds=3600, agent_providers=["claude"])
    council = Council(store, clock, known_providers=["command", "claude"], rules=rules)
    await seat(council)
    with pytest.raises(Invalid, match="provider: the interval 30m is below the minimum"):
        await council.edit_agent(ANA, agent_patch(provider="claude"))


async def test_what_a_schedule_names_that_is_gone_keeps_nobody_from_another_provider(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "off.txt").write_text("2030-01-01\n")
    rules = SeatRules(calendars=Calendars(tmp_path))
    council = Council(store, clock, known_providers=["command", "claude"], rules=rules)
    schedule = {"value": "1h", "excluded_calendars": ["off"]}
    await seat(council, councilor_config=SEAT | {"schedule": schedule})
    (tmp_path / "off.txt").unlink()
    _, edited = await council.edit_agent(ANA, agent_patch(provider="claude"))
    assert edited.provider == "claude"


async def test_a_place_outside_the_workspaces_may_stay_and_is_not_taken_anew(
    store: Store, clock: FakeClock, council: Council
) -> None:
    await council.create_agent(agent_form(cwd="/etc"))
    confined = Council(store, clock, known_providers=["command"], workspaces=[Path("/srv/allowed")])
    _, renamed = await confined.edit_agent(ANA, agent_patch(name="Anna"))
    assert renamed.cwd == "/etc"
    with pytest.raises(Invalid, match="cwd: '/opt' lies outside the workspaces"):
        await confined.edit_agent(ANA, agent_patch(cwd="/opt"))


async def test_a_deleted_agent_is_told_and_its_due_slots_are_accounted_for_first(
    council: Council, store: Store, hooks: Hooks
) -> None:
    await seat(council)
    hooks.told.clear()
    await council.delete_agent(ANA)
    assert hooks.told == ["ana"]
    last = (await events(store))[-1]
    assert (last.data["change"], last.data["agent"]) == ("deleted", None)
    assert last.data["display_name"] == "Ana"
    with pytest.raises(NotFound):
        await council.delete_agent(ANA)


async def test_an_agent_without_a_seat_owes_no_slots_when_it_is_deleted(
    council: Council, hooks: Hooks
) -> None:
    await council.create_agent(agent_form())
    hooks.told.clear()
    await council.delete_agent(ANA)
    assert hooks.told == ["ana"]


# -- promote and demote ------------------------------------------------------------------------


async def test_a_promotion_seats_the_agent_and_starts_its_countdown_on_a_whole_second(
    council: Council, store: Store, clock: FakeClock
) -> None:
    agent = await seat(council, customization={"display_name": "The Eye"})
    assert agent == await store.agent(ANA)
    assert config_of(agent).schedule.type is ScheduleType.INTERVAL
    assert config_of(agent).schedule.timezone == "America/Sao_Paulo"
    assert (agent.anchor_at, agent.slots_from) == (NOON, clock.now())
    assert (agent.display_name, agent.updated_at) == ("The Eye", clock.now())


async def test_a_change_is_told_with_the_agent_as_it_is_stored(
    council: Council, store: Store
) -> None:
    await seat(council)
    (event,) = await events(store)
    assert event.data == {
        "councilor_id": "ana",
        "change": "promoted",
        "display_name": "Ana",
        "agent": agent_document(await store.agent(ANA))
        | {"schedule_sentence": {"en": "every 30 minutes", "pt-BR": "a cada 30 minutos"}},
    }


async def test_a_promotion_needs_an_agent_without_a_seat(council: Council) -> None:
    with pytest.raises(NotFound):
        await council.promote(ANA, promote_form())
    await seat(council)
    with pytest.raises(Conflict, match="'ana' is a councilor already"):
        await council.promote(ANA, promote_form())


async def test_of_two_promotions_at_once_one_wins(council: Council, store: Store) -> None:
    await council.create_agent(agent_form())
    results = await asyncio.gather(
        *(council.promote(ANA, promote_form()) for _ in range(2)), return_exceptions=True
    )
    assert {type(result) for result in results} == {Agent, Conflict}
    assert await changes_told(store) == ["promoted"]


async def test_a_demotion_takes_the_seat_and_keeps_the_appearance(
    council: Council, store: Store, hooks: Hooks
) -> None:
    await seat(council, customization={"display_name": "The Eye"})
    hooks.told.clear()
    agent = await council.demote(ANA)
    assert not agent.is_councilor
    assert (agent.anchor_at, agent.slots_from) == (None, None)
    assert agent.display_name == "The Eye"
    assert hooks.told == ["ana"]
    assert await changes_told(store) == ["promoted", "demoted"]
    again = await council.promote(ANA, promote_form())
    assert again.display_name == "The Eye"


async def test_only_a_councilor_can_be_demoted(council: Council) -> None:
    with pytest.raises(NotFound):
        await council.demote(ANA)
    await council.create_agent(agent_form())
    with pytest.raises(NotACouncilor):
        await council.demote(ANA)


# -- edit --------------------------------------------------------------------------------------


async def test_an_edit_changes_what_it_gives_and_keeps_the_rest(council: Council) -> None:
    before = config_of(await seat(council))
    after = config_of(
        await council.edit(
            ANA,
            patch(
                title="Watcher",
                task={"name": "Look", "prompt": "Look harder.", "context_files": ["a.py"]},
                notifications={"on_success": True, "channels": ["toast"]},
                policies={"max_attempts": 3},
            ),
        )
    )
    assert after.task.output_format is OutputFormat.SUMMARY
    assert after == replace(
        before,
        title="Watcher",
        task=replace(before.task, prompt="Look harder.", context_files=("a.py",)),
        notifications=replace(before.notifications, on_success=True, channels=("toast",)),
        policies=replace(before.policies, max_attempts=3),
    )


async def test_an_edit_of_anything_but_the_schedule_leaves_the_countdown_alone(
    council: Council, clock: FakeClock, hooks: Hooks
) -> None:
    before = await seat(council)
    hooks.told.clear()
    clock.jump(100)
    after = await council.edit(ANA, patch(task={"prompt": "Look harder."}))
    assert (after.anchor_at, after.slots_from) == (before.anchor_at, before.slots_from)
    assert after.updated_at == clock.now()
    assert hooks.told == ["ana"]


@pytest.mark.parametrize(
    ("schedule", "value", "kind", "timezone"),
    [
        ({"value": "1h"}, "1h", ScheduleType.INTERVAL, "America/Sao_Paulo"),
        ("1h", "1h", ScheduleType.INTERVAL, "America/Sao_Paulo"),
        ({"value": "0 9 * * 1"}, "0 9 * * 1", ScheduleType.CRON, "America/Sao_Paulo"),
    ],
)
async def test_a_new_schedule_starts_a_new_countdown_after_the_old_one_is_settled(
    council: Council,
    clock: FakeClock,
    hooks: Hooks,
    schedule: object,
    value: str,
    kind: ScheduleType,
    timezone: str,
) -> None:
    await seat(council)
    hooks.told.clear()
    clock.jump(100)
    agent = await council.edit(ANA, patch(schedule=schedule))
    new = config_of(agent).schedule
    assert (new.value, new.type, new.timezone) == (value, kind, timezone)
    assert (agent.anchor_at, agent.slots_from) == (NOON + timedelta(seconds=100), clock.now())
    assert hooks.told == ["ana"]


async def test_other_rules_for_the_same_schedule_keep_the_countdown(
    council: Council, store: Store, clock: FakeClock
) -> None:
    before = await seat(council)
    clock.jump(100)

    after = await council.edit(
        ANA, patch(schedule={"timezone": "Asia/Tokyo", "active_hours": "09:00-18:00"})
    )

    assert config_of(after).schedule.timezone == "Asia/Tokyo"
    assert (after.anchor_at, after.slots_from) == (before.anchor_at, clock.now())
    entry = (await store.journal(ANA, limit=1))[0]
    assert entry.detail == (
        "Ana was edited: schedule.timezone 'America/Sao_Paulo' -> 'Asia/Tokyo',"
        " schedule.active_hours [] -> ['09:00-18:00']."
    )


async def test_the_journal_keeps_who_owed_what_until_it_changed(
    council: Council, store: Store, clock: FakeClock
) -> None:
    before = await seat(council)
    clock.jump(100)
    await council.set_enabled(ANA, False)
    await council.edit(ANA, patch(title="Watcher"))
    await council.set_enabled(ANA, True)
    await council.delete_agent(AgentId(ANA))

    entries = await store.unsettled()

    assert [(entry.kind, entry.at) for entry in entries] == [
        (JournalKind.PAUSED, clock.now()),
        (JournalKind.DELETED, clock.now()),
    ], "a paused councilor owes nothing"
    assert entries[0].former == before
    kinds = [entry.kind for entry in await store.journal(limit=10)]
    assert kinds == ["deleted", "resumed", "edited", "paused", "promoted"]


async def test_an_edit_as_the_old_page_sends_it_resumes_a_paused_councilor(
    council: Council, store: Store, clock: FakeClock
) -> None:
    await seat(council)
    await council.set_enabled(ANA, False)
    clock.jump(100)
    agent = await council.edit(
        ANA, patch(schedule={"type": "interval", "value": "30m", "enabled": True})
    )
    assert config_of(agent).schedule.enabled
    assert (agent.anchor_at, agent.slots_from) == (NOON, clock.now())
    assert (await changes_told(store))[-1] == "resumed"


async def test_the_older_timeout_and_the_appearance_can_be_edited(council: Council) -> None:
    await seat(council, customization={"display_name": "The Eye", "color": "#fff"})
    agent = await council.edit(
        ANA, patch(timeout=45, customization={"display_name": "", "color": "#000"})
    )
    assert config_of(agent).policies.timeout_seconds == 45
    assert agent.customization is not None
    assert (agent.customization.color, agent.display_name) == ("#000", "Ana")


async def test_null_gives_a_value_its_default_back_and_keeps_a_whole_part(
    council: Council,
) -> None:
    await seat(council)
    await council.edit(ANA, patch(policies={"silence_timeout_seconds": 5, "max_attempts": 2}))
    agent = await council.edit(
        ANA,
        patch(
            policies={"silence_timeout_seconds": None},
            councilor_config={"task": None, "schedule": None},
        ),
    )
    policies = config_of(agent).policies
    assert (policies.silence_timeout_seconds, policies.max_attempts) == (None, 2)


async def test_an_edit_that_changes_nothing_writes_nothing(
    council: Council, store: Store, hooks: Hooks
) -> None:
    before = await seat(council)
    hooks.told.clear()
    assert await council.edit(ANA, patch(title="Guardian", schedule="30m")) == before
    assert hooks.told == []
    assert await changes_told(store) == ["promoted"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule": {"value": "0m"}}, "schedule.value"),
        ({"schedule": {"type": "cron"}}, "schedule.value"),
        ({"task": {"prompt": ""}}, "task.prompt"),
        ({"notifications": {"channels": []}}, "notifications.channels"),
        ({"customization": {"color": "red"}}, "customization.color"),
    ],
)
async def test_a_bad_edit_is_refused_by_its_field_and_changes_nothing(
    council: Council, store: Store, changes: dict[str, object], field: str
) -> None:
    before = await seat(council)
    with pytest.raises(InvalidForm) as caught:
        await council.edit(ANA, patch(**changes))
    assert [problem.field for problem in caught.value.problems] == [field]
    assert await store.agent(ANA) == before


@pytest.mark.parametrize("known", [False, True])
async def test_there_is_nothing_to_edit_or_pause_without_a_seat(
    council: Council, known: bool
) -> None:
    if known:
        await council.create_agent(agent_form())
    with pytest.raises(NotFound):
        await council.edit(ANA, patch(title="x"))
    with pytest.raises(NotFound):
        await council.set_enabled(ANA, False)


async def test_edits_at_once_all_take_effect(council: Council, store: Store) -> None:
    await seat(council)
    await asyncio.gather(
        council.edit(ANA, patch(title="Watcher")),
        council.edit(ANA, patch(task={"prompt": "Look harder."})),
        council.edit(ANA, patch(policies={"max_attempts": 5})),
        council.set_enabled(ANA, False),
    )
    agent = await store.agent(ANA)
    config = config_of(agent)
    assert (config.title, config.task.prompt) == ("Watcher", "Look harder.")
    assert (config.policies.max_attempts, config.schedule.enabled) == (5, False)
    assert sorted(await changes_told(store)) == ["edited", "edited", "edited", "paused", "promoted"]


class Rival:
    """Changes the agent each time that the council is about to write it."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self.times = times

    async def save_agent(self, agent: Agent, **with_it: Any) -> Agent:
        if self.times:
            self.times -= 1
            stored = await self._store.agent(agent.agent_id)
            name = f"{stored.name}!"
            await self._store.save_agent(replace(stored, name=name), events=[])
        return await self._store.save_agent(agent, **with_it)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_council_that_is_always_late_gives_up_after_some_rounds(
    council: Council, store: Store, clock: FakeClock
) -> None:
    await seat(council)
    late: Any = Rival(store, times=ROUNDS - 1)
    agent = await Council(late, clock, known_providers=[]).edit(ANA, patch(title="Watcher"))
    assert (config_of(agent).title, agent.name) == ("Watcher", "Ana" + "!" * (ROUNDS - 1))
    late.times = ROUNDS
    with pytest.raises(StaleVersion):
        await Council(late, clock, known_providers=[]).edit(ANA, patch(title="Other"))
    assert config_of(await store.agent(ANA)).title == "Watcher"


# -- pause and resume --------------------------------------------------------------------------


async def test_a_pause_keeps_the_countdown_and_a_resume_owes_nothing_of_the_time_between(
    council: Council, store: Store, clock: FakeClock, hooks: Hooks
) -> None:
    await seat(council)
    hooks.told.clear()
    clock.jump(100)
    paused = await council.set_enabled(ANA, False)
    assert not paused.is_due_sometimes
    assert (paused.anchor_at, paused.slots_from) == (NOON, NOON + timedelta(milliseconds=250))
    clock.jump(7200)
    resumed = await council.set_enabled(ANA, True)
    assert (resumed.anchor_at, resumed.slots_from) == (NOON, clock.now())
    assert hooks.told == ["ana", "ana"]
    assert await changes_told(store) == ["promoted", "paused", "resumed"]


async def test_asking_for_what_is_so_already_changes_nothing(
    council: Council, store: Store
) -> None:
    before = await seat(council)
    assert await council.set_enabled(ANA, True) == before
    assert await changes_told(store) == ["promoted"]


# -- council files -----------------------------------------------------------------------------

FILE = """\
---
agent_id: {agent_id}
name: Ana
command: ["true"]
title: Guardian
schedule: {schedule}
task: Look
{extra}
---
{prompt}
"""


def files(
    *names: str,
    schedule: str = "30m",
    prompt: str = "Look around.",
    extra: str = "",
    base: Path = Path("/repository"),
) -> Sequence[CouncilFile]:
    """One file for each agent, named after it."""
    texts = [
        (
            f"{name}.md",
            FILE.format(agent_id=name, schedule=schedule, prompt=prompt, extra=extra),
        )
        for name in names
    ]
    return parse_council_text(texts, base, known_providers=["command"]).accepted()


async def applied(council: Council, given: Sequence[CouncilFile], **how: bool) -> list[str]:
    return [f"{change.agent_id} {change.kind}" for change in await council.apply(given, **how)]


async def test_a_new_file_makes_a_councilor_in_one_write(
    council: Council, store: Store, clock: FakeClock
) -> None:
    given = files("ana", "bia")
    assert await applied(council, given) == ["ana created", "bia created"]
    agent = await store.agent(ANA)
    assert (agent.source, agent.source_digest) == ("ana.md", given[0].digest)
    assert (agent.cwd, agent.version) == ("/repository", 1)
    assert (agent.anchor_at, agent.slots_from) == (NOON, clock.now())
    assert config_of(agent).schedule.timezone == "America/Sao_Paulo"
    assert await changes_told(store) == ["promoted", "promoted"]


async def test_applying_again_changes_nothing(council: Council, store: Store) -> None:
    await council.apply(files("ana"))
    before = await store.agent(ANA)
    assert await applied(council, files("ana")) == ["ana unchanged"]
    assert await applied(council, files("ana"), force=False) == ["ana unchanged"]
    assert await store.agent(ANA) == before


async def test_a_changed_file_changes_the_councilor_at_the_start_too(
    council: Council, store: Store, clock: FakeClock
) -> None:
    await council.apply(files("ana"))
    clock.jump(100)
    assert await applied(council, files("ana", schedule="1h"), force=False) == ["ana changed"]
    agent = await store.agent(ANA)
    assert config_of(agent).schedule.value == "1h"
    assert agent.anchor_at == NOON + timedelta(seconds=100)


async def test_what_people_changed_survives_a_start_but_not_an_apply(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    await council.edit(ANA, patch(title="Watcher", policies={"max_attempts": 5}))
    assert await applied(council, files("ana"), force=False) == ["ana unchanged"]
    assert config_of(await store.agent(ANA)).title == "Watcher"
    assert await applied(council, files("ana")) == ["ana changed"]
    config = config_of(await store.agent(ANA))
    assert (config.title, config.policies.max_attempts) == ("Guardian", 1)


async def test_a_paused_councilor_stays_paused_unless_its_file_says_otherwise(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    await council.set_enabled(ANA, False)
    await council.apply(files("ana", prompt="Look harder."))
    config = config_of(await store.agent(ANA))
    assert (config.task.prompt, config.schedule.enabled) == ("Look harder.", False)
    await council.apply(files("ana", schedule="{value: 30m, enabled: true}"))
    assert config_of(await store.agent(ANA)).schedule.enabled


async def test_an_appearance_is_kept_where_the_file_has_none(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    await council.edit(ANA, patch(customization={"display_name": "The Eye"}))
    await council.apply(files("ana", prompt="Look harder."))
    assert (await store.agent(ANA)).display_name == "The Eye"
    await council.apply(files("ana", extra="customization: {display_name: Of the file}"))
    assert (await store.agent(ANA)).display_name == "Of the file"


async def test_an_agent_that_was_no_files_is_adopted(council: Council, store: Store) -> None:
    await seat(council)
    assert await applied(council, files("ana"), force=False) == ["ana adopted"]
    assert (await store.agent(ANA)).source == "ana.md"


async def test_a_demoted_councilor_is_restored_by_an_apply_and_not_by_a_start(
    council: Council, store: Store, clock: FakeClock
) -> None:
    await council.apply(files("ana"))
    await council.demote(ANA)
    assert await applied(council, files("ana"), force=False) == ["ana unchanged"]
    assert not (await store.agent(ANA)).is_councilor
    clock.jump(100)
    assert await applied(council, files("ana")) == ["ana restored"]
    assert (await store.agent(ANA)).anchor_at == NOON + timedelta(seconds=100)
    assert (await changes_told(store))[-1] == "promoted"


async def test_a_councilor_without_its_file_stays_until_it_is_pruned(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana", "bia"))
    await council.create_agent(agent_form(agent_id="caio"))
    await council.promote(AgentId("caio"), promote_form())
    assert await applied(council, files("ana")) == ["ana unchanged"]
    assert await applied(council, files("ana"), prune=True) == ["ana unchanged", "bia demoted"]
    seated = [agent.agent_id for agent in await store.agents(is_councilor=True)]
    assert seated == ["ana", "caio"]


async def test_a_file_that_comes_back_is_applied_at_the_next_start(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    assert await applied(council, [], prune=True) == ["ana demoted"]
    assert await applied(council, files("ana"), force=False) == ["ana adopted"]
    assert (await store.agent(ANA)).is_councilor


async def test_an_agent_whose_file_names_another_id_now_is_pruned(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    (renamed,) = files("bia")
    kinds = await applied(council, [replace(renamed, name="ana.md")], prune=True)
    assert kinds == ["bia created", "ana demoted"]


async def test_a_repository_that_moved_takes_its_councilors_along(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    await council.edit(ANA, patch(title="Watcher"))
    moved = files("ana", base=Path("/elsewhere"))
    assert await applied(council, moved, force=False) == ["ana changed"]
    agent = await store.agent(ANA)
    assert (agent.cwd, config_of(agent).title) == ("/elsewhere", "Watcher")


async def test_a_folder_given_by_hand_stays_until_the_file_is_applied_again(
    council: Council, store: Store
) -> None:
    await council.apply(files("ana"))
    at_home = (await store.agent(ANA)).cwd
    await council.edit_agent(ANA, agent_patch(cwd="/elsewhere"))
    await council.edit_agent(ANA, agent_patch(cwd="/tmp"))
    for given in (files("ana"), files("ana", base=Path("/moved"))):
        assert await applied(council, given, force=False) == ["ana unchanged"]
        assert (await store.agent(ANA)).cwd == "/tmp"
    assert await applied(council, files("ana")) == ["ana changed"]
    assert (await store.agent(ANA)).cwd == at_home


async def test_two_servers_that_start_at_once_create_each_councilor_once(
    council: Council, store: Store
) -> None:
    given = files("ana", "bia", "caio")
    await asyncio.gather(council.apply(given, force=False), council.apply(given, force=False))
    assert await changes_told(store) == ["promoted"] * 3
