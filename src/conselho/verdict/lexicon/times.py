"""Whether a sentence tells of the present: trouble that is over, the past, plans."""

from __future__ import annotations

import re

RESOLVED = re.compile(
    r"\b(?:the fix holds|(?:later|next|following|seguintes?|posteriores?) (?:\S{1,15} )?(?:went"
    r" through|passed"
    r"|succeeded|ran|sa(?:iu|iram) bem|passaram|rodaram|deram certo)|a correcao (?:resiste"
    r"|funciona|vale)|(?:could not|couldn't|unable to"
    r"|nao consegui) (?:be )?reproduc?\w{1,4}"
    r"|tr(?:y|ied) to reproduce [^.;!?]{1,120} could not)\b|"
    r"\b(?:fixed|resolved|solved|recovered|repaired|patched|remediated|eliminated|reverted"
    r"|no longer(?! (?:exists?|works?|compiles?|builds?|valid|available|maintained|supported"
    r"|responds?|starts?|reachable|matches))|went away|disappeared|green again|pass(?:es"
    r"|ed)? again|is back|are back|back to normal|works again"
    r"|false (?:alarm|positive)s?|(?:alarms?|alerts?|alarmes?|alertas?) (?:\S{1,10}"
    r" ){0,5}?(?:was|were|foi|foram"
    r"|eram?) fals[eo]s?|cleared up|corrigi(?:d[oa]s?|u|ram|mos)?|resolvi(?:d[oa]s?)?"
    r"|resolveu|sana(?:d[oa]s?|ram)"
    r"|solucionad[oa]s?|normaliz(?:ad[oa]s?|ou|aram)"
    r"|consertad[oa]s?|superad[oa]s?|voltou a|voltaram a|voltou ao|deixou de|deixaram de|ja nao"
    r"|sumiu|sumiram|desapareceu|revertid[oa]s?|falsos? positivos?|alarme falso"
    r"|removid[oa]s? ontem|ja foi|ja foram|foi trocad[oa]"
    r"|quitad[oa]s?|rotated|revoked|renewed|purged|reissued|renovad[oa]s?|revogad[oa]s?"
    r"|dismissed|descartad[oa] porque|(?:have|has) been (?:stable|quiet|green)|causa (?:foi"
    r" )?removida"
    r"|cause (?:was )?(?:found and )?removed|rotacionad[oa]s?|trocad[oa]s?|desfeit[oa]s?"
    r"|mitigad[oa]s?|restabelecid[oa]s?|pass(?:es"
    r"|ed)? now|works now|now (?:works|passes)|agora (?:passa|passam|funciona)|nao voltou a)\b"
    r"|\bnao (?:se )?(?:falh|aparec|ocorr|acontec|reproduz|quebr|trav|repet|caiu|cai|surg|acus"
    r"|registr|ha|houve)\w{0,6} (?:\w{1,12} )?mais\b|\bnao se (?:repet\w{1,3}"
    r"|reproduz\w{0,3})\b|\bnao reapareceu\b|\b(?:did|does|has|have) not (?:recur|come back"
    r"|reappear|happened again|happen again|repeat)\w{0,3}\b|\b(?:pass|green|verde|passou"
    r"|passam) (?:again|de novo|novamente)\b"
)

# A release that would mend it exists; it is not installed.
FIX_EXISTS = re.compile(
    r"(?<!was )(?<!were )(?<!foi )\b(?:fixed|patched|solved|corrigid[oa]s?|resolvid[oa]s?) (?:in"
    r"|from|na|no|em|a partir d[ae])"
    r" (?:the )?(?:version |versao |release |v)?\d{1,4}\.\d"
)
# These are over only when it is trouble that they are said of.
OVER = re.compile(
    r"\b(?:closed|encerrad[oa]s?|fechad[oa]s?|tratad[oa]s?|restored|restaurad[oa]s?|replaced"
    r"|substituid[oa]s?|recuperad[oa]s?|addressed|eliminad[oa]s?"
    r"|ended|is over|terminou|acabou|cessou|cessaram|passou)\b(?! (?:com|por|with|by|without|sem"
    r"|antes|in|em|early))"
    r"|\bnao existe(?:m)? mais\b|\bback (?:to|at|below|under)\b|\bsince then\b|\bdesde entao\b"
)

UNRESOLVED = re.compile(
    r"\b(?:not|never|isn't|aren't|wasn't|hasn't|haven't|nao|nunca|nem|ainda|to be|be|must be|ser"
    r"|serem|sera|seja|a ser|until|ate|cannot"
    r"|before|antes|without|sem)(?: \w{1,15}){0,3}? (?:fixed|resolved|solved|recovered|repaired"
    r"|patched|restored|closed|addressed"
    r"|remediated|corrigi\w{1,4}|resolvi\w{1,4}|sanad[oa]s?|solucionad[oa]s?|encerrad[oa]s?"
    r"|fechad[oa]s?|recuperad[oa]s?"
    r"|restaurad[oa]s?|tratad[oa]s?|foi|voltou|rotated|revoked|renewed|replaced|purged"
    r"|revogad[oa]s?|rotacionad[oa]s?|renovad[oa]s?|substituid[oa]s?|trocad[oa]s?|removid[oa]s?"
    r"|consertad[oa]s?|revertid[oa]s?|reverted)\b|\bunresolved\b|\bfix(?:ed)? by hand\b"
    r"|\bfailed? closed\b"
)

PAST = re.compile(
    r"(?<!since )(?<!desde )(?<!than )\b(?:yesterday|last (?:night|week|month|year|quarter|run"
    r"|time|round|release|sprint|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)|on (?:monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)|n[ao] (?:segunda|terca|quarta|quinta|sexta|sabado"
    r"|domingo)(?:-feira)?(?! (?:tentativa|vez|rodada|execucao))|previous(?:ly)?|earlier"
    r"|in (?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|20\d\d)|(?:days|weeks|months|years|hours) ago"
    r"|back then|at the time|used to|historical(?:ly)?"
    r"|post-?mortem|retrospective|ontem|anteontem|semana passada|mes passado|ano passado"
    r"|trimestre passado|anterior(?:es|mente)?"
    r"|antig[oa]s?|na epoca|historico|no passado|ha (?:\d{1,4}|uns|duas|dois|tres"
    r"|alguns) (?:dias|semanas|meses|anos|horas)"
    r"|em (?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro"
    r"|dezembro))\b"
    r"|\b(?:no dia|on|em) \d{1,2}(?:/| de | )(?:\d{1,2}|[a-z]{3,9})\b"
)

FUTURE = re.compile(
    r"\b(?:will|expires?|leaves?|ends|until|due|by (?:the )?end|next|vence(?:m)?|expira(?:m)?"
    r"|sai|termina(?:m)?|sera|serao|ate|proxim[oa]s?|previst[oa]s?|planned|planejad[oa]s?)\b"
)

ONGOING = re.compile(
    r"\b(?:since|desde|still|ainda|continu\w{1,6}|segue|seguem|remains?|keeps?|persist\w{1,4}"
    r"|until now|ate agora|for the last|again today"
    r"|every (?:run|time|night)|toda vez|de novo hoje)\b"
)

IMPERATIVE_PLAN = re.compile(
    r"\b(?:will (?:be|check|look|run|examine|review|scan|test|start)|going to|next (?:run|round"
    r"|step)|plan(?:ned|s)? to|to do next"
    r"|will \w{3,12} (?:failing|leaked|the|old|all)|will cover|vai cobrir|vou|vamos|irei|sera"
    r"|serao|pretendo|na proxima (?:rodada|execucao)|a proxima rodada)\b"
)
