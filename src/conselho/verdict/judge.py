"""The judgement on a child that ended by itself. What stands higher decides:

    a program                            an agent
    --------------------------------     ----------------------------------------------------------
    exit code other than 0: error        its own word that it failed: error
    report contract                      no last word at all: error
    what the text says                   exit code other than 0: error
    nothing printed: a note              no answer, a refusal, an answer cut off: error
                                         report contract, else what the text says
                                         success without evidence, or after a denial: not a success

(Our own time-outs, cancels and budgets stand above all of it: the runner decides on those.)
For a program exit code and output are the evidence of work; for an agent, whose words are cheap, it
is a tool that did its work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conselho.models.task import ErrorCause, ErrorKind, Outcome, Status
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from conselho.verdict.classifier import classify
from conselho.verdict.contract import ContractError, parse_contract
from conselho.verdict.judgement import LONGEST_SUMMARY, RANK
from conselho.verdict.wording import breaks_off, is_refusal

_MOST_LACKING = 3  # told in the reason; the notes of the run have them all


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWord:
    """What an agent said and did, as far as the judgement needs it.

    `report`: an earlier message that may state the verdict, where `text` does not.
    `ended`: it had a last word; `error` and `cause` are set when that word was that it failed.
    `tools` did their work, of `tools_called`; `shows_tools` is false where the output cannot tell.
    `denied`: what it was not allowed to do.
    """

    text: str
    report: str | None = None
    ended: bool
    error: str | None = None
    cause: ErrorCause | None = None
    tools: int = 0
    tools_called: int = 0
    shows_tools: bool = True
    denied: tuple[str, ...] = ()


def judge(text: str, *, exit_code: int, stderr: str = "") -> Outcome:
    """The outcome of a program's run from its output and its exit code."""
    stated, broken = _stated(text)
    if exit_code != 0:
        error = _exit_sentence("The command", exit_code, stated, text, stderr)
        return _failed(
            ErrorKind.EXIT,
            None,
            error,
            _as_error(stated, f"the exit code is {exit_code}"),
            exit_code,
        )
    verdict = stated or _program_verdict(text, broken)
    return _completed(verdict, exit_code)


def judge_agent(
    word: AgentWord,
    *,
    exit_code: int,
    stderr: str = "",
    evidence: str = "required",
    lacking: Sequence[str] = (),
) -> Outcome:
    """The outcome of an agent's run.

    `evidence` is the councilor's policy: `optional` lets an agent without tools succeed.
    `lacking` are sentences about what the agent should have had and had not (a context file):
    success without it is no success.
    """
    stated, broken = _stated(word.text)
    failure = _agent_failure(word, stated, exit_code, stderr)
    if failure is not None:
        kind, cause, sentence, why = failure
        return _failed(kind, cause, sentence, _as_error(stated, why), exit_code, word.denied)
    verdict = stated or _earlier_verdict(word, broken) or _agent_verdict(word.text, broken)
    tempered = _tempered(verdict, word, evidence, lacking)
    return replace(_completed(tempered, exit_code), permission_denied=word.denied)


def _stated(text: str) -> tuple[Verdict | None, str | None]:
    try:
        return parse_contract(text), None
    except ContractError as exc:
        return None, f"the report contract was not kept: {exc}"


# -- failures --------------------------------------------------------------------------------------

_Failure = tuple[ErrorKind, ErrorCause | None, str, str]


def _agent_failure(
    word: AgentWord, stated: Verdict | None, exit_code: int, stderr: str
) -> _Failure | None:
    """Why the run is an error whatever its text says: kind, cause, a sentence, the short reason."""
    if word.error is not None:
        kind = ErrorKind.BUDGET if word.cause is ErrorCause.BUDGET else ErrorKind.PROVIDER
        return kind, word.cause or ErrorCause.OTHER, word.error, "the agent reports a failure"
    if not word.ended:
        last = _last_line(stderr)
        said = f" Its last words: {last}" if last else ""
        sentence = (
            f"The agent ended with exit code {exit_code}, but without saying that it had finished:"
            f" its output breaks off.{said}"
        )
        return ErrorKind.PROVIDER, ErrorCause.UNFINISHED, sentence, "its output breaks off"
    if exit_code != 0:
        sentence = _exit_sentence("The agent", exit_code, None, word.text, stderr)
        return ErrorKind.EXIT, None, sentence, f"the exit code is {exit_code}"
    if not word.text.strip():
        return _no_answer(word)
    if stated is None and is_refusal(word.text):
        sentence = f"The agent refused the task: {_last_line(word.text)}"
        return ErrorKind.PROVIDER, ErrorCause.REFUSED, sentence, "the agent refused"
    return None


def _no_answer(word: AgentWord) -> _Failure:
    if word.denied:
        sentence = (
            f"The agent gave no answer after it was not allowed: {word.denied[0]}."
            " Change its task, or give it more permissions (policies.permissions)."
        )
        return ErrorKind.PROVIDER, ErrorCause.PERMISSION_DENIED, sentence, "it was not allowed"
    sentence = "The agent ended without an answer. It may have refused, or the model failed."
    return ErrorKind.PROVIDER, ErrorCause.EMPTY, sentence, "there is no answer"


def _failed(
    kind: ErrorKind,
    cause: ErrorCause | None,
    error: str,
    verdict: Verdict | None,
    exit_code: int,
    denied: tuple[str, ...] = (),
) -> Outcome:
    return Outcome(
        status=Status.ERROR,
        severity=Severity.ERROR,
        verdict=verdict
        or Verdict(severity=Severity.ERROR, summary=error, source=VerdictSource.HEURISTIC),
        error_kind=kind,
        error_cause=cause,
        error=error,
        exit_code=exit_code,
        permission_denied=denied,
    )


def _as_error(stated: Verdict | None, why: str) -> Verdict | None:
    """What the report stated, raised to an error; its findings are worth keeping."""
    if stated is None or stated.severity is Severity.ERROR:
        return stated
    reason = f"the report says {stated.severity}, but {why}"
    return replace(stated, severity=Severity.ERROR, reason=reason)


def _exit_sentence(who: str, exit_code: int, stated: Verdict | None, text: str, stderr: str) -> str:
    if stated is not None:
        return stated.summary
    last = _last_line(stderr) or _last_line(text)
    said = f": {last}" if last else " without a word"
    return f"{who} ended with exit code {exit_code}{said}"


# -- verdicts --------------------------------------------------------------------------------------


def _completed(verdict: Verdict, exit_code: int) -> Outcome:
    return Outcome(
        status=Status.COMPLETED, severity=verdict.severity, verdict=verdict, exit_code=exit_code
    )


def _program_verdict(text: str, broken: str | None) -> Verdict:
    if not text.strip():
        return Verdict(
            severity=Severity.INFO,
            summary="The run ended without any output.",
            source=VerdictSource.HEURISTIC,
            reason="exit code 0, but nothing was printed: there is no evidence of work",
        )
    judgement = classify(text, 0)
    if not judgement.judged:
        # A report block that cannot be read was meant to say something: not a green light.
        return Verdict(
            severity=Severity.INFO if broken else Severity.SUCCESS,
            summary=_last_line(text),
            source=VerdictSource.HEURISTIC,
            reason=broken or "exit code 0 and an output, without a report block",
        )
    return _concluded(
        text, broken, judgement.severity, judgement.summary, judgement.reason, judgement.findings
    )


def _earlier_verdict(word: AgentWord, broken: str | None) -> Verdict | None:
    """What the agent reported before it called its last tool and said something more.

    Bad news stands. Good news may be out of date by then: what came last can only make it worse,
    and it is a note at best; a newer report that is broken takes its place.
    """
    stated, _ = _stated(word.report or "")
    if stated is None or RANK[stated.severity] >= RANK[Severity.WARNING]:
        return stated
    if broken is not None:
        return None
    last = classify(word.text, None)
    reason = f"it reported {stated.severity}, and then went on without reporting again"
    severity = Severity.INFO
    if last.judged and RANK[last.severity] > RANK[severity]:
        severity, reason = last.severity, f"{reason}; {last.reason}"
    return replace(stated, severity=severity, reason=reason)


def _agent_verdict(text: str, broken: str | None) -> Verdict:
    judgement = classify(text, None)
    severity = judgement.severity if judgement.judged else Severity.INFO
    if severity is Severity.SUCCESS and breaks_off(text):
        reason = "the answer stops in the middle of a sentence, without a report block"
        return _concluded(
            text, broken, Severity.INFO, judgement.summary, reason, judgement.findings
        )
    return _concluded(
        text, broken, severity, judgement.summary, judgement.reason, judgement.findings
    )


def _concluded(
    text: str,
    broken: str | None,
    severity: Severity,
    summary: str,
    reason: str,
    findings: Sequence[Finding],
) -> Verdict:
    """A heuristic verdict. A broken report block is told, and never becomes a green light."""
    if broken and severity is Severity.SUCCESS:
        severity = Severity.INFO
    return Verdict(
        severity=severity,
        summary=summary or _last_line(text),
        source=VerdictSource.HEURISTIC,
        reason=f"{broken}; {reason}" if broken else reason,
        findings=tuple(findings),
    )


def _tempered(verdict: Verdict, word: AgentWord, evidence: str, lacking: Sequence[str]) -> Verdict:
    """Success only where there is evidence for it."""
    if verdict.severity is not Severity.SUCCESS:
        return verdict
    limits: list[tuple[Severity, str]] = []
    if word.denied:
        limits.append((Severity.WARNING, f"it was not allowed: {word.denied[0]}"))
    if word.tools == 0 and evidence != "optional":
        limits.append((Severity.INFO, _no_evidence(word)))
    limits += [(Severity.INFO, sentence[:LONGEST_SUMMARY]) for sentence in lacking[:_MOST_LACKING]]
    if len(lacking) > _MOST_LACKING:
        limits.append((Severity.INFO, f"{len(lacking) - _MOST_LACKING} more of that kind"))
    if not limits:
        return verdict
    severity = max((severity for severity, _ in limits), key=RANK.__getitem__)
    reasons = "; ".join(reason for _, reason in limits)
    return replace(verdict, severity=severity, reason=f"it says success, but {reasons}")


def _no_evidence(word: AgentWord) -> str:
    if not word.shows_tools:
        return "its output does not show which tools it used: there is no evidence of work"
    if word.tools_called:
        return f"none of its {word.tools_called} tool calls worked: there is no evidence of work"
    return "it used no tool: there is no evidence of work"


def _last_line(text: str) -> str:
    for line in reversed(text.rstrip().split("\n")):
        stripped = " ".join(line.split())
        if stripped:
            return stripped[:LONGEST_SUMMARY]
    return ""
