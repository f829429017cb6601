"""A measured value beside its limit: "81 % (threshold 80 %)", "p95 de 340 ms, limite de 500 ms"."""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.limits import ABOVE_LIMIT, BELOW_LIMIT

_VALUE = (
    r"(?<![\w.,/-])(?P<value>\d{1,9}(?:[.,]\d{1,4}){0,2}) ?(?P<unit>%|ms|s|kb|mb|gb|kib|mib|gib"
    r"|lines|linhas|days|dias|pontos|points)?"
)
_KIND = (
    r"(?P<kind>(?:warning|alert|warns|alerts|aviso|alerta|alarme) (?:at|em|a partir de)"
    r"|alert level|nivel de alerta|warning level|limit|limite|threshold|target|goal|meta"
    r"|alvo|budget|orcamento|max|maximum|maximo|teto|ceiling|minimum|minimo|piso|objective"
    r"|aim(?:s|ed)? (?:at|for)|(?:we|i) want|queremos|pedimos|miramos|objetivo|contratado|floor"
    r"|required|requires|exigid[oa]|slo|quota|cota|allowed|permitid[oa]|fail-?under|baseline)"
)
_PAIR = re.compile(
    rf"{_VALUE}(?P<between>[^\d.!?|]{{0,40}}?[ (,|:;]){_KIND}\b[^\d"
    rf"|;!?]{{0,24}}(?P<bound>\d{{1,9}}(?:[.,]\d{{1,4}}){{0,2}})(?![\d]) ?(?P<unit2>%|ms|s|kb|mb"
    rf"|gb|kib|mib|gib)?"
)
# "4.1 where 4.5 is asked", "71 %; 80 % is asked", "0.4 s of the 2 s allowed"
_ASKED = re.compile(
    rf"{_VALUE}(?::1)?(?P<between>[^\d.!?|]{{0,24}}?(?:where|when|while|but|onde|quando|mas|;|,"
    rf"|of|out of"
    rf"|d[oea]s?) ?(?:the |our |os |as |o |a"
    rf" )?)(?P<bound>\d{{1,9}}(?:[.,]\d{{1,4}}){{0,2}})(?::1)?(?!\d) ?"
    rf"(?P<unit2>%|ms|s|kb|mb|gb|kib|mib|gib)?(?: \w{{1,12}})?? (?:(?:is|are|was|were|e|sao|foi"
    rf"|foram)"
    rf" )?(?:(?P<floor>asked|required|wanted|needed|expected|promised|pedid[oa]s?|exigid[oa]s?"
    rf"|esperad[oa]s?|prometid[oa]s?)|(?P<ceiling>allowed|permitted|tolerated|available"
    rf"|permitid[oa]s?"
    rf"|tolerad[oa]s?|admitid[oa]s?))\b"
)
_BIGGER_IS_BETTER = re.compile(
    r"\b(?:coverage|cobertura|covered|score|nota|lighthouse|contrast|contraste|uptime"
    r"|availability|disponibilidade|success rate|taxa de sucesso|mutation|docstrings?"
    r"|documentad\w{1,2}|free|livre|livres|expires?|expira|vence|valid for|valid[oa] por"
    r"|remaining|restantes?|accuracy|acuracia|precisao|hit rate|throughput)\b"
)
_COSTS = re.compile(
    r"\b(?:latency|latencia|time|tempo|size|tamanho|errors?|erros?|usage|uso|p9\d|ms|kb|mb|gb"
    r"|seconds|segundos|memory|memoria|cpu|duration|duracao|cost|custo|bundle|pacote)\b"
)
_FLOORS = {
    "minimum",
    "minimo",
    "piso",
    "floor",
    "required",
    "requires",
    "exigido",
    "exigida",
    "fail-under",
    "failunder",
}
_GOALS = {"target", "goal", "meta", "alvo", "slo", "baseline", "objective", "objetivo"}
_WISH = re.compile(r"(?:aim|we |i |queremos|pedimos|miramos)")
_COST_UNITS = {"ms", "s", "kb", "mb", "gb", "kib", "mib", "gib", "lines", "linhas"}


def compared(sentence: str) -> Severity | None:
    """Success when each value keeps to its limit, warning when one does not, None without any."""
    found: list[bool] = []
    for match in _PAIR.finditer(sentence):
        unit, other = match["unit"], match["unit2"]
        if unit and other and unit != other:
            continue
        value, bound = _number(match["value"]), _number(match["bound"])
        found.append(value >= bound if _is_floor(sentence, match) else value <= bound)
    for match in _ASKED.finditer(sentence):
        value, bound = _number(match["value"]), _number(match["bound"])
        found.append(value >= bound if match["floor"] else value <= bound)
    if not found:
        return _in_words(sentence)
    return Severity.SUCCESS if all(found) else Severity.WARNING


def _in_words(sentence: str) -> Severity | None:
    """ "below the target" and its kin: good or bad depends on what is measured."""
    better = _BIGGER_IS_BETTER.search(sentence) is not None
    if ABOVE_LIMIT.search(sentence):
        return Severity.SUCCESS if better else Severity.WARNING
    below = BELOW_LIMIT.search(sentence)
    if below is None:
        return None
    falls_short = better or (below["limit"] in _FLOORS | _GOALS and not _COSTS.search(sentence))
    return Severity.WARNING if falls_short else Severity.SUCCESS


def _is_floor(sentence: str, match: re.Match[str]) -> bool:
    if match["kind"] in _FLOORS:
        return True
    if match["unit"] in _COST_UNITS:
        return False
    better = _BIGGER_IS_BETTER.search(sentence) is not None
    if match["kind"] in _GOALS or _WISH.match(match["kind"]):
        return True
    # "coverage 71 (threshold 80)", but "81 % of the disk (threshold 80 %)"
    return better


def _number(text: str) -> float:
    """A number as people write it: "1,800" and "1.800" are thousands, "1,8" and "1.8" are not."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3}){1,2}", text):
        return float(re.sub(r"[.,]", "", text))
    whole, _, rest = text.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '') or 0}")
