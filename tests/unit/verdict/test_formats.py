"""Each tool's own format, with sound, failing and broken output."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conselho.models.verdict import Severity
from conselho.verdict.classifier import classify

ERROR, WARNING, SUCCESS, INFO = (
    Severity.ERROR,
    Severity.WARNING,
    Severity.SUCCESS,
    Severity.INFO,
)


def sarif(*results: dict[str, Any], tool: str = "scanner", **run: Any) -> str:
    driver = {"name": tool, "rules": [{"id": "R1", "properties": {"security-severity": "8.1"}}]}
    runs = [{"tool": {"driver": driver}, "results": list(results), **run}]
    return json.dumps({"version": "2.1.0", "runs": runs})


PLACE = {
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a.py"},
                "region": {"startLine": 7},
            }
        }
    ]
}


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (sarif(), SUCCESS),
        (sarif({"level": "error", "message": {"text": "x"}}), ERROR),
        (sarif({"level": "error", "message": {"text": "x"}}, tool="ESLint"), WARNING),
        (sarif({"level": "warning", "message": {"text": "x"}}), WARNING),
        (sarif({"message": {"text": "x"}}), WARNING),
        (sarif({"level": "note", "message": {"text": "x"}}), INFO),
        (sarif({"ruleId": "R1", "level": "warning", "message": {"text": "x"}}), ERROR),
        (sarif({"level": "error", "message": {"text": "x"}, "suppressions": [{}]}), SUCCESS),
        (sarif({"kind": "pass", "message": {"text": "x"}}), SUCCESS),
        (sarif(invocations=[{"executionSuccessful": False}]), ERROR),
    ],
)
def test_sarif_levels_and_security_severities(text: str, severity: Severity) -> None:
    assert classify(text, 0).severity is severity


def test_sarif_findings_have_their_place() -> None:
    judgement = classify(sarif({"level": "error", "message": {"text": "bad"}, **PLACE}))
    [finding] = judgement.findings
    assert (finding.title, finding.file, finding.line) == ("bad", "src/a.py", 7)
    assert judgement.format == "SARIF"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ('<testsuite tests="1"><testcase name="a"/></testsuite>', SUCCESS),
        ('<testsuite><testcase name="a"><failure message="no"/></testcase></testsuite>', ERROR),
        (
            '<testsuites><testsuite><testcase name="a"><error/></testcase></testsuite>',
            ERROR,
        ),
        ('<?xml version="1.0"?>\n<testsuite tests="9" failures="2">', ERROR),
        ('<testsuite tests="0"></testsuite>', WARNING),
        ('<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>', SUCCESS),
    ],
)
def test_junit_xml_counts_what_failed(text: str, severity: Severity) -> None:
    assert classify(text, 0).severity is severity


def test_junit_xml_with_a_doctype_is_refused_before_any_entity_expands() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        '<testsuite tests="1"><testcase name="&b;"/></testsuite>'
    )
    assert classify(bomb, 0).format != "JUnit XML"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("TAP version 13\n1..2\nok 1 - a\nok 2 - b\n", SUCCESS),
        ("1..2\nok 1 - a\nnot ok 2 - b\n", ERROR),
        ("1..2\nok 1 - a\nnot ok 2 - b # todo later\n", SUCCESS),
        ("1..3\nok 1 - a\n", ERROR),
        ("1..3\nok 1 - a\nBail out! no database\n", ERROR),
    ],
)
def test_tap(text: str, severity: Severity) -> None:
    assert classify(text, None).severity is severity


@pytest.mark.parametrize(
    ("text", "severity", "name"),
    [
        ("==== 3 passed in 0.10s ====", SUCCESS, "pytest"),
        ("==== 1 failed, 3 passed in 0.10s ====", ERROR, "pytest"),
        ("==== 3 passed, 2 warnings in 0.10s ====", WARNING, "pytest"),
        ("==== no tests ran in 0.01s ====", ERROR, "pytest"),
        ("Ran 3 tests in 0.001s\n\nOK", SUCCESS, "unittest"),
        ("Ran 3 tests in 0.001s\n\nFAILED (errors=1)", ERROR, "unittest"),
        ("Tests:       1 failed, 2 passed, 3 total", ERROR, "jest"),
        ("Tests:       3 passed, 3 total", SUCCESS, "jest"),
        (
            " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 9 passed (10)",
            ERROR,
            "vitest",
        ),
        ("  3 passing (12ms)\n  1 failing\n", ERROR, "mocha"),
        ("ok  \texample.org/m\t0.012s", SUCCESS, "go test"),
        ("--- FAIL: TestA (0.00s)\nFAIL\texample.org/m\t0.01s", ERROR, "go test"),
        ("test result: ok. 4 passed; 0 failed; 0 ignored;", SUCCESS, "cargo test"),
        ("Tests run: 5, Failures: 1, Errors: 0, Skipped: 0", ERROR, "Maven"),
        ("5 examples, 0 failures", SUCCESS, "RSpec"),
        ("All checks passed!", SUCCESS, "linter"),
        ("a.py:1:1: E999 SyntaxError: invalid syntax", ERROR, "linter"),
        (
            "/srv/a.js\n  1:5  error  'x' is not defined  no-undef\n\n✖ 1 problem (1 error, 0 "
            "warnings)",
            WARNING,
            "eslint",
        ),
        ("/srv/a.js\n  2:1  error  Parsing error: Unexpected token\n", ERROR, "eslint"),
        ("Run started:2026-01-01\n\nTest results:\n\tNo issues identified.", SUCCESS, "bandit"),
        (
            ">> Issue: [B602:shell] shell=True\n   Severity: High   Confidence: High\n   "
            "Location: a.py:3:1",
            ERROR,
            "bandit",
        ),
        (
            ">> Issue: [B101:assert] assert\n   Severity: Low   Confidence: High\n   Location: "
            "a.py:3:1",
            WARNING,
            "bandit",
        ),
        ("found 0 vulnerabilities", SUCCESS, "npm audit"),
        (
            "# npm audit report\n\nx  <1\nSeverity: moderate\n\n1 moderate severity vulnerability",
            WARNING,
            "npm audit",
        ),
        ("3 vulnerabilities (1 low, 1 moderate, 1 high)", ERROR, "npm audit"),
        ("No known vulnerabilities found", SUCCESS, "pip-audit"),
        ("Found 2 known vulnerabilities in 1 package", WARNING, "pip-audit"),
        (
            "a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.",
            ERROR,
            "compiler",
        ),
        ("a.py:1: error: Incompatible return value type  [return-value]", ERROR, "compiler"),
        ("Success: no issues found in 3 source files", SUCCESS, "compiler"),
        ("a.c:1:5: warning: unused variable 'x' [-Wunused-variable]", WARNING, "compiler"),
        ("a.sh:3:4: error: Double quote this [SC2086]", WARNING, "compiler"),
        ("# m\n./a.go:2:23: undefined: y", ERROR, "compiler"),
        (
            "    Checking m v0.1.0\nerror[E0308]: mismatched types\n --> src/lib.rs:1:1",
            ERROR,
            "cargo",
        ),
        ("    Finished `dev` profile target(s) in 0.1s", SUCCESS, "cargo"),
        ("In a.sh line 3:\nrm $x\n   ^-- SC2086 (info): Double quote.", WARNING, "ShellCheck"),
        ("Coverage failure: total of 31 is less than fail-under=80", WARNING, "coverage"),
        ("would reformat a.py\n1 file would be reformatted.", WARNING, "linter"),
        ("a.c: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match", ERROR, "checksums"),
        ("System check identified no issues (0 silenced).", SUCCESS, "Django"),
        ("src/app.tar: OK\ndocs/a.pdf: OK", SUCCESS, "checksums"),
        (
            "12\tF401\tunused-import\n 2\tB006\t[ ] mutable-default\nFound 14 errors.",
            WARNING,
            "linter",
        ),
        ("RESULT: FAILED (minimum: 80.0%, actual: 61.2%)", WARNING, "coverage"),
        ("RESULT: PASSED (minimum: 80.0%, actual: 91.2%)", SUCCESS, "coverage"),
        (
            "No known vulnerabilities found\nName Skip Reason\n---- -----------\n"
            "leftpad Dependency not found on PyPI and could not be audited: leftpad (1.0)",
            ERROR,
            "pip-audit",
        ),
        (
            "PASS ./a.test.js\n  parser\n    ✓ logs a fatal error (1 ms)\n\n"
            "Tests:       1 passed, 1 total",
            SUCCESS,
            "jest",
        ),
    ],
)
def test_what_tools_print(text: str, severity: Severity, name: str) -> None:
    judgement = classify(text, None)
    assert (judgement.severity, judgement.format) == (severity, name), judgement.reason


@pytest.mark.parametrize(
    ("value", "severity", "name"),
    [
        (
            [{"code": "F401", "message": "unused", "filename": "a.py", "location": {"row": 1}}],
            WARNING,
            "linter",
        ),
        ([{"filePath": "a.js", "messages": []}], SUCCESS, "eslint"),
        (
            [{"filePath": "a.js", "messages": [{"message": "x", "line": 1, "severity": 2}]}],
            WARNING,
            "eslint",
        ),
        (
            {
                "results": [{"issue_severity": "HIGH", "issue_text": "x"}],
                "metrics": {},
                "errors": [],
            },
            ERROR,
            "bandit",
        ),
        ({"results": [], "metrics": {}, "errors": []}, SUCCESS, "bandit"),
        (
            {"metadata": {"vulnerabilities": {"low": 0, "moderate": 2, "high": 0}}},
            WARNING,
            "npm audit",
        ),
        ({"metadata": {"vulnerabilities": {"low": 0, "critical": 1}}}, ERROR, "npm audit"),
        ({"error": {"code": "E404", "summary": "not found"}}, ERROR, "npm"),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]},
            WARNING,
            "pip-audit",
        ),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, SUCCESS, "pip-audit"),
        ([{"RuleID": "key", "StartLine": 3, "File": "a"}], ERROR, "gitleaks"),
        (
            {
                "SchemaVersion": 2,
                "ArtifactName": "x",
                "Results": [{"Vulnerabilities": [{"Severity": "LOW"}]}],
            },
            WARNING,
            "trivy",
        ),
        ({"results": [], "errors": [], "paths": {}}, SUCCESS, "semgrep"),
        ({"status": "ok", "errors": [], "findings": []}, SUCCESS, "JSON"),
        ({"status": "ok", "failed": 2}, ERROR, "JSON"),
        ({"findings": [{"title": "x", "severity": "low"}]}, WARNING, "JSON"),
        ({"files": 3, "lines": 90}, INFO, "JSON"),
    ],
)
def test_json_of_tools(value: Any, severity: Severity, name: str) -> None:
    judgement = classify(json.dumps(value), None)
    assert (judgement.severity, judgement.format) == (severity, name), judgement.reason


def test_go_test_json_is_read_line_by_line() -> None:
    lines = [{"Action": "run", "Test": "A"}, {"Action": "fail", "Test": "A"}]
    assert classify("\n".join(map(json.dumps, lines)), 1).severity is ERROR


def test_go_test_json_that_passes_is_a_success_whatever_its_tests_are_called() -> None:
    lines = [
        {"Action": "run", "Package": "m", "Test": "TestFatalError"},
        {"Action": "output", "Package": "m", "Test": "TestFatalError", "Output": "panic: no"},
        {"Action": "pass", "Package": "m", "Test": "TestFatalError"},
        {"Action": "pass", "Package": "m"},
    ]
    judgement = classify("\n".join(map(json.dumps, lines)), 0)
    assert (judgement.severity, judgement.format) == (SUCCESS, "go test")


@pytest.mark.parametrize("text", ["STATUS: OK", "Build: OK", "Result: ok"])
def test_a_line_with_a_status_is_no_checksum(text: str) -> None:
    judgement = classify(text, 0)
    assert (judgement.severity, judgement.format) == (SUCCESS, None), judgement.reason


def test_a_report_in_a_fence_counts_with_the_prose_around_it() -> None:
    text = (
        "I ran the tests:\n\n```\n==== 1 failed, 3 passed in 0.10s ====\n```\n\nEverything else "
        "is fine."
    )
    assert classify(text, 0).severity is ERROR


def test_the_worst_of_several_tools_counts() -> None:
    text = (
        "All checks passed!\n\n3 vulnerabilities (2 low, 1 critical)\n\n==== 9 passed in 1.00s ===="
    )
    assert classify(text, 0).severity is ERROR


def test_code_that_a_tool_shows_is_not_read_as_prose() -> None:
    text = (
        "a.py:1:1: F401 unused\n  |\n1 | raise RuntimeError('the build failed')\n  |\nFound 1 "
        "error."
    )
    assert classify(text, 1).severity is WARNING
