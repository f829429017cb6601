from __future__ import annotations

import pytest

from conselho.checks.todo_markers import MARKERS, find_markers, marker_pattern
from tests.unit.checks.conftest import Repository, RunCheck

# Spelt in two halves, so that the council does not find this file.
TODO, FIXME = "TO" + "DO", "FIX" + "ME"


def test_no_marker_is_a_success(run_check: RunCheck, project: Repository) -> None:
    project.write("a.py", "x = 1\n")
    outcome = run_check("todo-markers", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "success")
    assert outcome.summary == "No TODO/FIXME/XXX/HACK in 1 file."


def test_a_marker_is_a_warning_with_its_place_and_text(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("src/a.py", f"x = 1\ny = 2  # {TODO}: say why\n")
    outcome = run_check("todo-markers", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "warning")
    assert outcome.places() == ["src/a.py:2"]
    assert outcome.findings[0]["title"] == f"{TODO} left in the text"
    assert outcome.findings[0]["detail"] == f"# {TODO}: say why"


def test_markers_up_to_the_allowed_count_are_listed_under_a_success(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.js", f"// {TODO} one\n// {FIXME} two\n")
    within = run_check("todo-markers", "--root", project.path, "--max-count", "2")
    beyond = run_check("todo-markers", "--root", project.path, "--max-count", "1")
    assert within.severity == "success"
    assert [finding["severity"] for finding in within.findings] == ["info", "info"]
    assert beyond.severity == "warning"


@pytest.mark.parametrize(
    "line",
    [
        f"# {TODO} later",
        f"//{TODO} later",
        f"/* {FIXME} later */",
        f" * {FIXME} later",
        f"<!-- {TODO} later -->",
        f"-- {'XX' + 'X'} later",
        f"x = 1; // !!! {'HA' + 'CK'} later",
        f"{TODO}(marta): later",
        f"{TODO}: later",
    ],
)
def test_a_promise_is_found_in_the_comments_of_many_languages(line: str) -> None:
    found = find_markers("a", f"first\n{line}\n", marker_pattern(MARKERS))
    assert [marker.line for marker in found] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "# the method todo() of a list",
        f"We count {TODO} and {FIXME} in comments",
        f"# {TODO}/{FIXME} are counted",
        f"# {TODO}S",
        f"--markers {TODO},{FIXME}",
        f"{TODO}::new()",
        f"x = '{TODO}'",
        f"write `# {TODO}` or `{TODO}: ...` or `<!-- {TODO} -->`",
    ],
)
def test_prose_about_markers_is_no_promise(line: str) -> None:
    assert find_markers("a", line, marker_pattern(MARKERS)) == []


def test_other_words_can_be_looked_for(run_check: RunCheck, project: Repository) -> None:
    project.write("a.py", f"# REVISAR isto\n# {TODO} isto\n")
    outcome = run_check("todo-markers", "--root", project.path, "--markers", "REVISAR")
    assert outcome.places() == ["a.py:1"]


def test_a_marker_older_than_the_limit_is_a_warning(
    run_check: RunCheck, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-02-03T04:05:06Z")
    repository.commit("old.py", f"x\n# {TODO} old\n")
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    repository.commit("young.py", f"# {TODO} young\n")
    repository.write("unknown.py", f"# {TODO} not committed\n")
    outcome = run_check(
        "todo-markers", "--root", repository.path, "--max-count", "9", "--max-age-days", "365"
    )
    severities = {finding["file"]: finding["severity"] for finding in outcome.findings}
    assert outcome.severity == "warning"
    assert severities == {"old.py": "warning", "young.py": "info", "unknown.py": "info"}
    assert "1 older than 365 days" in outcome.summary
    assert "1 marker without an age" in outcome.text


def test_ages_outside_git_cannot_be_told(run_check: RunCheck, project: Repository) -> None:
    project.write("a.py", f"# {TODO} x\n")
    outcome = run_check("todo-markers", "--root", project.path, "--max-age-days", "3")
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "no git work tree" in outcome.summary


def test_a_folder_without_text_is_an_error(run_check: RunCheck, project: Repository) -> None:
    project.write("a.png", b"\0")
    assert run_check("todo-markers", "--root", project.path).exit_code == 3
    (project.path / "a.png").unlink()
    assert run_check("todo-markers", "--root", project.path).exit_code == 3


def test_a_marker_that_holds_a_fence_cannot_break_the_verdict(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("a.md", f"# {TODO} ```json {{}} ```\n~~~\n")
    outcome = run_check("todo-markers", "--root", project.path)
    assert outcome.severity == "warning"
    assert r"\x60\x60\x60json {}" in outcome.findings[0]["detail"]
