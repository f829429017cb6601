"""What is out of date, on its way out, or past a limit."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue

OUTDATED = cue(
    Severity.WARNING,
    "out of date or on the way out",
    r"\b(?:says?|asks? for|shows?|mentions?|describes?|recommends?|teaches|diz(?:em)?|pede(?:m)?"
    r"|mostra(?:m)?|cita(?:m)?|menciona(?:m)?|manda(?:m)?|ensina(?:m)?"
    r"|recomenda(?:m)?)\b[^.;!?]{1,80}?"
    r"\b(?:requires?|asks? for|needs?|expects?|wants|exige|pede|requer|precisa d[eo]|renamed"
    r"|mudou de nome|mudaram de nome|no longer exists?|nao exist\w{1,2}(?: mais)?|foi (?:removid"
    r"|renomead)[oa]|was (?:removed|dropped|deleted))\b",
    r"\b(?:links?|anchors?|ancoras?)\b[^.;!?]{0,50}? (?:leads?|goes?|go|points?|levam?|apontam?"
    r"|vao|caem)"
    r" (?:to|a|para|em|nowhere|n)\b",
    r"\b(?:out of|saiu d[eo]|saiu do|fora d[eo]) (?:support|suporte)\b|\b(?:past|after) (?:its"
    r" )?end of"
    r" (?:life|support)\b",
    r"\b(?:versao|versoes|releases?|versions?) (?:nov[oa]s?|mais (?:recentes?|nov[oa]s?))\b"
    r"|\bnov[oa]s? vers(?:ao|oes)\b|\bnobody \w{3,12} any ?more\b",
    r"\b(?:leaves?|leaving|sai(?:ra)?|perde(?:ra)?|loses?) (?:d[eo]|out of|o )? ?(?:support"
    r"|suporte|maintenance)\b|\b(?:support|suporte) (?:ends?|ended|stops?|acaba|termina"
    r"|vence)\b|\b(?:maintenance mode|modo de manutencao)\b|\b(?:overdue|was due"
    r"|vencid[oa] ha|em atraso)\b|\b\d{1,3} (?:days|dias) (?:left|restantes)\b|\b(?:restam"
    r"|faltam) \d{1,3} (?:dias|semanas)\b",
    r"\b(?:still|ainda) (?:\w{1,10} )?(?:describes?|uses?|using|mentions?|refers?|points?"
    r"|documents?|says?|recommends?|depends?|relies|calls?|targets?|links?|shows?|runs? on"
    r"|usa(?:m)?|usando|cita(?:m)?|menciona(?:m)?|descreve(?:m)?|aponta(?:m)?|manda(?:m)?"
    r"|fala(?:m)?|depende(?:m)?|chama(?:m)?|mostra(?:m)?|recomenda(?:m)?|roda(?:m)? (?:em"
    r"|com|n))\b",
    r"\b(?:behind|atras) (?:by|em|d[ao]|o |the |its )|\b(?:versions?|versao|versoes"
    r"|releases?) (?:\w{1,10} )?(?:behind|atras|antigas?|old|older)\b|\b(?:old|older"
    r"|antig[oa]s?|velh[oa]s?) (?:version|versions|release|api|versao|versoes|biblioteca"
    r"|library)\b",
    r"\b(?:older than|more than|over|ha mais de|com mais de|mais de"
    r"|for) (?:\w{1,8} )?(?:\d{1,4}|one|two|three|six|um|dois|tres|seis) (?:days|weeks"
    r"|months|years|dias|semanas|mes|meses|anos?)\b|\b(?:sem|no|without"
    r"|zero) (?:\w{1,10} )?(?:activity|reviewers?|owners?|maintainers?|assignees?|atividade"
    r"|revisor(?:es)?|dono|donos|responsave(?:l|is)|mantenedor)\b|\binactive\b"
    r"|\binativ[oa]s?\b",
    r"\b(?:mas|porem|but|while|enquanto) (?:o |the |a )?(?:project|code|projeto|codigo"
    r"|manifest|ci|lockfile) (?:\w{1,10} )?(?:pede|exige|usa|requires?|uses?|needs|says"
    r"|ja)\b",
    r"\b(?:update|upgrade|atualizac(?:ao|oes)|patch|renewal|renovacao) (?:is |esta "
    r"|ficou )?(?:pending|due|overdue|pendentes?|atrasad[oa])\b|\bends? support\b"
    r"|\bdeixa(?:ra)? de (?:existir|receber|funcionar) (?:n|em|na|no)",
    r"\b(?:deprecat(?:ed|ions?|es)|obsolet[oaes]{1,2}|end[- ]of[- ]life|eol|unmaintained"
    r"|abandoned|unsupported|abandonad[oa]s?|fim de vida|fim d[oe] suporte|sem suporte"
    r"|sem manutencao|descontinuad[oa]s?|legacy (?:api|call)s?|sera removid[oa]"
    r"|will be removed|archived upstream)\b",
    r"\b(?:outdated|out[- ]of[- ]date|desatualizad[oa]s?|defasad[oa]s?|(?:versions?"
    r"|releases?|versoes|commits?) (?:behind|atras)|atrasad[oa]s?|behind (?:the )?(?:latest"
    r"|upstream|main|master|origin|schedule)|newer versions?|versoes? mais nov[oa]s?"
    r"|updates? (?:is |are )?available|atualizac(?:ao|oes) (?:disponive\w{1,2}"
    r"|pendentes?))\b",
    r"\b(?:expires?|expiring|will expire|expira(?:m)?|expirara|vence(?:m)?|vencera|vencendo"
    r"|runs out|acaba|termina) (?:in|on|within|em|dentro de|no dia|daqui a) (?:\w{1,8} )?\d",
    r"\b(?:stale|orphan(?:ed|s)?|orf[ao]s|orfao|parad[oa]s|abandoned|unmerged|uncommitted"
    r"|untracked|unpushed|not pushed|nao (?:commitad|enviad|rastread|versionad"
    r"|mesclad)[oa]s?|sem commit|alteracoes pendentes|esquecid[oa]s?|sem uso)\b",
    firm=True,
)

PAST_LIMIT = cue(
    Severity.WARNING,
    "past a limit",
    r"\b\d[\d.,]{0,8} ?[a-z%]{0,8} (?:more|over|above|longer|larger|a mais|acima) (?:than"
    r"|(?:d[eo] )?que"
    r"|d[eo]) (?:what )?(?:o que )?(?:(?:we|was|is|foi|o) )?(?:had |have )?(?:allow|agreed|permit"
    r"|plan|combin"
    r"|acert|planej|aceit)\w{0,8}\b",
    r"\b(?:has|have|tem|teria|quase|nearly|almost)? ?(?:doubled|tripled|dobrou|dobraram"
    r"|triplicou|duplicou)\b",
    r"\b(?:has|have|with|tem|com|chegou a|reached|spans|soma(?:m)?) (?:over |mais de |about "
    r"|cerca de |now )?\d{1,3}(?:[.,]?\d{3}){1,3} (?:lines|linhas|loc)\b|\b(?:has|have|with"
    r"|tem|com|chegou a|spans) (?:over |mais de )?[5-9]\d{2} (?:lines|linhas|loc)\b",
    r"\b(?:levels?|niveis) (?:deep|of (?:nesting|indentation)|de (?:aninhamento"
    r"|indentacao))\b|\bdeeply nested\b|\baninhad[oa]s? demais\b",
    r"\b(?:over 1|over [2-9]|acima de \d|mais de \d{1,3}|larger than|above"
    r"|over) ?\d{0,4} ?(?:mb|gb|mib)\b",
    r"\b(?:above|over|larger than|bigger than|longer than|more than|acima de|com mais de"
    r"|maior(?:es)? (?:do )?que|passam? d[eo]s?|exceeds?|excedem?|ultrapassam?"
    r"|beyond) \d{1,6}(?:[.,]\d{1,3})? ?(?:mb|kb|gb|mib|kib|lines|linhas|loc|ms|s\b"
    r"|characters|caracteres|colunas|columns)\b",
    r"\bcoverage\b {0,1}(?:\S{1,20} ){0,6}?(?:dropped|fell|down|decreased|low|shrank|slipped"
    r"|lost|below|under|missed)\b|\bcobertura\b (?:\S{1,20} ){0,6}?(?:caiu|baixou|diminuiu"
    r"|baixa|recuou|abaixo|encolheu|perdeu)\b",
    r"\b(?:too|demasiad[oa]) (?:many|much|long|large|big|old|slow|high|low|complex|wide|deep"
    r"|few|wide|broad)\b|\b(?:grande|longo|longa|lent[oa]|antig[oa]|alt[oa]|complex[oa]"
    r"|muitos|muitas)s? demais\b|\bmuito (?:grande|long|lent|antig|complex|pesad)\w{0,3}\b",
    r"\b(?:large|big|huge|oversized|heavy|giant) (?:\w{1,12} )?(?:files?|functions?|modules?"
    r"|blobs?|bundles?|images?|assets?)\b|\b(?:arquivos?|funcoes|funcao|modulos?|imagens"
    r"|imagem) (?:\w{1,12} )?(?:grandes?|pesad[oa]s?|enormes?|gigantes?|extens[oa]s?"
    r"|long[oa]s?)\b",
)
