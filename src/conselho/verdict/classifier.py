"""The severity of a text that states none: `classify(text, exit_code)`.

    text -> read (bounded choice of lines)
         -> formats: reports of known tools          (the worst counts)
         -> trouble: a program says that it failed
         -> prose:   what the report says itself
         -> the exit code, where nothing else speaks

The worst evidence decides; a plain verdict of the text ("Status: OK") outweighs only what is not
firm. The text is untrusted: the time is linear in its length, whatever it holds. The rules for
readers are in docs/severity.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import read_reports
from conselho.verdict.judgement import (
    LONGEST_SUMMARY,
    MAX_FINDINGS,
    RANK,
    Evidence,
    Judgement,
    Report,
    Strength,
    finding,
    shortened,
    worst,
)
from conselho.verdict.lexicon.softening import NOT_URGENT
from conselho.verdict.prose import Prose, read_prose
from conselho.verdict.reading import Reading, read
from conselho.verdict.trouble import read_trouble

_MAX_EVIDENCE = 20
_LINTS = frozenset(
    {"linter", "eslint", "ShellCheck", "coverage", "diff", "lizard", "depcheck", "compiler"}
)


def classify(text: str, exit_code: int | None = None) -> Judgement:
    """Judge a text without a report block, in time linear in its length.

    `exit_code` is None when it is not known. It decides only where the text judges nothing: zero
    makes such a text info, anything else an error. An empty text is never a success.

    >>> classify("3 passed, 1 failed").severity
    <Severity.ERROR: 'error'>
    """
    if not text.strip("\ufeff\u200b \t\r\n\f\v\0"):
        return _empty(exit_code)
    reading = read(text)
    reports = read_reports(reading)
    claimed = _claimed(reports, reading)
    if claimed is None:
        return _by_report(reports, reading, exit_code)
    prose = read_prose(reading.lines, skip=claimed)
    trouble = list(read_trouble(reading.lines, skip=claimed))
    return _weighed(reading, reports, prose, trouble, exit_code)


def _empty(exit_code: int | None) -> Judgement:
    if exit_code:
        return Judgement(
            severity=Severity.ERROR,
            summary=f"It ended with exit code {exit_code} without a word.",
            reason=f"nothing was printed, and the exit code is {exit_code}",
            judged=False,
        )
    return Judgement(
        severity=Severity.INFO,
        summary="It ended without any output.",
        reason="nothing was printed: there is no evidence of work",
        judged=False,
    )


def _claimed(reports: list[Report], reading: Reading) -> frozenset[int] | None:
    """The lines that belong to tools; None when the whole text is one tool's."""
    if any(report.lines is None and _is_whole(report, reading) for report in reports):
        return None
    return frozenset(number for report in reports for number in report.lines or ())


def _is_whole(report: Report, reading: Reading) -> bool:
    return reading.text.lstrip()[:1] in ("{", "[", "<")


def _by_report(reports: list[Report], reading: Reading, exit_code: int | None) -> Judgement:
    report = max(reports, key=lambda one: RANK[one.severity])
    severity = report.severity
    if severity is Severity.INFO:
        return _unjudged(reading, exit_code, report.format)
    return Judgement(
        severity=severity,
        summary=shortened(report.summary),
        reason=f"its {report.format} output says so",
        findings=report.findings,
        format=report.format,
    )


def _weighed(
    reading: Reading,
    reports: list[Report],
    prose: Prose,
    trouble: list[Evidence],
    exit_code: int | None,
) -> Judgement:
    told = [] if prose.describes else prose.evidence
    evidence = [*told, *trouble]
    severity = _decided(reports, evidence)
    if severity is Severity.ERROR:
        severity = _mitigated(reports, evidence, prose)
    if severity in (None, Severity.INFO):
        return _unjudged(reading, exit_code, reports[0].format if reports else None)
    if severity is Severity.SUCCESS and exit_code:
        return _contradicted(reading, exit_code)
    if severity is Severity.WARNING and exit_code and not _is_plain(severity, reports, evidence):
        return _unjudged(reading, exit_code, None)
    return _judgement(severity, reports, evidence, reading)


def _decided(reports: list[Report], evidence: list[Evidence]) -> Severity | None:
    """The worst of what is firm; else what is less so, in order of its strength."""
    known = [report.severity for report in reports]
    firm = worst([*known, *_of(evidence, Strength.FIRM)])
    if firm in (Severity.ERROR, Severity.WARNING):
        return firm
    plain = Severity.SUCCESS in _of(evidence, Strength.FIRM)
    partial = worst(_of(evidence, Strength.PARTIAL))
    if plain and partial is not Severity.ERROR:
        return Severity.SUCCESS
    if partial is not None:
        return worst([partial, *known])
    if Severity.SUCCESS in known:
        return Severity.SUCCESS
    return worst(_of(evidence, Strength.FAINT)) or firm


def _is_plain(severity: Severity, reports: list[Report], evidence: list[Evidence]) -> bool:
    """Whether a tool's report or firm evidence says so: only that explains an exit code."""
    known = [report.severity for report in reports]
    return severity in known or severity in _of(evidence, Strength.FIRM)


def _of(evidence: Iterable[Evidence], strength: Strength) -> list[Severity]:
    return [one.severity for one in evidence if one.strength is strength]


def _mitigated(reports: list[Report], evidence: list[Evidence], prose: Prose) -> Severity:
    """Trouble that the report itself calls not urgent is a warning, unless it is grave."""
    if any(report.severity is Severity.ERROR for report in reports):
        return Severity.ERROR
    mild = any(one.cue == NOT_URGENT for one in evidence)
    grave = any(
        one.grave and one.severity is Severity.ERROR and one.strength is Strength.FIRM
        for one in evidence
    )
    return Severity.WARNING if mild and not grave else Severity.ERROR


def _unjudged(reading: Reading, exit_code: int | None, known: str | None) -> Judgement:
    """Nothing in the text judges: the exit code does, where it is known."""
    last = _last_line(reading.lines)
    if exit_code:
        return Judgement(
            severity=Severity.ERROR,
            summary=shortened(f"It ended with exit code {exit_code}: {last}"),
            reason=f"nothing in the text judges, and the exit code is {exit_code}",
            format=known,
            judged=False,
        )
    return Judgement(
        severity=Severity.INFO,
        summary=last,
        reason="nothing in the text judges",
        format=known,
        judged=False,
    )


def _contradicted(reading: Reading, exit_code: int) -> Judgement:
    return Judgement(
        severity=Severity.ERROR,
        summary=shortened(f"It ended with exit code {exit_code}: {_last_line(reading.lines)}"),
        reason=f"the text reads like a success, but the exit code is {exit_code}",
    )


def _judgement(
    severity: Severity, reports: list[Report], evidence: list[Evidence], reading: Reading
) -> Judgement:
    report = next((one for one in reports if one.severity is severity), None)
    places = [one for one in evidence if one.severity is severity]
    places.sort(key=lambda one: -one.strength)
    findings = [one for report in reports for one in report.findings]
    if severity is not Severity.SUCCESS:
        findings += _findings(evidence)
    if report is not None:
        summary, reason = report.summary, f"its {report.format} output says so"
    else:
        summary = _sentence_of(places[0], reading) if places else _last_line(reading.lines)
        cue = places[0].cue if places else "of what is not said"
        reason = f"{cue}: {summary}"
    return Judgement(
        severity=severity,
        summary=shortened(summary),
        reason=shortened(reason, LONGEST_SUMMARY + 100),
        findings=tuple(findings[:MAX_FINDINGS]),
        format=report.format if report else None,
    )


def _findings(evidence: list[Evidence]) -> list[Finding]:
    """One a line: the worst that it says."""
    lines: dict[int, Evidence] = {}
    for one in evidence:
        if one.severity not in (Severity.WARNING, Severity.ERROR):
            continue
        known = lines.get(one.line)
        if known is None or RANK[one.severity] > RANK[known.severity]:
            lines[one.line] = one
    return [finding(one.sentence, one.severity) for one in list(lines.values())[:_MAX_EVIDENCE]]


def _sentence_of(place: Evidence, reading: Reading) -> str:
    return shortened(reading.lines[place.line].strip(" -*#>|"))


def _last_line(lines: list[str]) -> str:
    for line in reversed(lines):
        if line.strip() and not line.lstrip().startswith(("```", "~~~")):
            return shortened(line)
    return ""
