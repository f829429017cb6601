"""Each error's HTTP status, exit code and sentence, in one table."""

from __future__ import annotations

import pytest

from conselho import errors
from conselho.errors import ConselhoError
from conselho.services.council_files import InvalidCouncil
from conselho.services.form_problems import FieldProblem, InvalidForm

BAD_FILE = errors.InvalidCouncilFile("quality.md", 7, "schedule.value", "is not an interval")

TABLE: list[tuple[ConselhoError, int, int, str]] = [
    (ConselhoError("Something is wrong."), 500, 1, "Something is wrong."),
    (errors.NotFound("agent", "Kraken"), 404, 4, "There is no agent 'Kraken'."),
    (errors.Invalid("title", "is required"), 422, 2, "title: is required"),
    (errors.Invalid("", "The body is not JSON."), 422, 2, "The body is not JSON."),
    (errors.Empty("input_text", "is empty"), 400, 2, "input_text: is empty"),
    (
        errors.InvalidSchedule("schedule.value", "'0m' is not an interval"),
        422,
        2,
        "schedule.value: '0m' is not an interval",
    ),
    (
        errors.InvalidSettings("CONSELHO_PORT", "is not a number"),
        422,
        2,
        "CONSELHO_PORT: is not a number",
    ),
    (BAD_FILE, 422, 2, "quality.md:7: schedule.value: is not an interval"),
    (
        errors.InvalidCouncilFile("quality.md", 1, "", "is not UTF-8 text"),
        422,
        2,
        "quality.md:1: is not UTF-8 text",
    ),
    (
        InvalidCouncil([BAD_FILE, BAD_FILE]),
        422,
        2,
        "quality.md:7: schedule.value: is not an interval\n"
        "quality.md:7: schedule.value: is not an interval",
    ),
    (
        InvalidForm([FieldProblem(("task", "name"), "is required")]),
        422,
        2,
        "task.name: is required",
    ),
    (
        errors.NotACouncilor("Kraken"),
        400,
        2,
        "The agent 'Kraken' is not a councilor. Promote it first.",
    ),
    (errors.Conflict("It cannot be."), 409, 5, "It cannot be."),
    (
        errors.LeaseLost("t1"),
        409,
        5,
        "The lease on task 't1' is lost: another worker owns it now.",
    ),
    (
        errors.IllegalTransition("t1", "completed", "pending"),
        409,
        5,
        "Task 't1' is completed and cannot become pending.",
    ),
    (errors.AlreadyExists("agent", "Kraken"), 409, 5, "The agent 'Kraken' exists already."),
    (
        errors.StaleVersion("Kraken"),
        409,
        5,
        "The agent 'Kraken' was changed meanwhile. Read it and try again.",
    ),
    (
        errors.AlreadyRunning("Kraken", "t1"),
        409,
        5,
        "The councilor 'Kraken' is at work already: execution t1. Wait for its end, or cancel it.",
    ),
    (errors.BudgetSpent("Kraken", "It spent it all."), 409, 5, "It spent it all."),
    (errors.Unavailable("mailer", "timed out"), 503, 6, "The mailer does not answer: timed out."),
    (
        errors.StoreUnavailable("the disk is full"),
        503,
        6,
        "The store does not answer: the disk is full.",
    ),
    (
        errors.StoreTooNew("it is of a newer Conselho"),
        503,
        6,
        "The store does not answer: it is of a newer Conselho.",
    ),
    (
        errors.BusUnavailable("connection refused"),
        503,
        6,
        "The event bus does not answer: connection refused.",
    ),
    (
        errors.BrokerUnavailable("connection refused"),
        503,
        6,
        "The broker does not answer: connection refused.",
    ),
    (errors.RunError("timeout", "It took too long."), 500, 1, "It took too long."),
]


@pytest.mark.parametrize(
    ("error", "status", "code", "sentence"),
    TABLE,
    ids=[f"{type(row[0]).__name__}-{number}" for number, row in enumerate(TABLE)],
)
def test_an_error_says_its_status_its_exit_code_and_a_sentence(
    error: ConselhoError, status: int, code: int, sentence: str
) -> None:
    assert (error.http_status, error.exit_code, str(error)) == (status, code, sentence)


def test_every_error_of_the_tree_is_in_the_table() -> None:
    tree = {
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, ConselhoError)
    }
    assert tree <= {type(row[0]) for row in TABLE}


def test_a_run_error_tells_code_what_kind_it_is() -> None:
    assert errors.RunError("timeout", "It took too long.").kind == "timeout"
