"""A process of its own at work on a store, for tests that need two, or that kill one.

    python -m tests.support.store_child claim URL WORKER    claim until nothing is due
    python -m tests.support.store_child work URL            submit, claim and finish without end

Each acknowledged change is one line on stdout: `WORD task_id`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

from conselho.models.ids import WorkerId
from conselho.store import Held, Store
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import LEASE, WORKER, make_outcome, make_task, one_event


def start(*arguments: str) -> subprocess.Popen[str]:
    """The child; the caller reads its stdout and ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


async def claim_all(store: Store, worker: WorkerId) -> None:
    while True:
        claimed = await store.claim(worker, now=NOON, limit=3, lease=LEASE, announce=one_event)
        if not claimed:
            return
        for task in claimed:
            say("claimed", task.task_id)


async def work(store: Store) -> None:
    later = NOON + timedelta(days=365)
    while True:
        task = make_task(due_at=None)
        task = replace(task, active_key=task.task_id)
        await store.submit([task], announce=one_event)
        say("submitted", task.task_id)
        [claimed] = await store.claim(WORKER, now=later, limit=1, lease=LEASE, announce=one_event)
        say("claimed", claimed.task_id)
        held = Held(task_id=claimed.task_id, fence=claimed.fence)
        await store.finish(held, make_outcome(), now=later, announce=one_event)
        say("finished", claimed.task_id)


def say(word: str, task_id: str) -> None:
    sys.stdout.write(f"{word} {task_id}\n")
    sys.stdout.flush()


async def main(mode: str, url: str, *rest: str) -> None:
    store = await open_store(url)
    if mode == "claim":
        await claim_all(store, WorkerId(*rest))
    else:
        await work(store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
