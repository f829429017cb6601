from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conselho.checks.coverage_report import read_coverage
from conselho.checks.report import CannotCheck
from tests.unit.checks.conftest import Repository, RunCheck

COBERTURA = """<?xml version="1.0" ?>
<coverage line-rate="1.0"><sources><source>{source}</source></sources><packages><package><classes>
<class filename="a.py">
<methods><method><lines><line number="7" hits="9"/></lines></method></methods>
<lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="0"/></lines>
</class>
<class filename="a.py"><lines><line number="1" hits="0"/><line number="2" hits="4"/></lines></class>
<class filename="b.py"><lines><line number="5" hits="1"/></lines></class>
</classes></package></packages></coverage>
"""
JSON = json.dumps(
    {
        "files": {
            "a.py": {"executed_lines": [1, 2], "missing_lines": [3]},
            "b.py": {"executed_lines": [5], "missing_lines": []},
        }
    }
)
LCOV = """TN:
SF:a.py
DA:1,1
DA:2,4,hash
DA:3,0
LF:99
end_of_record
SF:b.py
DA:5,1
end_of_record
"""


def measured(path: Path) -> dict[str, dict[int, bool]]:
    return {file.path: file.ran for file in read_coverage(path).files}


@pytest.mark.parametrize("text", [COBERTURA, JSON, LCOV, "\ufeff" + JSON])
def test_three_formats_say_the_same_whatever_the_file_is_called(
    project: Repository, text: str
) -> None:
    path = project.write("report.out", text)
    assert measured(path) == {"a.py": {1: True, 2: True, 3: False}, "b.py": {5: True}}


@pytest.mark.parametrize(("target", "severity"), [("75", "success"), ("75.1", "warning")])
def test_the_target_is_compared_with_the_lines_that_ran(
    run_check: RunCheck, project: Repository, target: str, severity: str
) -> None:
    project.write("coverage.xml", COBERTURA)
    outcome = run_check("coverage", "--root", project.path, "--target", target)
    assert (outcome.exit_code, outcome.severity) == (0, severity)
    assert f"Line coverage is 75.0 %, target {target} %" in outcome.summary


def test_below_the_target_the_files_with_most_missing_lines_come_first(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("lcov.info", LCOV + "SF:c.py\n" + "".join(f"DA:{n},0\n" for n in range(1, 9)))
    outcome = run_check("coverage", "--root", project.path, "--target", "90")
    assert outcome.places() == ["c.py:1", "a.py:3"]
    assert outcome.findings[0]["detail"] == "0.0 % of 8 lines; missing 8: 1-8"
    assert outcome.summary.endswith("the file with the most missing lines is c.py.")


def test_a_single_file_can_have_a_target_too(run_check: RunCheck, project: Repository) -> None:
    project.write("coverage.json", JSON)
    outcome = run_check("coverage", "--root", project.path, "--target", "10", "--file-target", "70")
    assert outcome.severity == "warning"
    assert outcome.places() == ["a.py:3"]


def test_a_percentage_is_never_rounded_up_to_the_target(
    run_check: RunCheck, project: Repository
) -> None:
    lines = "".join(f"DA:{n},{int(n > 1)}\n" for n in range(1, 10_001))
    project.write("lcov.info", f"SF:a.py\n{lines}end_of_record\n")
    outcome = run_check("coverage", "--root", project.path, "--target", "100")
    assert outcome.severity == "warning"
    assert "99.9 %" in outcome.summary


def test_excluded_files_do_not_count(run_check: RunCheck, project: Repository) -> None:
    project.write("coverage.json", JSON)
    outcome = run_check("coverage", "--root", project.path, "--exclude", "a.py", "--target", "100")
    assert outcome.severity == "success"


def test_a_report_older_than_the_code_is_info_at_best(
    run_check: RunCheck, project: Repository
) -> None:
    report = project.write("coverage.json", JSON)
    project.write("a.py", "x\n")
    os.utime(report, (1_000_000_000, 1_000_000_000))
    outcome = run_check("coverage", "--root", project.path, "--target", "50")
    assert (outcome.exit_code, outcome.severity) == (0, "info")
    assert [f["file"] for f in outcome.titled("changed after")] == ["a.py"]


def test_a_report_older_than_allowed_is_a_warning(run_check: RunCheck, project: Repository) -> None:
    report = project.write("coverage.json", JSON)
    os.utime(report, (1_000_000_000, 1_000_000_000))
    old = run_check("coverage", "--root", project.path, "--target", "50", "--max-age-hours", "24")
    assert old.severity == "warning"
    assert old.titled("older than 24 hours")
    os.utime(report)
    new = run_check("coverage", "--root", project.path, "--target", "50", "--max-age-hours", "24")
    assert new.severity == "success"


def test_the_newest_of_the_usual_reports_is_read(run_check: RunCheck, project: Repository) -> None:
    old = project.write("coverage.xml", COBERTURA)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    project.write("coverage/lcov.info", "SF:z.py\nDA:1,1\n")
    outcome = run_check("coverage", "--root", project.path)
    assert "1 of 1 line" in outcome.text


def test_paths_below_a_source_folder_are_shown_from_the_root(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("src/a.py", "x\n")
    project.write("coverage.xml", COBERTURA.format(source=project.path / "src"))
    outcome = run_check("coverage", "--root", project.path, "--target", "99")
    assert outcome.places() == ["src/a.py:3"]


def test_no_report_is_an_error_that_says_how_to_make_one(
    run_check: RunCheck, project: Repository
) -> None:
    outcome = run_check("coverage", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "coverage xml" in outcome.text
    named = run_check("coverage", "--root", project.path, "--file", "none.xml")
    assert named.exit_code == 3
    assert "none.xml" in named.summary


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a report",
        "<coverage>",
        "<coverage></coverage",
        "<html></html>",
        COBERTURA.replace('hits="4"', 'hits="x"'),
        "{",
        "{}",
        '{"files": []}',
        '{"files": {"a.py": 1}}',
        '{"files": {"a.py": {"executed_lines": ["x"], "missing_lines": []}}}',
        '{"a": ' * 100_000,
        "DA:1,1",
        "SF:a\nDA:x,1",
        "SF:a\nDA:1",
        "SF:a\nDA:1,inf",
    ],
)
def test_a_damaged_report_is_an_error(run_check: RunCheck, project: Repository, text: str) -> None:
    project.write("coverage.xml", text)
    outcome = run_check("coverage", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "is not a coverage report that can be read" in outcome.summary


@pytest.mark.parametrize("text", ["<coverage/>", '{"files": {}}', "SF:a.py\nend_of_record\n"])
def test_a_report_that_measured_nothing_is_an_error(
    run_check: RunCheck, project: Repository, text: str
) -> None:
    project.write("coverage.xml", text)
    outcome = run_check("coverage", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "measured no line of code" in outcome.summary


BILLION_LAUGHS = (
    '<!DOCTYPE coverage [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {n} "{f"&{m};" * 10}">' for m, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><coverage><sources><source>&i;</source></sources></coverage>"
)


@pytest.mark.parametrize(
    "text",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE coverage [<!ATTLIST line hits CDATA "1">]><coverage/>',
        '<!DOCTYPE coverage [<!ENTITY x SYSTEM "file:///etc/passwd">]><coverage>&x;</coverage>',
        '<!DOCTYPE coverage SYSTEM "file:///etc/passwd"><coverage>&x;</coverage>',
        '<!DOCTYPE coverage [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><coverage/>',
    ],
)
def test_xml_that_brings_entities_is_refused(project: Repository, text: str) -> None:
    path = project.write("coverage.xml", text)
    with pytest.raises(CannotCheck, match="may hide an attack"):
        read_coverage(path)


def test_the_document_type_that_cobertura_itself_names_is_harmless(project: Repository) -> None:
    doctype = '<!DOCTYPE coverage SYSTEM "http://cobertura.example/coverage-04.dtd">'
    path = project.write("coverage.xml", COBERTURA.replace("?>\n", f"?>\n{doctype}", 1))
    assert len(measured(path)) == 2


def test_a_link_or_a_pipe_in_place_of_the_report_is_refused(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("real.xml", COBERTURA)
    (project.path / "coverage.xml").symlink_to(project.path / "real.xml")
    outcome = run_check("coverage", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")


@pytest.mark.parametrize("name", ["x" * 5000 + ".py", "\\u0000", "\\ud800", "```json"])
def test_a_report_may_name_impossible_files(
    run_check: RunCheck, project: Repository, name: str
) -> None:
    text = f'{{"files": {{"{name}": {{"executed_lines": [], "missing_lines": [1]}}}}}}'
    project.write("coverage.json", text)
    assert run_check("coverage", "--root", project.path).severity == "warning"


def test_the_reports_of_coverage_py_itself_are_read(
    run_check: RunCheck, project: Repository
) -> None:
    project.write("code.py", "import sys\nif len(sys.argv) > 5:\n    print('never')\n")

    def coverage(*arguments: str) -> None:
        argv = [sys.executable, "-m", "coverage", *arguments]
        subprocess.run(argv, cwd=project.path, check=True, capture_output=True, timeout=60)

    coverage("run", "--include=code.py", "code.py")
    for make, name in (("xml", "coverage.xml"), ("json", "coverage.json"), ("lcov", "lcov.info")):
        coverage(make, "-o", name)
        outcome = run_check("coverage", "--root", project.path, "--file", name)
        assert outcome.places() == ["code.py:3"]
        assert "Line coverage is 66.6 %" in outcome.summary
