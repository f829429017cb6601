"""Advice, which is a warning only where nothing says that all is well."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue

ADVICE = cue(
    Severity.WARNING,
    "advice",
    r"\b(?:passou|passaram|went|grew|rose|foi|foram|subiu|moved) (?:de"
    r"|from) \d\S{0,10} (?:\S{1,12} )?(?:para|to) \d",
    r"\b(?:would|will|should) (?:fix|help|solve|reduce|speed|shrink|avoid)\b|\b(?:resolveria"
    r"|ajudaria|reduziria|evitaria|corrigiria)\b|\bfalta(?:m|ndo|va)?\b|\b(?:is|are"
    r"|still) missing\b|\blacks?\b|\bnote that\b|\bworth noting\b|\bvale notar\b"
    r"|\bhave a look\b|\bmigrat(?:e|ing)\b|\bmigrar\b",
    r"\b(?:could|poderia(?:m)?|podia(?:m)?|pode(?:m)?) (?:be|ser) \w{3,15}(?:ed|ad[oa]s?"
    r"|id[oa]s?)\b|\b(?:one|two|three|some|a few|um|dois|duas|tres|alguns|algumas"
    r"|\d{1,3}) (?:suggestions?|comments?|remarks?|notes?|sugest(?:ao|oes)|comentarios?"
    r"|observac(?:ao|oes)|ressalvas?|pontos?)\b ?[:-]",
    r"\bvale(?:m|ria)? (?:\w{3,15}[aei]r)\b|\bworth (?:\w{3,15}ing|a (?:look|ticket"
    r"|second))\b|\b(?:prefer|preferir|prefira|melhor usar|better to|easier to"
    r"|mais facil de)\b",
    r"\b(?:would|could|podia|poderia|ficaria|seria) (?:\S{1,12} ){0,4}?(?:faster|smaller"
    r"|cleaner|clearer|simpler|shorter|safer|mais \w{3,12}|melhor|menor)\b|\b(?:somebody"
    r"|someone|alguem) (?:should|must|needs|deve|precisa|deveria)\b",
    r"\b(?:trend|tendencia|tendency)\b(?: \S{1,10}){0,4} (?:up|upwards?|wrong|worse|alta"
    r"|piora|subida|crescimento|queda)\b",
    r"\b(?:worth|consider(?:ing)?|recommend(?:ed|s|ation)?|suggest(?:ed|s|ions?)?|should"
    r"|ought to|would be (?:good|nice|better|wise)|could be (?:improved|simplified|smaller"
    r"|split|removed|faster)|room for improvement|split(?:ting)? (?:it|the|them)"
    r"|clean(?:ing)? up|plan (?:an?|the|to) (?:update|upgrade|migration)|keep an eye"
    r"|watch (?:it|this|out)|next (?:time|sprint|window|maintenance)|please (?:look|review"
    r"|check|update))\b",
    r"\b(?:convem|vale (?:a pena|considerar|olhar|revisar|dividir|agendar|planejar"
    r"|acompanhar)|recomend\w{1,6}|sugir\w{1,3}|sugest(?:ao|oes)|sugere-se|deveria(?:m)?"
    r"|seria bom|seria melhor|e bom|pode(?:m)? ser (?:melhorad|simplificad|removid|dividid"
    r"|reduzid)[oa]s?|ponto(?:s)? de melhoria|melhorias?|dividir|ficar de olho|acompanhar"
    r"|considere\w?|considerar|planej\w{1,3}|agendar|quando alguem|na proxima (?:janela"
    r"|sprint|manutencao)|revisem?|atualizem?)\b",
    r"\b(?:left|restam|restantes|remaining)\b.{0,20}\b(?:days|weeks|dias|semanas)\b"
    r"|\b(?:days|weeks|dias|semanas) (?:left|remaining|restantes)\b",
    firm=False,
)
