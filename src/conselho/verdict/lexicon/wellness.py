"""What is said to be well, as a whole or in one point."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue
from conselho.verdict.lexicon.nouns import LIMIT

ALL_WELL = cue(
    Severity.SUCCESS,
    "it says that all is well",
    r"\b(?:vale|valem|valid[oa]?s?) (?:ate|until|through|till)\b",
    r"\b(?:never|not|nao foi|nao foram|nunca foi) (?:touched|affected|tocad[oa]s?|afetad[oa]s?)\b",
    r"\b(?:works?|working|runs?|behaves?|funciona(?:m|ndo)?|roda(?:m|ndo)?) (?:as|como) (?:it "
    r"|they )?"
    r"(?:should|dev\w{1,6})\b|\b(?:same|equal|mesm[oa]s?|igua(?:l|is)) (?:\w{1,10} )?(?:counts?"
    r"|totals?"
    r"|values?|contage(?:m|ns)|tota(?:l|is)|valor(?:es)?|digests?|hash(?:es)?)\b",
    r"\b(?:nothing but|only|so|apenas) (?:praise|elogios)\b|\bvery good(?: result)?\b|\bmuito"
    r" b(?:om|oa)\b",
    r"\b(?:nothing|nada) (?:left |else |mais |more )?(?:to (?:do|fix|report|change)"
    r"|a (?:fazer|corrigir|relatar|mudar|declarar))\b",
    r"\b(?:all|every|each|both|everything|todos?|todas?|tudo|ambos|ambas|cada|os \d{1,6}"
    r"|as \d{1,6})\b(?: [^\s.;!?|]{1,24}){0,8}? (?:pass(?:es|ed|ing|am|ou|aram)?|green|ok"
    r"|fine|good|clean|valid|healthy|succeed(?:ed|s)?|succeeded|successful(?:ly)?|current"
    r"|up[- ]to[- ]date|reachable|match(?:es|ed)?|present|complete|consistent|certo|bem"
    r"|verdes?|limp[oa]s?|em ordem|em dia|ok|valid[oa]s?|saudave(?:l|is)|sucesso|conforme"
    r"|aprovad[oa]s?|atualizad[oa]s?|integr[oa]s?|respond(?:em|eram|e|eu)|confere(?:m)?"
    r"|bat(?:em|eram|e)|traduzid[oa]s?|translated|normal|normais|presentes?|document(?:ed"
    r"|ad[oa]s?)|cobert[oa]s?|covered|pinned|fixad[oa]s?|signed|assinad[oa]s?|formatted"
    r"|formatad[oa]s?|done|finished|delivered|feit[oa]s?|entregues?)\b",
    r"\b(?:tudo (?:certo|ok|bem|em ordem|verde|limpo|funcionando|nos conformes|tranquilo"
    r"|em dia)|all (?:good|clear|green|well|fine|set|is well)|looks? (?:good|fine|clean"
    r"|healthy)|lgtm|no action (?:is )?(?:needed|required|necessary)|nenhuma acao"
    r"|no follow-?up|no further action|safe to (?:merge|deploy|release|ship)"
    r"|ready to (?:merge|deploy|release|ship)|good to go|approved?|aprovad[oa]s?"
    r"|liberad[oa]s?(?! (?:para|a|ao) (?:leitura|escrita|tod|publico|qualquer))|pode (?:publicar"
    r"|mesclar|subir|seguir)|pront[oa] para (?:publicar"
    r"|publicacao|merge|producao)|ship it)\b",
    rf"\b(?:meets|met|within|dentro|inside|reach(?:es|ed)|hits|atinge|atingiu|atingida"
    rf"|cumpre|cumpriu"
    rf"|respeita\w{{0,2}}|bate) (?:d[oae]s? )?(?:the |its |our |o |a |all |os |as )?"
    rf"(?:\S{{1,15}} ){{0,2}}?{LIMIT}\b",
    r"\b(?:will not expire|nao (?:ira )?expira\w{0,2}|still valid|ainda (?:e )?valid[oa]"
    r"|working tree clean|nothing to commit|arvore de trabalho limpa|nada a submeter"
    r"|everything up-to-date|would be left unchanged|nothing to do|no changes|sem alteracoes"
    r"|sem mudancas|identical|identic[oa]s)\b",
    r"\b(?:terminou|terminaram|concluid[oa]s?|finished|completed"
    r"|ended)\b(?: \S{1,15}){0,4}? (?:on time|no horario|no prazo|normally|normalmente"
    r"|sem surpresas)\b",
    firm=True,
)

WELL = cue(
    Severity.SUCCESS,
    "something is well",
    r"\b(?:passed|passing|passes|pass|(?:passou|passaram)(?! de \d)|passam|aprovou|succeeded"
    r"|succeeds"
    r"|success|successful(?:ly)?|sucesso|bem-sucedid[oa]s?|green|verdes?|clean|limp[oa]s?"
    r"|healthy|saudave(?:l|is)|valid[oa]?s?|well-formed|bem-formad[oa]s?|up[- ]to[- ]date"
    r"|current and|em dia|intact[oa]?s?|integr[oa]s?|in sync|sincronizad[oa]s?|em ordem"
    r"|verified|verificad[oa]s?|match(?:es)?|confere(?:m)?|coincidem?|conforme|compliant"
    r"|consistent|compative(?:l|is)|compatible|identical|identic[oa]s?|iguais (?:a|ao|aos)"
    r"|came up|subiu em|recovered|recuperou-se|held|restored|restaurad[oa]s?|permissive"
    r"|no horario|on time|assinad[oa]s e)\b",
    r"\b(?:answered|responded|responderam|respondem|respond|answer|loads?"
    r"|carrega(?:m)?) (?:\S{1,12} ){0,5}?(?:within|in under|in less than|em menos de"
    r"|dentro d[eo]|abaixo de|em ate) \d",
    r"\b(\d{1,6}) ?(?:/|of|de|out of|d[oa]s) ?(?:the |os |as )?\1\b(?! ?%)",
    r"\b(?:error rate|taxa de erros?|failure rate|perda"
    r"|loss)\b(?: [^\s.;]{1,12}){0,5} 0(?:[.,]0{1,3})? ?%",
    r"\b(?:exit|exit code|codigo de saida|rc|status)[ =:]{1,3}0\b(?![.,]\d)",
    r"\b(?:is|are|was|were|esta|estao|foi|foram|sao) (?:now )?(?:fine|ok|good|current|stable"
    r"|estave(?:l|is)|correct|corret[oa]s?|in order|in place|complete|complet[oa]s?|readable"
    r"|available|disponive(?:l|is)|reachable|protegid[oa]s?|protected|encrypted"
    r"|atualizad[oa]s?|updated|normal|normais)\b",
    r"\b(?:with no|sem|without) (?:surprises|surpresas|incidents?|incidentes?|sobressaltos"
    r"|hiccups)\b",
    r"\b(?:foram|foi|sao|were|was|are|is) (?:all )?(?:atendid[oa]s?|cumprid[oa]s?"
    r"|satisfeit[oa]s?|met|satisfied|fulfilled|kept|respected|respeitad[oa]s?)\b|\b(?:codigo"
    r"|code|status|exit)(?: de saida)? 0\b(?![.,/]\d)|\bok\b(?! ?\?)|\b(?:rodaram|rodou"
    r"|ran) (?:na hora|no horario|on (?:time|schedule)|a tempo)\b|\b(?:correct|corret[oa]s?"
    r"|estave(?:l|is)|stable|equal|iguais)\b|\bdoes what\b|\bfaz o que\b"
    r"|\bhigher than required\b",
    r"\b(?:as|como|conforme) (?:designed|documented|intended|expected|specified|described"
    r"|planned|documentad[oa]s?|esperad[oa]s?|previst[oa]s?|descrit[oa]s?|especificad[oa]s?"
    r"|planejad[oa]s?)\b|\bcover(?:s|ed)? both\b|\b(?:validate|validates|parse|parses) ?[,.]"
    r"|\bdone and\b",
    r"\b(?:every|all|each|todos?|todas?|cada) (?:\S{1,16} ){1,4}?(?:has|have|tem|possui"
    r"|possuem)\b",
    firm=False,
)
