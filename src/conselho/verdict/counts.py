"""Numbers that judge: "3 failed", "errors: 0", "falhas | 2", "8 altas e 3 críticas"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conselho.models.verdict import Severity

_FAIL = (
    r"errors?|failures?|failed|failing|fails?|fatals?|errored|broken|crash(?:es|ed)?|timed out"
    r"|time-?outs?|critical|high|highs|criticals"
    r"|blockers?|reprovad[oa]s?|erros?|falhas?|falharam|falhou|falhando|quebrad[oa]s?|quebraram"
    r"|quebrou|critic[oa]s?|alt[oa]s|alta|fatais"
    r"|unreachable|leaked secrets?|leaks?|secrets?|segredos?|vazamentos?|corrupt(?:ed)?"
    r"|corrompid[oa]s?|unhealthy|vermelh[oa]s?|inacessive(?:l|is)|not ok|red"
)
_WARN = (
    r"warnings?|warns?|medium|moderate|low|lows|mediums|issues?|problems?|findings?"
    r"|vulnerabilit(?:y|ies)|vulns?|cves?|violations?"
    r"|offen[cs]es?|smells?|todos?|fixmes?|duplicates?|clones?|mismatch(?:es)?|discrepanc(?:y"
    r"|ies)|inconsistenc(?:y|ies)"
    r"|remarks?|notices?|deprecations?|deprecated|outdated|alerts?|flaky|regressions?|conflicts?"
    r"|advisor(?:y|ies)"
    r"|avisos?|alertas?|problemas?|apontamentos?|achados?|vulnerabilidades?|violac(?:ao|oes)"
    r"|pendencias?|medi[oa]s|moderad[oa]s?"
    r"|baix[oa]s|divergencias?|inconsistencias?|duplicad[oa]s|duplicatas?|obsolet[oa]s?"
    r"|desatualizad[oa]s?|ressalvas?|ocorrencias?"
    r"|conflitos?|instave(?:l|is)|sugest(?:ao|oes)|suggestions?|typos?|defects?|defeitos?|bugs?"
    r"|missing|ausentes|unused|stale|orphans?"
)
_GOOD = (
    r"passed|passing|pass|passes|ok|succeeded|successful|success(?:es)?|sucessos?|aprovad[oa]s?"
    r"|passaram|passou|green|verdes?|clean"
    r"|valid|valid[oa]s"
)
_FILLER = (
    r"(?:(?!of\b|de\b|in\b|em\b|after\b|with\b|com\b|and\b|or\b|to\b|ha\b|lines?\b|linhas?\b"
    r"|files?\b|dias\b|days\b)[a-z§][\w§-]{0,20} ){0,2}?"
)
_BEFORE = re.compile(
    rf"(?<![\w.,:/#$%-])(?P<number>\d{{1,7}}|one|two|three|four|five|six|seven|eight|nine|ten"
    rf"|uma?|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|several|many|some|varios|varias"
    rf"|diversos|diversas|alguns|algumas)"
    rf"(?: ?(?:of|de|out of|/|em) (?:the |os |as )?\d{{1,7}})?[ ](?:com "
    rf"|with ){{0,1}}{_FILLER}(?:(?P<fail>{_FAIL})|(?P<warn>{_WARN})|(?P<good>{_GOOD}))(?![\w-])"
)
_AFTER = re.compile(
    rf"(?<![\w-])(?:(?P<fail>{_FAIL})|(?P<warn>{_WARN})|(?P<good>{_GOOD}))(?: \(\w{{1,12}}\)"
    rf"| found| count| total| tests?| encontrad[oa]s?)?"
    r" ?[:=|] ?\|?[ ]{0,3}(?P<number>\d{1,7})(?![\d.,]*[\d%]| ?%| ?(?:ms|mb|kb|s|of|de|/)\b)"
)
# "alta: 2" at the head of a line, "critical 0, high 1" in a row: severities, each with its count.
_RATED = re.compile(
    r"(?:^\W{0,6}|[,;:(] ?)(?:(?P<fail>critical|high|severe|critic[oa]s?|alt[oa]s?|graves?)"
    r"|(?P<warn>medium|moderate|low|medi[oa]s?|moderad[oa]s?|baix[oa]s?))(?: ?[:=-] ?| )"
    r"(?P<number>\d{1,7})(?=[,;.)]|$| [(–-])"
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        "zero;one um uma;two dois duas;three tres;four quatro;five cinco;six seis;seven "
        "sete;eight oito"
        ";nine nove;ten dez".split(";")
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`number` of `noun`, and what one or more of them would mean."""

    number: int
    noun: str
    severity: Severity
    start: int


def counts(sentence: str) -> Iterator[Count]:
    """The counted things of one folded sentence."""
    for pattern in (_BEFORE, _AFTER, _RATED):
        for match in pattern.finditer(sentence):
            number = match["number"]
            yield Count(
                number=int(number) if number.isdigit() else _NUMBERS.get(number, 2),
                noun=match["fail"] or match["warn"] or match.groupdict().get("good") or "",
                severity=Severity.ERROR
                if match["fail"]
                else Severity.WARNING
                if match["warn"]
                else Severity.SUCCESS,
                start=match.start(),
            )
