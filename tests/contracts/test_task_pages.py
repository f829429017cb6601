"""Lists of tasks that stay right while rows arrive, and those that look for a text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Outcome, Status, Task, Trigger
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.store import Held, Store, Submitted, TaskFilter
from tests.support.clock import NOON
from tests.support.factories import ANA, LEASE, WORKER, make_snapshot, make_task, one_event

MINUTE = timedelta(minutes=1)


async def stored(store: Store, task: Task, **outcome: object) -> Task:
    """A final task: submitted, claimed, and ended as told."""
    [answer] = await store.submit([task], announce=one_event)
    assert answer.result is Submitted.CREATED
    [claimed] = await store.claim(
        WORKER, now=task.created_at, limit=1, lease=LEASE, announce=one_event
    )
    ended: dict[str, object] = {"status": Status.COMPLETED, "severity": Severity.SUCCESS}
    return await store.finish(
        Held(task_id=claimed.task_id, fence=claimed.fence),
        Outcome(**(ended | outcome)),  # type: ignore[arg-type]
        now=task.created_at,
        announce=one_event,
    )


async def all_pages(store: Store, where: TaskFilter, *, limit: int) -> list[list[TaskId]]:
    found = []
    for _ in range(100):
        page = await store.tasks(where, limit=limit)
        found.append([task.task_id for task in page.tasks])
        if page.next_older_than is None:
            return found
        where = replace(where, older_than=page.next_older_than)
    raise AssertionError(f"the pages of {where} have no end")


class TestPlaces:
    async def test_pages_go_on_where_the_last_one_ended(self, store: Store) -> None:
        tasks = [await stored(store, make_task(created_at=NOON + n * MINUTE)) for n in range(7)]
        waiting = make_task(AgentId("bia"), created_at=NOON + 3 * MINUTE)
        await store.submit([waiting], announce=one_event)
        order = sorted([*tasks, waiting], key=lambda task: (task.created_at, task.task_id))
        ids = [task.task_id for task in reversed(order)]
        assert await all_pages(store, TaskFilter(), limit=3) == [ids[:3], ids[3:6], ids[6:]]
        assert await all_pages(store, TaskFilter(), limit=8) == [ids]

    async def test_rows_that_arrive_meanwhile_move_nothing(self, store: Store) -> None:
        old = [await stored(store, make_task(created_at=NOON + n * MINUTE)) for n in range(4)]
        first = await store.tasks(TaskFilter(), limit=2)
        await stored(store, make_task(created_at=NOON + 9 * MINUTE))
        second = await store.tasks(TaskFilter(older_than=first.next_older_than), limit=2)
        assert [*first.tasks, *second.tasks] == old[::-1]
        assert (second.total, second.next_older_than) == (5, None)

    async def test_of_one_moment_none_is_left_out_or_comes_twice(self, store: Store) -> None:
        tasks = [await stored(store, make_task(due_at=None)) for _ in range(5)]
        newest_first = sorted((task.task_id for task in tasks), reverse=True)
        shown = await all_pages(store, TaskFilter(), limit=2)
        assert [task_id for page in shown for task_id in page] == newest_first

    @pytest.mark.parametrize(
        "where",
        [
            TaskFilter(agent_id=ANA),
            TaskFilter(statuses=frozenset({Status.COMPLETED})),
            TaskFilter(severity=Severity.WARNING),
            TaskFilter(triggers=frozenset({Trigger.MANUAL})),
            TaskFilter(since=NOON + MINUTE, until=NOON + 7 * MINUTE),
            TaskFilter(
                agent_id=ANA,
                statuses=frozenset({Status.COMPLETED, Status.ERROR}),
                severity=Severity.WARNING,
                triggers=frozenset({Trigger.MANUAL}),
                since=NOON + MINUTE,
                until=NOON + 9 * MINUTE,
                text="Look",
            ),
        ],
    )
    async def test_the_other_filters_hold_on_every_page(
        self, store: Store, where: TaskFilter
    ) -> None:
        for n in range(12):
            agent = AgentId("ana" if n % 3 else "bia")
            at = NOON + n * MINUTE
            task = make_task(agent, created_at=at, due_at=at if n % 4 == 0 else None)
            severity = Severity.WARNING if n % 2 else Severity.SUCCESS
            await stored(store, task, severity=severity)
        whole = await store.tasks(where, limit=100)
        assert whole.tasks
        assert whole.next_older_than is None
        shown = await all_pages(store, where, limit=1)
        assert [task_id for page in shown for task_id in page] == [
            task.task_id for task in whole.tasks
        ]


class TestText:
    async def test_it_is_found_wherever_a_person_reads_it(self, store: Store) -> None:
        verdict = Verdict(
            severity=Severity.WARNING,
            summary="Three needles in the hay",
            source=VerdictSource.HEURISTIC,
            reason="A needle is sharp",
        )
        snapshots = [
            make_snapshot(display_name="Needle"),
            make_snapshot(title="The needle's keeper"),
            make_snapshot(task_name="count needles"),
        ]
        tasks = [
            await stored(store, make_task(due_at=None, snapshot=snapshot)) for snapshot in snapshots
        ]
        outcomes: list[dict[str, object]] = [
            {"verdict": verdict},
            {"verdict": replace(verdict, summary="Hay")},
            {"error": "no needle", "status": Status.ERROR, "severity": Severity.ERROR},
            {"result": "hay\nhay NEEDLE hay\nhay"},
        ]
        tasks += [await stored(store, make_task(due_at=None), **told) for told in outcomes]
        await stored(store, make_task(due_at=None), result="only hay")
        page = await store.tasks(TaskFilter(text="needle"), limit=100)
        assert {task.task_id for task in page.tasks} == {task.task_id for task in tasks}
        assert (page.total, page.next_older_than) == (len(tasks), None)

    @pytest.mark.parametrize(
        ("text", "result", "found"),
        [
            ("ALL IS WELL", "so all is well here", True),
            ("100%", "100% done", True),
            ("100%", "1000 done", False),
            ("a_b", "a_b", True),
            ("a_b", "axb", False),
            ("!", "hey!", True),
            ("!", "hey", False),
            ("look around", "nothing", True),  # the name of the task
            ("read-only", "nothing", False),  # stands in the snapshot, but nobody reads it there
        ],
    )
    async def test_letters_stand_for_themselves(
        self, store: Store, text: str, result: str, found: bool
    ) -> None:
        await stored(store, make_task(), result=result)
        assert (await store.tasks(TaskFilter(text=text), limit=1)).total == found

    async def test_portuguese_has_two_cases_too(self, backend: str, store: Store) -> None:
        if backend == "postgresql":
            pytest.skip("what is one letter there is the business of the database's language")
        await stored(store, make_task(), result="ATENÇÃO: Ações não concluídas")
        for text in ("atenção", "AÇÕES NÃO", "Não Concluídas"):
            assert (await store.tasks(TaskFilter(text=text), limit=1)).total == 1, text
        assert (await store.tasks(TaskFilter(text="atencao"), limit=1)).total == 0

    async def test_active_rows_are_searched_too(self, store: Store) -> None:
        task = make_task(snapshot=make_snapshot(title="The needle's keeper"))
        await store.submit([task], announce=one_event)
        page = await store.tasks(TaskFilter(text="needle"), limit=5)
        assert [found.task_id for found in page.tasks] == [task.task_id]

    async def test_one_look_has_a_bound_and_the_next_page_looks_on(
        self, backend: str, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        family = "mongodb" if backend == "mongodb" else "sql"
        monkeypatch.setattr(f"conselho.stores.{family}.pages.SEARCHED", 4)
        results = ["hay"] * 10
        results[1] = results[9] = "needle"  # the oldest but one, and the newest
        tasks = [
            await stored(store, make_task(created_at=NOON + n * MINUTE), result=result)
            for n, result in enumerate(results)
        ]
        where = TaskFilter(text="needle")
        assert (await store.tasks(where, limit=5)).total == 1
        assert await all_pages(store, where, limit=5) == [
            [tasks[9].task_id],
            [],
            [tasks[1].task_id],
        ]

    async def test_it_can_be_skipped_into(self, store: Store) -> None:
        tasks = [
            await stored(store, make_task(created_at=NOON + n * MINUTE), result="needle")
            for n in range(5)
        ]
        page = await store.tasks(TaskFilter(text="needle"), limit=2, offset=2)
        assert [task.task_id for task in page.tasks] == [tasks[2].task_id, tasks[1].task_id]
        assert page.total == 5
        beyond = await store.tasks(TaskFilter(text="needle"), limit=2, offset=9)
        assert (beyond.tasks, beyond.total) == ([], 5)
