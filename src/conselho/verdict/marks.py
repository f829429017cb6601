"""Signs that stand for a status: emoji, check boxes, and words that fill a cell or end a line."""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.judgement import worst

_BAD = "❌✖✗✘🔴🚨⛔🛑🔥💥☠🆘👎"
_WARY = "⚠🟡🟠🔶🚧🐌📉"
_FINE = "✅✔✓🟢👍🎉🌟☑🏆🚀💚🙌👌"
_ANY = re.compile(f"[{_BAD}{_WARY}{_FINE}]")
_BOX = re.compile(r"^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s{1,4}\[([ xX])\]\s")

_WORDS = {
    Severity.ERROR: """
    fail failed failing failure error errored erro falha falhou falharam critical critica
    critico crash crashed broken quebrado quebrada reprovado reprovada red vermelho down
    unreachable timeout timed_out aborted abortado high alta alto severe grave fatal unhealthy
    ko not_ok exposed expirado expired nao_executado not_run unavailable indisponivel urgent
    urgente changes_requested no_go vazado leaked
    """,
    Severity.WARNING: """
    warning warn warnings aviso avisos alerta atencao attention medium moderate low medio
    media moderado moderada baixo baixa minor amarelo yellow deprecated obsoleto obsoleta
    outdated desatualizado flaky instavel degraded degradado partial parcial needs_attention
    needs_review stale slow absent ausente missing faltando lento ressalvas
    com_ressalvas passed_with_warnings
    """,
    Severity.SUCCESS: """
    ok pass passed passes passing success successful sucesso green verde clean limpo limpa
    healthy saudavel aprovado aprovada approved valid valido valida up_to_date em_dia passou
    passaram done good bom all_good tudo_certo no_issues concluido concluida completed
    complete clear go lgtm present presente matches confere visible in_place fine normal resolved
    """,
    Severity.INFO: (
        "info informational informativo informacao note nota skipped n/a none nenhum nenhuma "
        "unknown pending pendente"
    ),
}
STATUS = {
    word.replace("_", " "): severity for severity, words in _WORDS.items() for word in words.split()
}
_LABEL = re.compile(
    r"^[\W_]{0,8}(?:(?:overall|final|current|geral|result(?:ado)? do|check|job|build|run|test"
    r"|scan) )?"
    r"(?P<label>status|state|result|results|outcome|verdict|conclusion|severity|overall|health"
    r"|assessment|decision|gate|quality gate|risk|risk level"
    r"|resultado|veredicto|veredito|conclusao|situacao|severidade|gravidade|estado|parecer|saude"
    r"|avaliacao|decisao|risco|nivel|sinal|semaforo)"
    r"(?: (?:final|geral|overall|d[aoe] [a-z]{2,16}))?[\s*_]{0,4}(?::|=|->|-|\|| is | e )[\s*_"
    r"|]{0,6}(?P<said>[^|\n]{1,60})"
)


def sign(line: str) -> Severity | None:
    """What a line's sign says: the one it begins with, else the worst; a ticked box is success."""
    marks = _ANY.findall(line)
    if marks:
        if line.lstrip(" -*+|0123456789.").startswith(marks[0]):
            return _meaning(marks[0])
        return worst(map(_meaning, marks))
    box = _BOX.match(line)
    if box is not None and box[1] != " ":
        return Severity.SUCCESS
    return None


def _meaning(mark: str) -> Severity:
    if mark in _BAD:
        return Severity.ERROR
    return Severity.WARNING if mark in _WARY else Severity.SUCCESS


def is_ticked_box(line: str) -> bool:
    box = _BOX.match(line)
    return box is not None and box[1] != " "


def is_open_box(line: str) -> bool:
    """Whether the line is something still to do."""
    box = _BOX.match(line)
    return box is not None and box[1] == " "


def stated(folded: str) -> Severity | None:
    """What a line such as "Status: OK" or "Severidade: alta" states."""
    match = _LABEL.match(folded)
    if match is None:
        return None
    return status_word(match["said"])


def status_word(folded: str) -> Severity | None:
    """The severity of a text that is a status word, perhaps with signs and an explanation."""
    text = re.sub(r"^[\W_]{1,8}", "", folded[:60])
    for length in (3, 2, 1):
        words = re.split(r"[\s]{1,4}", text, maxsplit=length)[:length]
        word = re.sub(r"[\W_]{1,8}$", "", " ".join(words))
        if word in STATUS:
            rest = text[len(" ".join(words)) :].strip()
            # "ok, but ..." still states it; "high test coverage" does not.
            if not rest or not words[-1][-1:].isalnum() or rest[0] in "(-,.;:":
                return STATUS[word]
    return None
