"""JSON of no known tool: read by the names that its fields have.

`status`, `severity` and their kin state a verdict; `errors`, `failed` and `findings` count; a list
of objects with severities is a list of findings. An object that has none of them is a statistic.
"""

from __future__ import annotations

from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import MAX_ITEMS, mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding, worst
from conselho.verdict.language import fold
from conselho.verdict.marks import STATUS

MAX_DEPTH = 6
MAX_VALUES = 20_000

_STATED = frozenset(
    "status state result outcome verdict conclusion overall severity level health ok success "
    "passed healthy valid situacao resultado veredito severidade gravidade nivel sucesso "
    "aprovado".split()
)
_FAILING = frozenset(
    "errors error failures failure failed fail failing errored fatal crashes critical high "
    "numfailedtests numfailedtestsuites erros erro falhas falharam criticas criticos altas "
    "leaks secrets timeouts broken exception traceback".split()
)
_WARY = frozenset(
    "warnings warning warn findings issues problems violations vulnerabilities deprecations "
    "deprecated medium moderate low outdated avisos alertas achados problemas apontamentos "
    "vulnerabilidades medias moderadas baixas pendencias missing unused duplicates "
    "mismatches".split()
)
_RATED = ("severity", "level", "priority", "severidade", "gravidade", "nivel", "impact")
_TITLES = (
    "title",
    "message",
    "name",
    "description",
    "summary",
    "titulo",
    "mensagem",
    "descricao",
    "msg",
    "rule",
    "id",
    "check",
)
# Tools whose list names what should not be there, without any of the words above.
_DEPENDENCIES = (
    {"dependencies", "devDependencies", "missing", "using"},
    {"current", "wanted", "latest"},
)


def from_json(value: Any) -> Report | None:
    """The verdict of an unknown document: info when nothing in it judges."""
    if not isinstance(value, (dict, list)):
        return None
    severities: list[Severity] = []
    findings: list[Finding] = []
    clean = _walk(value, severities, findings)
    severities += [one.severity for one in findings]
    severity = worst(severities)
    if severity is None:
        severity = Severity.SUCCESS if clean else Severity.INFO
    elif severity is Severity.INFO and clean and not findings:
        severity = Severity.SUCCESS
    return Report(
        format="JSON",
        severity=severity,
        summary=f"JSON: {counted(len(findings), 'finding')}"
        if findings
        else f"JSON: its fields say {severity}",
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )


def _walk(value: Any, severities: list[Severity], findings: list[Finding]) -> bool:
    """Gather what the fields say; True when at least one says that there is nothing."""
    clean = False
    rest: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while rest and seen < MAX_VALUES:
        one, depth = rest.pop()
        seen += 1
        if isinstance(one, list):
            if depth < MAX_DEPTH:
                rest += [
                    (each, depth + 1) for each in one[:MAX_ITEMS] if isinstance(each, (dict, list))
                ]
            continue
        rated = _rated(one)
        if rated is not None and depth:
            findings.append(rated)
            continue
        if _outdated(one):
            severities.append(Severity.WARNING)
            continue
        for key, inner in list(one.items())[:MAX_ITEMS]:
            said, none = _field(fold(str(key))[:60].replace("_", "").replace("-", ""), inner)
            clean = clean or none
            if said is not None:
                severities.append(said)
            if isinstance(inner, (dict, list)) and depth < MAX_DEPTH:
                rest.append((inner, depth + 1))
    return clean


def _field(key: str, value: Any) -> tuple[Severity | None, bool]:
    """What one field says, and whether it says that there is no trouble."""
    if key in _STATED:
        if isinstance(value, bool):
            return (Severity.SUCCESS if value else Severity.ERROR), value
        if isinstance(value, str):
            said = STATUS.get(fold(value.strip())[:40])
            return (None if said is Severity.INFO else said), said is Severity.SUCCESS
        return None, False
    failing, wary = key in _FAILING, key in _WARY
    if not failing and not wary:
        return None, False
    if isinstance(value, bool):
        return (Severity.ERROR if failing and value else None), not value
    if value is None or value in ("", [], {}, 0):
        return None, True
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (Severity.ERROR if failing else Severity.WARNING), False
    if isinstance(value, (str, list)):
        if failing and not _all_rated(value):
            return Severity.ERROR, False
        return (None if _all_rated(value) else Severity.WARNING), False
    return None, False


def _all_rated(value: Any) -> bool:
    return isinstance(value, list) and all(
        _rated(mapping(one)) is not None for one in value[:MAX_ITEMS]
    )


def _rated(one: dict[str, Any]) -> Finding | None:
    word = next((one[key] for key in _RATED if isinstance(one.get(key), str)), None)
    title = next((text_of(one[key]) for key in _TITLES if text_of(one.get(key))), None)
    if word is None or title is None:
        return None
    severity = STATUS.get(fold(word.strip())[:40]) or scale.scanner(word)
    file = next(
        (
            text_of(one[key])
            for key in ("file", "path", "filename", "arquivo")
            if text_of(one.get(key))
        ),
        None,
    )
    return finding(title, severity, file=file, line=whole_number(one.get("line")) or None)


def _outdated(one: dict[str, Any]) -> bool:
    return any(keys <= one.keys() for keys in _DEPENDENCIES[1:]) and one.get("current") != one.get(
        "latest"
    )
