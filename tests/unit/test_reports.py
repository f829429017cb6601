"""A councilor's report: what it shows of outputs, however long they are."""

from __future__ import annotations

from conselho.api.views import OUTPUT_IN_REPORT, execution, report
from conselho.models.task import Status
from tests.support.clock import NOON
from tests.support.factories import make_councilor, make_task

LONG = make_task(status=Status.COMPLETED, result="x" * (OUTPUT_IN_REPORT + 1))
SHORT = make_task(status=Status.COMPLETED, result="x" * OUTPUT_IN_REPORT)


def test_a_report_cuts_long_outputs_and_says_so() -> None:
    told = report(make_councilor(), [LONG, SHORT], [], None, now=NOON)

    long, short = told["recent_executions"]
    assert (len(long["output"]), long["output_truncated"]) == (OUTPUT_IN_REPORT, True)
    assert (short["output"], short["output_truncated"]) == (SHORT.result, False)


def test_one_execution_by_itself_is_whole() -> None:
    assert execution(LONG)["output"] == LONG.result
    assert execution(LONG)["output_truncated"] is False
