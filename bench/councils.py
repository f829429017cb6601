"""Councils to measure with: idle ones as files, due ones put into the store of a stopped server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conselho.models.agent import Agent, CouncilorConfig, Overlap, Policies, TaskSpec
from conselho.models.ids import AgentId
from conselho.models.schedule import parse_interval, parse_schedule
from conselho.stores import open_store

_FILE = """\
---
agent_id: councilor-{number}
name: Councilor {number}
emoji: "🦉"
description: One of the councilors of the benchmark.
provider: command
command: ["true"]
title: Guardian {number}
schedule: 1d
task: Look around
---

Look around and say what is not in order.
"""


def write_council(folder: Path, count: int) -> Path:
    """Council files of councilors that are not due before tomorrow; the folder that holds them."""
    council = folder / "council"
    council.mkdir()
    for number in range(count):
        text = _FILE.format(number=number)
        (council / f"councilor-{number}.md").write_text(text, encoding="utf-8")
    return council


async def seat_due_councilors(
    folder: Path, count: int, command: Sequence[str], *, first: datetime, every: str
) -> None:
    """Fill the store of a stopped server: all councilors are due at `first`, then `every`.

    Through the store and not as files, since an interval counts from its promotion: a thousand
    promotions do not fit into one second.
    """
    (folder / "data").mkdir(mode=0o700)
    url = f"sqlite:///{folder / 'data' / 'conselho.db'}"
    await seat(url, count, command, first=first, every=every)


async def seat(
    url: str, count: int, command: Sequence[str], *, first: datetime, every: str
) -> None:
    """As `seat_due_councilors`, in the store at `url`."""
    store = await open_store(url)
    try:
        model = _councilor(command, first=first, every=every)
        for number in range(count):
            agent_id = AgentId(f"councilor-{number}")
            await store.create_agent(replace(model, agent_id=agent_id), events=[])
    finally:
        await store.close()


def _councilor(command: Sequence[str], *, first: datetime, every: str) -> Agent:
    now = datetime.now(UTC)
    return Agent(
        agent_id=AgentId("councilor"),
        name="Councilor",
        command=tuple(command),
        councilor_config=CouncilorConfig(
            title="Guardian",
            schedule=parse_schedule(every),
            task=TaskSpec(name="Look around", prompt="Look around."),
            policies=Policies(overlap=Overlap.ALLOW),
        ),
        anchor_at=first - parse_interval(every),
        slots_from=now,
        created_at=now,
        updated_at=now,
    )


async def sleep_until(moment: datetime) -> None:
    await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())


def next_second(after: timedelta) -> datetime:
    """The first whole second that is at least `after` from now."""
    return (datetime.now(UTC) + after).replace(microsecond=0) + timedelta(seconds=1)
