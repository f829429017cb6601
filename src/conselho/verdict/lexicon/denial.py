"""Trouble that is said to be absent: "no errors", "nenhuma vulnerabilidade", "falhas: 0"."""

from __future__ import annotations

import re

from conselho.verdict.lexicon.cue import words

_TROUBLE = words(
    r"""
    errors? failures? failed fails? failing warnings? issues? problems? findings?
    vulnerabilit(?:y|ies) vulnerable vulns? cves? advisor(?:y|ies) alerts? secrets?
    leak(?:s|ed)? regress(?:ions?|ed) conflicts? violations? defects? bugs? incidents?
    crash(?:es|ed)? exceptions? time-?outs? timed_out offen[cs]es? duplicat(?:es?|ions?|ed)
    anomal(?:y|ies) flak(?:y|es|iness) retries broken broke mismatch(?:es)? differences?
    drift(?:ed)? concerns? blockers? risks? credentials? deprecat(?:ed|ions?) outdated missing
    errored diagnostics threats? malware downtime complaints? outages? discrepanc(?:y|ies)
    orphans? orphaned dangling
    weakness(?:es)? affected todos? fixmes? corrupt(?:ed|ion)? lost unused stale dead
    unreachable blocked attention follow-up action surprises skipped late delayed above over
    beyond exceeding slower slow larger bigger lost unsigned unpinned untested expired hits?
    suspicious unusual unexpected interruptions? pending erros? falhas? falhou falharam
    avisos? alertas? problemas? apontamentos? achados? vulnerabilidades? vulnerave(?:l|is)
    segredos? vaza(?:mentos?|d[oa]s?|ram) regress(?:oes|ao) conflitos? viola(?:coes|cao)
    defeitos? incidentes? exce(?:coes|cao) divergencias? diferencas? pendencias? pendentes?
    anomalias? duplicatas? duplicidades? credenciais quebrad[oa]s? quebrou quebraram riscos?
    bloqueios? bloqueadores? ocorrencias? inconsistencias? obsolet[oa]s? desatualizad[oa]s?
    ausentes? quedas? lentid(?:ao|oes) queixas? ressalvas? perdas? perdid[oa]s? vencid[oa]s?
    afetad[oa]s? instave(?:l|is) instabilidades? intermitencias? orf(?:ao|aos|as|a) grandes?
    pesad[oa]s? large big huge interrup(?:coes|cao)
    corrompid[oa]s? repetid[oa]s? acao acoes observac(?:ao|oes) reclamac(?:ao|oes)
    estour\w{1,4} retrabalho atencao desvios? falta faltando acima pulad[oa]s? perdid[oa]s?
    expirad[oa]s? lent[oa]s? suspeit[oa]s? inesperad[oa]s? duplicad[oa]s? parad[oa]s?
    atras(?:os?|ad[oa]s?) reprovad[oa]s?
    """
)

# Words after a negation that show that something else is denied: "could not fix the error".
_OTHER = words(
    r"""
    that because so but and for until longer only just time way access response reply answer able
    possible could can fix\w* handl\w+ finish\w* complet\w+ run start copy
    e mas porque para ate que exceto except apart backups? resposta acesso tempo consegu\w+ possivel
    resolv\w+ corrig\w+ trat\w+ conclu\w+ rodou executou terminou apenas so somente copia pode podem
    """
)

_DENIED = rf"(?:(?!{_OTHER}\b)[^\s.;!?|,:]{{1,32}} ){{0,5}}?{_TROUBLE}\b"

_AND = (
    r"(?:,| or| and| nor|/| e| ou| nem|, nem|, or|, and| nor any| nem ha|; 0|, 0|, zero|, no"
    r"| and no| and 0| e 0| e zero| e nenhum[a]?| e sem|, sem)"
)

_NEGATION = (
    r"(?:no|zero|0|without|none(?: of(?: the| these| them)?)?(?: \w{1,12})?(?: is| are| was"
    r"| were)?|nenhum[a]? (?:del[ae]s|dos \w{1,12}|das \w{1,12}|esta|foi)|not a single|nor"
    r"|nenhum[a]?|sem|nao|nunca|nem|jamais"
    r"|free (?:of|from)|livres? de|isent[oa]s? de|(?:did|does|do|is|are|was|were|has|have|had"
    r"|could)(?: not|n't)"
    r"|not|never|nothing|nada|neither|ninguem|clear of|clean of|unable to (?:find|reproduce))"
)

_KEYS = (
    r"(?:secrets?|credentials?|passwords?|keys?|tokens?|senhas?|segredos?|credenciais|chaves?"
    r"|certificates?|certificados?)"
)

_LISTED = rf"(?:{_DENIED}|(?:[^\s.;!?|,:]{{1,20}} ){{0,2}}?{_KEYS}\b)"

_SUCH = (
    r"(?: (?:com mais de|mais de|acima de|maior(?:es)? (?:do )?que|older than|over|above"
    r"|larger than"
    r"|longer than) \d[^,.;!?]{0,30})?"
)

ABSENT = re.compile(
    rf"(?<![\w.,/-]){_NEGATION} {_DENIED}(?:{_AND} ?{_LISTED}){{0,6}}{_SUCH}"
    rf"|(?<![\w.,/-])(?:no|zero|0|nenhum[a]?|nao (?:encontr\w{{2,4}}|ha|foram encontrad\w{{2}}"
    rf"|achei|achamos)|(?:did not|didn't) (?:find|see|spot)(?: any)?) (?:[^\s.;!?"
    rf"|,:]{{1,20}} ){{0,3}}?{_KEYS}\b"
    rf"(?:{_AND} ?{_LISTED}){{0,6}}(?=[^.;!?]{{0,40}}\b(?:found|encontrad\w{{2}}|detect\w{{2,5}}"
    rf"|expost\w{{2}}|exposed|leaked|vazad\w{{2}}|in (?:the )?(?:code|repo\w*|history|logs?)"
    rf"|n[oa] (?:codigo|repositorio|historico)|committed|in (?:any|all|the|these|those|its?|our"
    rf"|\d|§)|em (?:nenhum|qualquer|tod|\d|§)"
    rf"|n(?:o|a|os|as|el[ea]s?)\b)|[.!]?$)"
)

# "errors: 0", "falhas | 0", "quebrou em relacao a ontem: nada"
ABSENT_AFTER = re.compile(
    rf"\b{_TROUBLE}\b(?: \([^()]{{0,20}}\))?(?: [^\s.;!?|:=]{{1,20}}){{0,5}}? ?(?:[:=|]|->| - )["
    rf" |]{{0,12}}(?:0(?![.,/]?\d)(?! ?%)|zero\b|none\b|nenhum[a]?\b|nada\b|nil\b|no\b|nao\b"
    rf"|nothing\b|n/a\b|\[\])"
)

# "is not available", "não está completa": what is denied is no praise.
NEGATED = re.compile(
    r"(?:\b(?:not|nao)|n't) (?:(?:be|been|yet|e|esta|estao|foi|foram|ser|all|so) ){0,2}"
    r"(?:available|complete|valid|ok|good|fine|reachable|readable|stable|correct|disponive(?:l|is)"
    r"|complet[oa]s?|valid[oa]s?|correct|corret[oa]s?|estave(?:l|is)|atualizad[oa]s?)\b"
)

TROUBLE = re.compile(rf"\b{_TROUBLE}\b")

ABSENT_SHORT = re.compile(
    r"^[^:.!?|]{2,60}: (?:none|nenhum[a]?|nada)(?: found| encontrad[oa])?(?= in | em |[.,;]|$)"
    r"|\b(?:none|nenhum[a]?|nada) (?:was |were |foi |foram )?(?:found|encontrad[oa]s?|detected)\b|"
    r"\b(?:nothing|nada)(?: \w{1,12}){0,2} (?:to|a|que|para|de)(?: \w{1,12})? ?"
    r"(?:report|fix|do|flag|open|note|add|change|declare|worry|relatar|corrigir|fazer|apontar"
    r"|declarar|registrar"
    r"|assinalar|reportar|observar|preocup\w+|acrescentar|destacar|mencionar|novo|grave|errado"
    r"|urgente|suspeito)\b"
    r"|\bnothing (?:wrong|suspicious|unusual|new|broken|stood out|is wrong|was found|found"
    r"|came up|turned up)\b"
    r"|\bnada (?:foi )?(?:encontrad[oa]|errado|suspeito|de errado|de novo|consta|anormal|chamou"
    r"|fora d[oa])"
    r"|\b(?:no|sem|zero) (?:further |more |other |mais |outros )?(?:comments?|remarks?"
    r"|comentarios?)(?: to make| a fazer)?[.!]?$"
    r"|\bthere (?:are|is|were|was) none\b|\bnao (?:ha|achei|encontrei|existe(?:m)?)(?:"
    r" nenhum[a]?)?[.!]?$"
    r"|\bunaffected\b|\bunharmed\b"
)

# "no container older than a day", "nenhum com mais de um ano"
NONE_SUCH = re.compile(
    r"\b(?:no|none|nenhum[a]?)(?: [^\s.;!?|,]{1,20}){0,3}? (?:is |are |com |with |de |ha"
    r" )?(?:older|more|over|larger"
    r"|longer|bigger|above|mais|acima|maior(?:es)?) (?:than|d[eo]|(?:do )?que) [^,.;!?]{1,24}"
    r"|\b(?:no|none|0|zero|nenhum[a]?) (?:[^\s.;!?|,]{1,20} ){0,2}(?:that|which|que) (?:could"
    r" not|failed"
    r"|cannot|nao|falh\w{1,4}) [^.;!?,]{1,40}"
)

CLEAN = "¤"  # stands where trouble was denied

# What is left of a negation when no trouble is denied: something is not as it should be.
LACK = re.compile(
    r"(?<!-)\b(?:not|n't|cannot|nao|no longer|without|sem|lacks?|missing|falta(?:m)?|nobody"
    r"|ninguem|never|nunca|instead|but|however|porem|mas|no entanto|only)\b|n't\b"
)
