"""What a councilor found over its runs: since when, how often, and whether it still is."""

from __future__ import annotations

from datetime import timedelta

from conselho.models.task import Status, Task
from conselho.models.verdict import Finding, Severity
from conselho.services import findings
from conselho.services.findings import known_findings, read_findings
from conselho.store import Store
from tests.support.clock import NOON
from tests.support.factories import ANA, make_task, make_verdict

HOUR = timedelta(hours=1)


def finding(fingerprint: str, severity: Severity = Severity.WARNING, **fields: object) -> Finding:
    told = {"title": fingerprint.title()} | fields
    return Finding(severity=severity, fingerprint=fingerprint, **told)  # type: ignore[arg-type]


def run(hour: int, *found: Finding) -> Task:
    at = NOON + hour * HOUR
    verdict = make_verdict(Severity.WARNING, findings=found)
    return make_task(
        task_id=f"run-{hour:03}",
        due_at=None,
        created_at=at,
        completed_at=at,
        status=Status.COMPLETED,
        severity=verdict.severity,
        verdict=verdict,
    )


def test_a_finding_is_open_while_the_newest_run_sees_it() -> None:
    runs = [
        run(3, finding("long")),
        run(2, finding("long"), finding("leak")),
        run(1, finding("long")),
    ]
    long, leak = known_findings(runs)
    assert (long.finding.fingerprint, long.is_open, long.runs) == ("long", True, 3)
    assert (long.first_task_id, long.last_task_id) == ("run-001", "run-003")
    assert (long.first_seen_at, long.last_seen_at) == (NOON + HOUR, NOON + 3 * HOUR)
    assert (leak.is_open, leak.runs, leak.first_task_id) == (False, 1, "run-002")


def test_a_newest_run_without_findings_closes_all() -> None:
    assert [known.is_open for known in known_findings([run(2), run(1, finding("long"))])] == [False]
    assert known_findings([]) == []


def test_a_finding_has_the_words_of_the_last_run_that_saw_it() -> None:
    runs = [
        run(2, finding("long", Severity.ERROR, title="900 lines", line=9)),
        run(1, finding("long", title="800 lines", line=4)),
    ]
    [known] = known_findings(runs)
    assert (known.finding.title, known.finding.severity, known.finding.line) == (
        "900 lines",
        Severity.ERROR,
        9,
    )


def test_a_run_that_tells_a_finding_twice_saw_it_once() -> None:
    [known] = known_findings([run(1, finding("long", line=1), finding("long", line=2))])
    assert (known.runs, known.finding.line) == (1, 1)


async def read(store: Store, runs: list[Task]) -> findings.Findings:
    await store.import_tasks(runs)
    return await read_findings(store, ANA)


async def test_open_ones_come_first_then_the_worst_then_the_newest(store: Store) -> None:
    newest = run(3, finding("note", Severity.INFO), finding("leak", Severity.ERROR))
    older = run(2, finding("gone", Severity.ERROR), finding("stale"))
    oldest = run(1, finding("old", Severity.ERROR))
    found = await read(store, [newest, older, oldest])
    order = [known.finding.fingerprint for known in found.known]
    assert order == ["leak", "note", "gone", "old", "stale"]
    assert found.runs == ("run-003", "run-002", "run-001")
    assert found.reached_end


async def test_a_hundred_runs_are_read_and_no_more(store: Store) -> None:
    found = await read(store, [run(n, finding("long")) for n in range(300)])
    assert (len(found.runs), found.reached_end) == (100, False)
    assert found.known[0].runs == 100
    assert found.known[0].first_task_id == "run-200"


async def test_fewer_are_read_when_each_tells_very_much(store: Store) -> None:
    many = [finding(f"f{n}") for n in range(200)]
    found = await read(store, [run(n, *many) for n in range(120)])
    assert len(found.runs) == findings.MOST_FINDINGS // 200
    assert not found.reached_end
