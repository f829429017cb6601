"""What every AuditLog promises (conselho/store.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from conselho.models.access import Role
from conselho.models.audit import AuditEntry
from conselho.store import Store
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)


def entry(action: str = "run", **fields: Any) -> AuditEntry:
    defaults: dict[str, Any] = {"at": NOON, "actor": "ci", "role": Role.OPERATOR}
    return AuditEntry(action=action, **defaults | fields)


async def actions(store: Store, **where: Any) -> list[str]:
    return [one.action for one in await store.audit(limit=10, **where)]


async def test_an_entry_is_read_back_with_its_number(store: Store) -> None:
    whole = entry(
        "edit",
        at=NOON + timedelta(microseconds=1),
        role=Role.ADMIN,
        target="ana",
        address="::1",
        before={"schedule": {"value": "1h"}, "prompt": "ção 🦉"},
        after={},
    )
    await store.write_audit([entry(), whole])
    await store.write_audit([])
    first, second = reversed(await store.audit(limit=10))
    assert first == entry(seq=first.seq)
    assert second == replace(whole, seq=second.seq)
    assert 0 < first.seq < second.seq


async def test_what_no_database_takes_becomes_a_sign(store: Store) -> None:
    await store.write_audit([entry(actor="a\0", target="\ud800", after={"x": "\ud800"})])
    [one] = await store.audit(limit=1)
    assert (one.actor, one.target, one.after) == ("a\ufffd", "\ufffd", {"x": "\ufffd"})
    assert await actions(store, actor="a\0") == ["run"]


async def test_the_newest_come_first_in_pages(store: Store) -> None:
    # By number, also when the clock was set back in between.
    for n in range(10):
        await store.write_audit([entry(f"act {n}", at=NOON - n * MINUTE)])
    shown: list[AuditEntry] = []
    while page := await store.audit(limit=4, before_seq=shown[-1].seq if shown else None):
        assert len(page) <= 4
        shown += page
    assert [one.action for one in shown] == [f"act {n}" for n in range(9, -1, -1)]
    assert await store.audit(limit=0) == []


async def test_the_acts_of_one_and_on_one(store: Store) -> None:
    await store.write_audit(
        [
            entry("1", actor="ci", target="ana"),
            entry("2", actor="eva", target="ana"),
            entry("3", actor="ci", target="bia"),
            entry("4", actor="ci"),
        ]
    )
    assert await actions(store, actor="ci") == ["4", "3", "1"]
    assert await actions(store, target="ana") == ["2", "1"]
    assert await actions(store, actor="ci", target="ana") == ["1"]
    assert await actions(store, actor="nobody") == []
    newest = (await store.audit(limit=1, actor="ci"))[0]
    assert await actions(store, actor="ci", before_seq=newest.seq) == ["3", "1"]


async def test_old_entries_go_in_portions_the_oldest_first(store: Store) -> None:
    await store.write_audit([entry(str(n), at=NOON + n * MINUTE) for n in (4, 0, 2, 3, 1)])
    assert await store.prune_audit(before=NOON + 3 * MINUTE, limit=2) == 2
    assert await actions(store) == ["3", "2", "4"]
    assert await store.prune_audit(before=NOON + 3 * MINUTE, limit=2) == 1
    assert await store.prune_audit(before=NOON + 3 * MINUTE, limit=2) == 0
    assert await actions(store) == ["3", "4"]


async def test_a_number_is_never_given_again(store: Store) -> None:
    await store.write_audit([entry()])
    [first] = await store.audit(limit=1)
    assert await store.prune_audit(before=NOON + MINUTE, limit=10) == 1
    await store.write_audit([entry()])
    [second] = await store.audit(limit=1)
    assert second.seq > first.seq
