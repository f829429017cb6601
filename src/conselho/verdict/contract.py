"""The report contract: a report ends with one fenced JSON object that states the verdict.

    ```json
    {"contract": 1, "severity": "success | info | warning | error", "summary": "one sentence",
     "findings": [{"title": "...", "severity": "...", "file": "...", "line": 1, "detail": "..."}]}
    ```

Documented for authors in docs/report-contract.md, with a JSON Schema beside it. Agents write it in
many hands, so reading is lenient where the meaning is sure, and says what is wrong where it is
not. The text is untrusted: every field is checked and bounded, and reading it takes time linear in
its length.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from conselho.verdict.blocks import Block, blocks_from_the_end, readable_tail
from conselho.verdict.lenient_json import NotJson, read_object

CONTRACT_VERSION = 1
MAX_FINDINGS = 200
MAX_SUMMARY = 500
MAX_TITLE = 300
MAX_FILE = 500
MAX_DETAIL = 4_000
MAX_LINE = 10_000_000

# Beyond these a list of findings is not even looked at; up to here each one can raise the verdict.
_MAX_EXAMINED = 2_000

_NUMBERS = re.compile(r"\d+")
_RANK = {Severity.SUCCESS: 0, Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}

_SYNONYMS = {
    Severity.SUCCESS: "success ok okay pass passed sucesso aprovado",
    Severity.INFO: "info information informational note informacao informativo informativa nota",
    Severity.WARNING: "warning warn aviso alerta atencao medium moderate media medio low baixa"
    " baixo",
    Severity.ERROR: "error erro fail failed failure falha critical critico critica fatal high alta"
    " alto",
}
_SEVERITIES = {word: severity for severity, words in _SYNONYMS.items() for word in words.split()}


class ContractError(ValueError):
    """There is a report block, but it does not keep the contract; the message says where."""


def parse_contract(text: str) -> Verdict | None:
    """The verdict that the last report block of `text` states; None when it states none.

    A verdict milder than its own worst finding is raised to it, with the reason. A success in a
    version of the contract that is not known here is no success but a note, with the reason.
    Raises ContractError when a block was meant as a verdict and cannot be used.
    """
    tail = readable_tail(text)
    for block in blocks_from_the_end(tail):
        report = _report(block)
        if report is not None:
            return _verdict(report)
    if len(tail) < len(text) and _SEVERITY_KEY.search(text):
        raise ContractError(f"the report block is not within the last {len(tail):,} characters")
    return None


_SEVERITY_KEY = re.compile(r'"severity"\s*:')
# Also with the quotes that JSON refuses, or none, so that the refusal can say so.
_MEANT = re.compile(r"""["'“”„‘’]severity["'“”‘’]\s*:""", re.IGNORECASE)
_MEANT_IN_FENCE = re.compile(r"""\bseverity["'“”‘’]?\s*:""", re.IGNORECASE)
# Neither a verdict nor meant as one without a word of these, or an escape that may spell it.
_SPEAKS_OF_A_VERDICT = re.compile(r"severity|summary|\\u", re.IGNORECASE)


def _report(block: Block) -> dict[str, Any] | None:
    """The object of `block` if it is a verdict; None when it is something else."""
    if not _SPEAKS_OF_A_VERDICT.search(block.text):
        return None  # tens of thousands of blocks are not worth a parse, and its error, each
    try:
        found = _unwrapped(read_object(block.text, closed=block.closed))
    except NotJson as exc:
        meant = _MEANT_IN_FENCE if block.fenced else _MEANT
        if meant.search(block.text):
            raise ContractError(f"the report block {exc}") from exc
        return None
    if "severity" in found:
        # A log line may have a severity; without a fence only the summary makes it a verdict.
        return found if block.fenced or "summary" in found else None
    if "summary" in found and ("findings" in found or "contract" in found):
        raise ContractError("severity is missing")
    return None


def _unwrapped(found: dict[str, Any]) -> dict[str, Any]:
    if "severity" not in found:
        for key in ("report", "verdict"):
            inner = found.get(key)
            if isinstance(inner, dict) and "severity" in inner:
                return {"contract": found.get("contract")} | inner
    return found


def _verdict(report: dict[str, Any]) -> Verdict:
    claimed = severity_from_text(report["severity"], "severity")
    summary = _text(report.get("summary"), "summary", MAX_SUMMARY)
    if not summary:
        raise ContractError("summary is missing")
    examined = [
        _finding(f"findings[{number}]", item, claimed)
        for number, item in enumerate(_listed(report.get("findings"))[:_MAX_EXAMINED])
    ]
    severity, reasons = claimed, []
    worst = max((finding.severity for finding in examined), key=_RANK.__getitem__, default=claimed)
    if _RANK[worst] > max(_RANK[claimed], _RANK[Severity.INFO]):
        severity = worst
        reasons.append(f"the report says {claimed}, but one of its findings is {worst}")
    unknown = _unknown_version(report.get("contract"))
    if unknown is not None:
        reasons.append(
            f"the report keeps contract {unknown}, known here is {CONTRACT_VERSION}: "
            "it was read as far as it is known"
        )
        if severity is Severity.SUCCESS:
            severity = Severity.INFO
            reasons.append("its success is not taken for one")
    return Verdict(
        severity=severity,
        summary=summary,
        source=VerdictSource.CONTRACT,
        reason="; ".join(reasons) or None,
        findings=_merged(examined),
    )


def _unknown_version(value: object) -> str | None:
    """What to call a version other than ours; None for ours, which is also what absence means."""
    if value is None or (not isinstance(value, bool) and value in (CONTRACT_VERSION, "1", "1.0")):
        return None
    return repr(value)[:20] if isinstance(value, int | float | str) else "of an unknown kind"


def _listed(given: object) -> Sequence[object]:
    """Findings as a list: agents also give one object, or one text."""
    if given is None or given == "":
        return ()
    if isinstance(given, list):
        return given
    if isinstance(given, str) or (isinstance(given, dict) and given.get("title")):
        return (given,)
    raise ContractError("findings is not a list")


def _finding(where: str, item: object, default: Severity) -> Finding:
    if isinstance(item, str):
        item = {"title": item}
    if not isinstance(item, dict):
        raise ContractError(f"{where} is not an object")
    title = _text(item.get("title"), f"{where}.title", MAX_TITLE)
    if not title:
        raise ContractError(f"{where}.title is missing")
    given = item.get("severity")
    file, line = _place(
        _text(item.get("file"), f"{where}.file", MAX_FILE), line_number(item.get("line"))
    )
    return Finding(
        title=title,
        severity=default if given is None else severity_from_text(given, f"{where}.severity"),
        file=file,
        line=line,
        detail=_text(item.get("detail"), f"{where}.detail", MAX_DETAIL) or None,
        fingerprint=fingerprint(title, file),
    )


def _merged(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding a fingerprint, at its first place, as severe as the worst; at most MAX_FINDINGS.

    What the others had to tell, their line and detail, goes to the end of its detail.
    """
    kept: dict[str, Finding] = {}
    for finding in findings:
        known = kept.get(finding.fingerprint)
        if known is not None:
            kept[finding.fingerprint] = _with_other(known, finding)
        elif len(kept) < MAX_FINDINGS:
            kept[finding.fingerprint] = finding
    return tuple(kept.values())


def _with_other(first: Finding, other: Finding) -> Finding:
    severity = max(first.severity, other.severity, key=_RANK.__getitem__)
    if (first.line, first.detail) == (other.line, other.detail):
        return replace(first, severity=severity)
    place = "also" if other.line is None else f"also line {other.line}"
    told = f"{place}: {other.detail}" if other.detail else place
    detail = f"{first.detail}\n{told}" if first.detail else told
    return replace(first, severity=severity, detail=_cut(detail, MAX_DETAIL))


def fingerprint(title: str, file: str | None) -> str:
    """Stays the same when lines move and counts change: numbers and line are left out of it."""
    identity = f"{file or ''}\n{_NUMBERS.sub('#', title).casefold()}"
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]


def severity_from_text(value: object, where: str) -> Severity:
    """The severity that a word names, in English or Portuguese, whatever its case and accents.

    `where` is the field's name. Raises ContractError with the known ones.
    """
    known = ", ".join(Severity)
    if not isinstance(value, str):
        raise ContractError(f"{where} is not a text, but one of {known} is needed")
    try:
        return _SEVERITIES[_plain_word(value)]
    except KeyError:
        raise ContractError(f"{where} is {value[:40]!r}, not one of {known}") from None


def _plain_word(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:80].strip(" \t\n\xa0.!*_`").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_LINE = re.compile(r"\s*(?:L|lines?\s|linhas?\s)?\s*(\d{1,12})(?!\d)", re.IGNORECASE)
_LINE_OF_FILE = re.compile(r"(?<=[^:]):(\d{1,12})(?:[-–:,]\d{1,12})?\Z")
_LONGEST_LINE_OF_FILE = 26  # what the pattern above can take: longer files are not walked through


def line_number(value: object) -> int | None:
    """The line that a number or a text such as `12`, `12-18` or `L12` names; None without one."""
    if isinstance(value, str):
        named = _LINE.match(value[:60])
        value = int(named[1]) if named else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value < MAX_LINE else None


def _place(file: str, line: int | None) -> tuple[str | None, int | None]:
    """`file` without the line that some write into it (`a.py:12`): it counts if none is given."""
    named = _LINE_OF_FILE.search(file, max(0, len(file) - _LONGEST_LINE_OF_FILE))
    if named is None:
        return file or None, line
    return file[: named.start()], line or line_number(named[1])


def _text(value: object, where: str, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ContractError(f"{where} is not a text")
    return _cut(value.strip(), longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
