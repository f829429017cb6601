"""The judgement on a child that ended by itself.

The report contract speaks first. Where it is silent, the exit code does: non-zero is an error;
zero with an output is a success, since for a command those two are the evidence; zero without any
output shows no work, so it is never a success.
"""

from __future__ import annotations

from dataclasses import replace

from conselho.models.task import ErrorKind, Outcome, Status
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.verdict.contract import ContractError, parse_contract

LONGEST_SUMMARY = 200


def judge(text: str, *, exit_code: int, stderr: str = "", error: str | None = None) -> Outcome:
    """The outcome of a run from its answer, its exit code and what its provider says went wrong.

    `error` is the provider's sentence; it outranks the exit code and the answer.
    """
    stated, broken = _stated(text)
    if error is not None:
        return _failed(ErrorKind.PROVIDER, error, stated, exit_code)
    if exit_code != 0:
        return _failed(
            ErrorKind.EXIT, _exit_sentence(exit_code, stated, text, stderr), stated, exit_code
        )
    verdict = stated or _heuristic(text, broken)
    return Outcome(
        status=Status.COMPLETED, severity=verdict.severity, verdict=verdict, exit_code=exit_code
    )


def _stated(text: str) -> tuple[Verdict | None, str | None]:
    try:
        return parse_contract(text), None
    except ContractError as exc:
        return None, f"the report contract was not kept: {exc}"


def _failed(kind: ErrorKind, error: str, stated: Verdict | None, exit_code: int) -> Outcome:
    verdict = (
        Verdict(severity=Severity.ERROR, summary=error, source=VerdictSource.HEURISTIC)
        if stated is None
        else _as_error(stated, exit_code)
    )
    return Outcome(
        status=Status.ERROR,
        severity=Severity.ERROR,
        verdict=verdict,
        error_kind=kind,
        error=error,
        exit_code=exit_code,
    )


def _as_error(stated: Verdict, exit_code: int) -> Verdict:
    if stated.severity is Severity.ERROR:
        return stated
    reason = f"the report says {stated.severity}, but the exit code is {exit_code}"
    return replace(stated, severity=Severity.ERROR, reason=reason)


def _exit_sentence(exit_code: int, stated: Verdict | None, text: str, stderr: str) -> str:
    if stated is not None:
        return stated.summary
    last = _last_line(stderr) or _last_line(text)
    said = f": {last}" if last else " without a word"
    return f"The command ended with exit code {exit_code}{said}"


def _heuristic(text: str, broken: str | None) -> Verdict:
    summary = _last_line(text)
    if not summary:
        return Verdict(
            severity=Severity.INFO,
            summary="The run ended without any output.",
            source=VerdictSource.HEURISTIC,
            reason="exit code 0, but nothing was printed: there is no evidence of work",
        )
    # A report block that cannot be read was meant to say something: not a green light.
    return Verdict(
        severity=Severity.INFO if broken else Severity.SUCCESS,
        summary=summary,
        source=VerdictSource.HEURISTIC,
        reason=broken or "exit code 0 and an output, without a report block",
    )


def _last_line(text: str) -> str:
    for line in reversed(text.rstrip().split("\n")):
        stripped = " ".join(line.split())
        if stripped:
            return stripped[:LONGEST_SUMMARY]
    return ""
