"""The closing lines of test runners, each in the runner's own words.

pytest, unittest, jest, vitest, mocha, node, go, cargo, Maven, Gradle, RSpec, PHPUnit, CTest, .NET.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conselho.models.verdict import Finding, Severity
from conselho.verdict.judgement import MAX_FINDINGS, RANK, Report, finding

Judge = Callable[[re.Match[str]], Severity | None]


def _any(*names: str) -> Judge:
    """Error when one of the named groups holds a number above zero, else success."""

    def judge(match: re.Match[str]) -> Severity | None:
        return (
            Severity.ERROR
            if any(match[name] and int(match[name]) > 0 for name in names)
            else Severity.SUCCESS
        )

    return judge


def _is(severity: Severity) -> Judge:
    return lambda _: severity


def _pytest(match: re.Match[str]) -> Severity | None:
    words = {word: int(number) for number, word in re.findall(r"(\d{1,7}) ([a-z]{1,12})", match[0])}
    if words.keys() & {"failed", "error", "errors"}:
        return Severity.ERROR
    if words.keys() & {"warning", "warnings"}:
        return Severity.WARNING
    return Severity.SUCCESS if words.keys() & {"passed", "xfailed"} else Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    runner: str
    pattern: re.Pattern[str]
    judge: Judge


def _ending(runner: str, pattern: str, judge: Judge) -> _Ending:
    return _Ending(runner=runner, pattern=re.compile(pattern), judge=judge)


_N = r"\d{1,7}"
_ENDINGS = (
    _ending(
        "pytest",
        rf"^=* ?{_N} (?:failed|passed|skipped|deselected|xfailed|xpassed|errors?"
        rf"|warnings?)\b(?:, {_N} [a-z]{{1,12}}){{0,7}} in \d{{1,7}}[.,]\d{{1,3}}s\b",
        _pytest,
    ),
    _ending("pytest", r"^=* ?no tests ran(?: in [\d.]{1,10}s)?", _is(Severity.ERROR)),
    _ending(
        "pytest",
        r"^=* ?short test summary info =*$|^!+ Interrupted: |^INTERNALERROR> ",
        lambda m: Severity.ERROR if m[0][0] in "!I" else None,
    ),
    _ending(
        "pytest",
        r"^(?:ERROR: |FAIL )?(?:Required test coverage of|FAIL Required)",
        _is(Severity.WARNING),
    ),
    _ending(
        "unittest", r"^FAILED \((?:failures|errors|unexpected successes)=", _is(Severity.ERROR)
    ),
    _ending("unittest", r"^NO TESTS RAN\b", _is(Severity.ERROR)),
    _ending(
        "unittest",
        rf"^Ran (?P<ran>{_N}) tests? in [\d.,]{{1,10}}s$",
        lambda m: None if int(m["ran"]) else Severity.ERROR,
    ),
    _ending(
        "unittest", r"^OK(?: \((?:skipped|expected failures)=[^)]{1,60}\))?$", _is(Severity.SUCCESS)
    ),
    _ending(
        "jest",
        rf"^(?:Tests|Test Suites):? {{1,12}}(?:(?P<failed>{_N}) failed[,"
        rf"| ]{{1,3}})?(?:{_N} (?:skipped|todo|passed|obsolete|pending)[,"
        rf"| ]{{0,3}}){{0,4}}(?:{_N} total|\({_N}\))",
        _any("failed"),
    ),
    _ending(
        "vitest",
        rf"^ {{0,6}}(?:Tests|Test Files) {{1,6}}(?:(?P<failed>{_N}) failed[,"
        rf"| ]{{0,3}})?(?:{_N} (?:skipped|todo|passed)[,| ]{{0,3}}){{0,4}}\({_N}\)",
        _any("failed"),
    ),
    _ending("mocha", rf"^ {{1,6}}(?P<failed>{_N}) failing\b", _any("failed")),
    _ending("mocha", rf"^ {{1,6}}{_N} passing \(", _is(Severity.SUCCESS)),
    _ending("node", rf"^(?:# |ℹ )fail (?P<failed>{_N})$", _any("failed")),
    _ending(
        "go test",
        r"^--- FAIL: |^FAIL\t|^FAIL$|^panic: test timed out|^\S{1,200}.{0,20}\[build failed\]"
        r"|^FAIL\s\S+ \[setup failed\]",
        _is(Severity.ERROR),
    ),
    _ending("go test", r"^ok {1,4}\t\S{1,200}\t", _is(Severity.SUCCESS)),
    _ending(
        "cargo test",
        rf"^test result: (?:ok|FAILED)\. {_N} passed; (?P<failed>{_N}) failed;",
        _any("failed"),
    ),
    _ending(
        "Maven",
        rf"^(?:\[\w{{4,7}}\] )?"
        rf"Tests run: {_N}, Failures: (?P<failed>{_N}), Errors: (?P<errors>{_N})",
        _any("failed", "errors"),
    ),
    _ending("Maven", r"^\[(?:INFO|ERROR)\] BUILD FAILURE", _is(Severity.ERROR)),
    _ending("Maven", r"^\[INFO\] BUILD SUCCESS", _is(Severity.SUCCESS)),
    _ending("Gradle", r"^BUILD FAILED in |^FAILURE: Build failed", _is(Severity.ERROR)),
    _ending("Gradle", r"^BUILD SUCCESSFUL in ", _is(Severity.SUCCESS)),
    _ending(
        "RSpec",
        rf"^{_N} examples?, (?P<failed>{_N}) failures?(?:, {_N} pending)?"
        rf"(?:, (?P<errors>{_N}) errors?)?",
        _any("failed", "errors"),
    ),
    _ending(
        "PHPUnit",
        rf"^Tests: {_N}, Assertions: {_N}(?:, (?:Errors|Failures): {_N}){{1,2}}",
        _is(Severity.ERROR),
    ),
    _ending("PHPUnit", rf"^OK \({_N} tests?, {_N} assertions?\)", _is(Severity.SUCCESS)),
    _ending(
        "CTest", rf"^{_N}% tests passed, (?P<failed>{_N}) tests? failed out of", _any("failed")
    ),
    _ending(".NET", rf"^(?:Failed|Passed)!  ?- Failed: {{1,8}}(?P<failed>{_N}),", _any("failed")),
    _ending(
        "Deno",
        rf"^(?:ok|FAILED) \| {_N} passed.{{0,40}} \| (?P<failed>{_N}) failed",
        _any("failed"),
    ),
    _ending(
        "minitest",
        rf"^{_N} (?:runs"
        rf"|tests), {_N} assertions, (?P<failed>{_N}) failures, (?P<errors>{_N}) errors",
        _any("failed", "errors"),
    ),
    _ending("bun", rf"^ {{0,4}}(?P<failed>{_N}) fail$", _any("failed")),
)
_ITEM = re.compile(
    r"^(?:FAILED|ERROR) (?P<pytest>[\w./\\-]{1,200}\.py(?:::[^\s]{1,200})?)|^(?:FAIL"
    r"|ERROR): (?P<unittest>\w{1,120} \([\w.]{1,200}\))"
    r"|^ {0,12}--- FAIL: (?P<go>\S{1,200})|^test (?P<cargo>[\w:]{1,200}) \.\.\. FAILED"
    r"|^ {0,8}(?:✕|×|✗|✖) (?P<js>.{1,200})$"
    r"|^not ok \d{1,7} - (?P<tap>.{1,200})$"
)


# What a runner prints for each test and file that went well: the names say what is tested.
_NAMED = re.compile(
    r"^ {0,16}[✓✔√○↓] \S|^ {0,4}(?:PASS|RUNS) {1,3}\S|^test [\w:]{1,200} \.\.\. (?:ok|ignored)\b"
    r"|^ {0,12}--- (?:PASS|SKIP): |^=== (?:RUN|CONT|PAUSE) |^ok \d{1,7} "
)
_MOST_TITLES = 3  # lines above a name that can be the titles of its groups


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of the runners' closing lines, the worst of them; None when there is none."""
    severity: Severity | None = None
    said = runner = ""
    findings: list[Finding] = []
    mine: set[int] = set()
    for number, line in enumerate(lines):
        if len(findings) < MAX_FINDINGS and (item := _ITEM.match(line)):
            name = next(group for group in item.groups() if group)
            findings.append(
                finding(
                    f"{name} fails", Severity.ERROR, file=item["pytest"] and name.partition("::")[0]
                )
            )
            mine.add(number)
        for ending in _ENDINGS:
            match = ending.pattern.match(line)
            if match is None:
                continue
            mine.add(number)
            found = ending.judge(match)
            if found is not None and (severity is None or RANK[found] > RANK[severity]):
                severity, said, runner = found, line.strip(" =\t"), ending.runner
            break
    if severity is None:
        return None
    failed = severity is Severity.ERROR
    return Report(
        format=runner,
        severity=severity,
        summary=f"{runner}: {said}",
        findings=tuple(findings) if failed else (),
        lines=_between(lines, mine)
        if failed or runner in ("pytest", "unittest")
        else frozenset(mine | _names(lines)),
    )


def _names(lines: list[str]) -> set[int]:
    """The lines that name tests that passed, with the indented titles of their groups."""
    names = {number for number, line in enumerate(lines) if _NAMED.match(line)}
    titles: set[int] = set()
    for number in names:
        for above in range(number - 1, max(-1, number - 1 - _MOST_TITLES), -1):
            if not lines[above].startswith("  ") or above in names:
                break
            titles.add(above)
    return names | titles


def _between(lines: list[str], mine: set[int]) -> frozenset[int]:
    """What a runner prints around its closing lines is the code and the output under test."""
    return frozenset(range(min(mine), max(mine) + 1)) if len(lines) > 1 else frozenset(mine)
