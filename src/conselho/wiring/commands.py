"""What a command works with: the store and what reads or changes it, without a running system."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from conselho.clock import SystemClock
from conselho.config import Settings
from conselho.errors import InvalidSettings
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.provider import Examination, Provider
from conselho.providers.declared import DeclaredProvider
from conselho.services.audits import Audits
from conselho.services.copy_logs import LogFiles, StoredLogs
from conselho.services.council import Council
from conselho.services.council_files import CouncilFile
from conselho.services.data_dir import DataDir
from conselho.services.legacy import LegacyImport, Rejection
from conselho.services.legacy_agents import AgentMaker
from conselho.services.legacy_sources import Source
from conselho.services.quiet import Quiet
from conselho.services.scheduler import ON_TIME, Scheduler
from conselho.services.seats import file_over, new_agent
from conselho.services.store_copy import Progress, Side, StoreCopy
from conselho.services.submission import snapshot
from conselho.services.tokens import Tokens, holds_any
from conselho.store import Store
from conselho.stores import open_store
from conselho.wiring.links import open_patiently, refuse_half_a_copy
from conselho.wiring.parts import (
    make_audits,
    make_calendars,
    make_council,
    make_providers,
    make_redactor,
    make_seat_rules,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """What a command works with that needs no server."""

    store: Store
    council: Council
    audits: Audits


@asynccontextmanager
async def open_offline(settings: Settings) -> AsyncIterator[Offline]:
    """The council of a data directory that no server holds, for one command.

    The slots that passed since the last stop are accounted for before anything changes.
    Raises DataDirInUse when a server does.
    """
    async with open_unserved(settings) as store:
        clock = SystemClock()
        calendars = make_calendars(settings)
        if settings.scheduler_enabled:
            quiet = Quiet(calendars)
            await Scheduler(
                store,
                clock,
                wake=lambda _: None,
                quiet=quiet,
                catch_up_per_minute=settings.catch_up_per_minute,
            ).settle(fresh=ON_TIME if store.is_shared else timedelta(0))
        yield Offline(
            store=store,
            council=make_council(settings, store, clock, calendars=calendars),
            audits=make_audits(settings, store, clock),
        )


@asynccontextmanager
async def open_unserved(settings: Settings) -> AsyncIterator[Store]:
    """The store of a data directory that no server holds, for one command.

    Raises DataDirInUse when a server does.
    """
    data_dir = DataDir(settings.data_dir)
    data_dir.acquire()
    try:
        store = await open_store(settings.database_url)
        try:
            await refuse_half_a_copy(store)
            yield store
        finally:
            await store.close()
    finally:
        data_dir.release()


@asynccontextmanager
async def open_tokens(settings: Settings) -> AsyncIterator[tuple[Tokens, Audits]]:
    """The tokens of a data directory that no server holds, and where to say what was done to them.

    Raises DataDirInUse when a server does.
    """
    async with open_unserved(settings) as store:
        clock = SystemClock()
        yield Tokens(store, clock), make_audits(settings, store, clock)


async def has_token(settings: Settings) -> bool:
    """Whether a token of the store holds now. For a start: it waits for a store as that does."""
    if not _has_store(settings.database_url):
        return False
    clock = SystemClock()
    store = await open_patiently(settings, clock)
    try:
        return await holds_any(store, clock.now())
    finally:
        await store.close()


def make_legacy_import(
    settings: Settings,
    store: Store | None,
    source: Source,
    *,
    enable: bool,
    dry_run: bool,
    batch: int,
    rejected: Callable[[Rejection], None],
) -> LegacyImport:
    """An import of what an older system recorded; see LegacyImport."""
    now = SystemClock().now()
    providers = make_providers(settings)
    return LegacyImport(
        store,
        source,
        AgentMaker(
            known_providers=providers,
            workspaces=settings.workspaces,
            rules=make_seat_rules(settings, providers),
            enable=enable,
            now=now,
        ),
        redact=make_redactor(settings, os.environ).text,
        retention=timedelta(days=settings.retention_days),
        now=now,
        batch=batch,
        dry_run=dry_run,
        rejected=rejected,
    )


async def unmet_needs(
    providers: Mapping[str, Provider], agents: Iterable[Agent]
) -> dict[AgentId, list[str]]:
    """What each agent needs that is not here: a program, a model, a level of permissions.

    A sentence for each; agents that need nothing more are left out. Starts nothing.
    """
    found: dict[AgentId, list[str]] = {}
    for agent in agents:
        provider = providers.get(agent.provider)
        if isinstance(provider, DeclaredProvider):  # as it is, but never asked for its version
            provider = DeclaredProvider(replace(provider.spec, version_command=()))
        examination = await provider.examine(snapshot(agent)) if provider else Examination()
        for trouble in examination.troubles:
            if trouble.about in ("program", "model", "permissions"):
                found.setdefault(agent.agent_id, []).append(trouble.sentence)
    return found


def seats_of_files(settings: Settings, files: Iterable[CouncilFile], now: datetime) -> list[Agent]:
    """The councilors that these files would seat in a council without any."""
    return [
        file_over(new_agent(file.form, file.cwd, now), file, settings.timezone, now)
        for file in files
    ]


@asynccontextmanager
async def open_to_look(settings: Settings) -> AsyncIterator[Store | None]:
    """The store, for reading only, whoever holds the data directory; None before it was made.

    One of an older version is brought up to date, as the next server would do.
    """
    if not _has_store(settings.database_url):
        yield None
        return
    store = await open_store(settings.database_url)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_copy(
    settings: Settings,
    source: str | None,
    target: str,
    *,
    dry_run: bool,
    progress: Progress,
) -> AsyncIterator[StoreCopy]:
    """A copy of the store of these settings, or of the one at `source`, into the one at `target`.

    The data directories of both belong to it meanwhile, but for a dry run: no server may hold them.
    Raises DataDirInUse; InvalidSettings when there is nothing to read; StoreUnavailable, naming the
    one that cannot be opened.
    """
    read_from = source or settings.database_url
    if not _has_store(read_from):
        raise InvalidSettings("--from", f"there is no store at {read_from}")
    folders = {url: _folder_of(settings, url) for url in (read_from, target)}
    is_there = _has_store(target)
    async with AsyncExitStack() as opened:
        if not dry_run:
            for folder in sorted(set(folders.values())):
                data_dir = DataDir(folder)
                data_dir.acquire()
                opened.callback(data_dir.release)
        one = await opened.enter_async_context(_opened("--from", read_from))
        other = None
        if is_there or not dry_run:
            other = await opened.enter_async_context(_opened("--to", target))
        logs = {
            url: StoredLogs(store) if store.is_shared else LogFiles(DataDir(folders[url]).logs)
            for url, store in ((read_from, one), (target, other))
            if store is not None
        }
        shares_files = other is not None and not (one.is_shared or other.is_shared)
        is_same = shares_files and folders[read_from] == folders[target]
        yield StoreCopy(
            Side(store=one, logs=None if is_same else logs[read_from]),
            None if other is None else Side(store=other, logs=logs[target]),
            SystemClock(),
            progress=progress,
            dry_run=dry_run,
        )


def _folder_of(settings: Settings, url: str) -> Path:
    """The data directory of a store: of another SQLite file it is the folder that it lies in."""
    scheme, _, rest = url.partition(":///")
    if url == settings.database_url or scheme != "sqlite":
        return settings.data_dir.resolve()
    return Path(rest.partition("?")[0]).resolve().parent


@asynccontextmanager
async def _opened(option: str, url: str) -> AsyncIterator[Store]:
    try:
        store = await open_store(url)
    except InvalidSettings as error:
        raise InvalidSettings(option, error.reason) from error
    try:
        yield store
    finally:
        await store.close()


def _has_store(url: str) -> bool:
    scheme, _, rest = url.partition(":///")
    return scheme != "sqlite" or Path(rest.partition("?")[0]).is_file()
