"""Findings that can wait: rated so, warned of, or untidy code and documents."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue
from conselho.verdict.lexicon.nouns import BAD_FLAW, MODEST

MODEST_FINDING = cue(
    Severity.WARNING,
    "a finding of medium or low severity",
    rf"\b{MODEST}(?:[-/ ](?:and|or|e|ou|to|low|medium|moderate|severity|risk|impact"
    rf"|severidade|security|baix[oa]s?|medi[oa]s?)){{0,4}}[- ](?:\w{{1,20}} )?{BAD_FLAW}\b",
    rf"\b{BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated "
    rf"|as )?(?:severidade |gravidade |nivel |risco |severity )?{MODEST}(?: severity"
    rf"| gravidade| risk)?(?=[\s.,;:)!]|$)",
    r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact"
    r"|impacto)\]? ?[:=|] ?\W{0,4}(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]"
    r"|warning|aviso|minor)\b",
    r"^\W{0,6}\[(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|p[234]|sev-?[234]|minor"
    r"|nit|warning|warn|aviso|informational)\]",
    r"^\W{0,6}\(?(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|minor|nit|suggestion"
    r"|sugestao)\)?(?::| - )(?! ?\W{0,3}(?:\d|none|nenhum|zero|nada|¤))",
)

WARNED = cue(
    Severity.WARNING,
    "a warning",
    r"^\W{0,8}(?:warning|warn|aviso|atencao|attention|caution|cuidado|alerta|advertencia"
    r"|notice)\b ?[:!\-]",
    r"\b(?:warnings?|avisos?|alertas?) (?:was|were|is|are|foi|foram|about|sobre|that|de que"
    r"|found|emitid[oa]s?|printed|shown|remain\w?|restam?)\b",
    r"\b(?:emits?|prints?|raises?|shows?|emite(?:m)?|imprime(?:m)?|mostra(?:m)?|gera(?:m)?"
    r"|with|com) (?:\w{1,12} ){0,3}(?:warnings?|avisos?)\b",
    r"\bneeds? (?:attention|a look|work|review|cleanup|updating|an update)\b"
    r"|\b(?:precisa(?:m)?|merece(?:m)?|pede(?:m)?|requer(?:em)?"
    r"|exige(?:m)?) (?:de )?(?:\w{1,8} )?(?:atencao|revisao|ajustes?|limpeza|cuidado"
    r"|atualizacao)\b",
)

UNTIDY = cue(
    Severity.WARNING,
    "untidy code",
    r"\b(?:longer|larger|bigger|taller) than (?:a|one|two) (?:screens?|pages?)\b|\b(?:copied"
    r"|repeated|repetid[oa]s?"
    r"|copiad[oa]s?) (?:in|em) (?:\d|two|three|several|dois|duas|tres|vari[oa]s)\b",
    r"\b(?:but|mas|porem) (?:now )?(?:takes?|needs?|leva(?:m)?|demora(?:m)?) (?:now |about "
    r"|cerca de |agora )?\d",
    r"\b(?:have|has|had|tem|estao|esta|ficaram|ficou) (?:no|without|sem) (?:an? |any |nenhum[a]?"
    r" )?(?:§"
    r"|titles?|titulos?|descriptions?|descricao|captions?|legendas?|docstrings?|labels?|rotulos?)",
    r"\b(?:\d{2,3}|one|two|eight|nine|ten|twelve|dez|doze|many|muitos) (?:parameters|parametros"
    r"|arguments"
    r"|argumentos)\b|\b(?:carry|share|have|tem|compartilham) (?:\S{1,8} ){0,3}?(?:same|mesm[oa]s)"
    r" (?:\d{1,5} )?(?:lines|linhas|code|codigo)\b|\b(?:lines|linhas) of copied code\b",
    r"\b(?:disagree(?:s)?|discorda(?:m)?|contradict(?:s)?|contradiz(?:em)?)\b"
    r"|\b(?:without need|needlessly|unnecessar\w{1,3}|sem necessidade|desnecessari[oa]s?)\b"
    r"|\besquecid[oa]s?\b",
    r"\b(?:sequential|full|table) scans?\b|\bseq scan\b|\b(?:not|nao) (?:rotated"
    r"|rotacionad[oa]|indexed|indexad[oa]s?|cached|comprimid[oa]s?|compressed|minified)\b"
    r"|\b(?:marked|marcad[oa]s?) (?:as |como )?(?:skip\w{0,3}|ignorad[oa]s?|xfail"
    r"|pulad[oa]s?|§)\b|\b(?:\d{1,4}|two|three|four|five|duas|tres|quatro|cinco|varias"
    r"|several|many) (?:copias?|copies)\b",
    r"\b(?:instead of|em vez d[eoa]s?|ao inves d[eoa]s?|rather than)\b|\b(?:hard-?coded"
    r"|inline|embutid[oa]s?|fix[oa]s? no codigo|em linha) (?:css|styles?|estilos?|colou?rs?"
    r"|cores|urls?|paths?|caminhos|strings?|textos?)\b|\bcss (?:embutido|inline|em linha)\b"
    r"|\bcores fixas\b",
    r"\b(?:used to take|levava|costumava levar|demorava"
    r"|took (?:only )?\d{1,4} \w{1,8} (?:before|last|a))\b|\b(?:demor(?:ou|a|am|ando)"
    r"|takes? (?:forever|long|too)|took long)\b",
    r"\b\d{1,3}(?:[.,]\d{3})?-line\b|\b(?:funcao|metodo|classe|arquivo|function|method|class"
    r"|file) (?:de|of|with|com) (?:\d{1,3}[.,])?\d{3} (?:lines|linhas)\b",
    r"\b(?:falta(?:m)?|missing|lacks?) (?:um|uma|uns|umas|an?|the|o|a|two|dois"
    r"|duas) (?:\w{1,14} )?(?:teste|testes|test|tests|validacao|indice|titulo|descricao"
    r"|entry|entrada|check|caso|case|licenca|campo|field|rota|icone)\b",
    r"\bno longer (?:exists?|maintained|supported|valid|available|matches)\b|\bnao exist(?:e"
    r"|em) mais\b|\b(?:not|nao) (?:published|publicad[oa]s?|documented|tagged|linked"
    r"|listad[oa]s?)\b",
    r"\b(?:jump|jumps|pula(?:m)?|salta(?:m)?) (?:from|de)\b|\bheading (?:levels?|order)\b"
    r"|\bharmless\b|\binofensiv[oa]s?\b",
    r"\b(?:has|have|had|with|tem|possui|ficou|estao|esta|is|are) (?:no|without|nao"
    r"|sem) (?:\w{1,12} )?(?:tests?|docs?|documentation|comments?|types?|validation|timeout"
    r"|owner|limit|index|testes?|documentacao|comentarios?|tipos?|validacao|limite|indice"
    r"|dono|teste)\b|\bnao tem(?: \w{1,8})? (?:testes?|documentacao|comentarios?|tipos?"
    r"|validacao|limite|indice|dono)\b",
    r"\b(?:only passed|so passou|passou (?:so|apenas|somente) n"
    r"|precisou de (?:\w{1,8} )?(?:duas|tres|nova|outra|mais)|needed (?:a |two|three|several"
    r"|another)|took (?:two|three|several) (?:attempts|tries|runs)|after (?:a|one"
    r"|two) retr(?:y|ies)|na (?:segunda|terceira) tentativa|(?:on )?(?:the )?(?:second"
    r"|third) (?:attempt|try|run)|re-?run)\b",
    r"\b(?:hard|difficult|dificil|ruim) (?:to|de|para) (?:read|follow|maintain|understand"
    r"|test|ler|seguir|manter|entender|testar|acompanhar)\b|\b(?:confus(?:ing|o|a|os|as)"
    r"|unclear|clearer|misleading|enganos[oa]s?|pouco clar[oa]s?|ambigu(?:ous|o|a))\b",
    r"\b(?:nearly|almost|quase|praticamente) (?:the )?(?:identical|same|duplicates?"
    r"|identic[oa]s?|igua(?:l|is))\b|\b(?:same thing|mesma coisa|mesmo trabalho"
    r"|same (?:logic|code|query|function)|mesma (?:logica|regra|consulta|funcao)|repeated"
    r"|repetid[oa]s?|copiad[oa]s?)\b",
    r"\b(?:with nits|with comments|with (?:minor )?(?:remarks|reservations|suggestions)"
    r"|com ressalvas?|com sugest(?:ao|oes)|com observac(?:ao|oes)|com comentarios|nits"
    r"|small (?:remarks|points|things)|minor (?:remarks|points|things|issues?)"
    r"|pequen[oa]s (?:pontos|ajustes|coisas|observac(?:ao|oes)))\b",
    r"\b(?:grows?|growing|leaks?|leaking|increases?|cresce(?:m)?|vaza(?:ndo)?|aumenta(?:m"
    r"|ndo)?|accumulates?|acumula(?:m|ndo)?) (?:\S{1,12} ){0,7}?(?:every|each|per|a|an|por"
    r"|tod[oa]|cada) (?:day|week|hour|run|request|dia|semana|hora|rodada|requisicao)\b"
    r"|\b(?:memory leak|vazamento de memoria)\b",
    r"\b(?:dead|broken|mort[oa]s?|quebrad[oa]s?) (?:links?|anchors?|images?|references?"
    r"|ancoras?|imagens|referencias?)\b|\blinks? (?:\S{1,8} ){0,4}?(?:are|is|estao"
    r"|esta) (?:dead|broken|mort[oa]s?|quebrad[oa]s?)\b",
    r"\b(?:n\+1|full table scans?|varredura completa|magic numbers?|numeros? magicos?"
    r"|commented[- ]out|comentad[oa]s?|console\.log|print statements?|debug (?:prints?"
    r"|output|code)|circular (?:imports?|dependenc\w{1,3})|dependencias? circular(?:es)?"
    r"|global state|estado global|race condition|condicao de corrida|not idempotent"
    r"|nao e idempotente|tight(?:ly)? coupl\w{2,4}|acoplad[oa]s?|acoplamento|runs as root"
    r"|roda como root|overly (?:broad|permissive)|permissao (?:ampla|demais)"
    r"|world of its own)\b",
    r"\b(?:evaluated|computed|called|run|loaded|fetched|calculad[oa]|chamad[oa]|carregad[oa]"
    r"|executad[oa]) (?:twice|two times|duas vezes|de novo sem|again)\b"
    r"|\bsleeps? (?:for )?(?:a|one|\d)|\bdormem? (?:um|\d)",
    r"\b(?:is|are|e|sao|esta|estao) (?:not|nao) (?:sent|set|enabled|declared|configured"
    r"|enforced|enviad[oa]s?|definid[oa]s?|ativad[oa]s?|declarad[oa]s?|configurad[oa]s?)\b"
    r"|\bnao (?:e|sao|esta|estao|foi) (?:enviad[oa]s?|definid[oa]s?|ativad[oa]s?"
    r"|declarad[oa]s?|configurad[oa]s?)\b|\bmissing (?:\w{1,12} )?headers?\b"
    r"|\bcabecalhos? (?:\w{1,12} )?ausentes?\b",
    r"\b(?:keys?|chaves?|strings?|traduc(?:ao|oes)|translations?|itens|items|campos|fields"
    r"|columns|colunas) (?:\S{1,6} ){0,2}?(?:missing|a menos|faltando|ausentes?|behind)\b"
    r"|\b\d{1,5} (?:\w{1,12} )?(?:a menos|fewer|less) (?:than|que|do que)\b"
    r"|\bincomplet[oa]s?\b",
    r"\b(?:unused|unreferenced|dead code|codigo morto|duplicated? (?:code|blocks?|logic"
    r"|functions?|keys?|entries)|codigo duplicado|trechos? duplicad[oa]s?|duplicad[oa]s"
    r"|nao (?:e |sao )?(?:usad|utilizad|referenciad)[oa]s?|sem uso|copied and pasted"
    r"|copy-paste)\b",
    r"\b(?:missing|lacks?|lacking|without|no) (?:an? |the |any "
    r"|unit )?(?:\w{1,12} )?(?:docstrings?|documentation|tests?|type hints?|types?"
    r"|annotations?|alt text|alt|translations?|licen[cs]e headers?|changelog|index|indexes"
    r"|validation|time-?outs?|retry|readme|integrity)\b",
    r"\b(?:sem|falta(?:m)?|faltando|faltam) (?:\w{1,10} )?(?:docstrings?|documentacao"
    r"|testes?|anotac(?:ao|oes)|tipos|texto alternativo|traduc(?:ao|oes)|licenca|changelog"
    r"|indices?|validacao|cobertura|cabecalho|timeout|limite de tempo)\b",
    r"\b(?:untested|undocumented|untyped|uncovered|untranslated|unformatted|unsorted"
    r"|unpinned|not covered|not pinned|not formatted|nao (?:testad|documentad|cobert"
    r"|formatad|traduzid|fixad|ordenad)[oa]s?|descobert[oa]s?|sem cobertura)\b",
    r"\b(?:flaky|flakes|flakiness|intermitentes?|intermittent(?:ly)?|instave(?:l|is)"
    r"|unstable|oscila(?:m|ndo|ntes?)?|retried|slow(?:er|ed|ly)?|lent[oa]s?|degrad\w{2,6}"
    r"|regress(?:ed|ao|oes|ions?)|piorou|pioraram|worse)\b",
    r"\b(?:todos?|fixmes?|hacks?) (?:markers?|comments?|comentarios?|antig[oa]s?|notes?"
    r"|marcadores|pendentes?)\b|\b(?:code smells?|tech(?:nical)? debt|debito tecnico"
    r"|divida tecnica|inconsisten(?:t|cy|cies|te|tes|cia|cias)|mismatch(?:es|ed)?|drift(?:ed"
    r"|s)?|diverge(?:m|s|ncias?)?|out of sync|fora de sincronia|broken links?|dead links?"
    r"|links? (?:quebrad[oa]s?|mort[oa]s?|broken)|typos?|erros? de digitacao|misspel\w{2,6}"
    r"|ortografi\w{1,3})\b",
    r"\b(?:would (?:be )?reformat(?:ted)?|need(?:s)? (?:re)?formatting|code style issues"
    r"|formatting issues|style (?:issues|problems|violations)|problemas? de (?:estilo"
    r"|formatacao)|fora do (?:estilo|padrao)|lint (?:findings?|issues?|errors?|warnings?"
    r"|problems?)|apontamentos? d[eo] (?:lint|linter|estilo))\b",
    r"\b(?:complexity|complexidade)\b(?: \S{1,20}){0,8}? (?:limit|limite|max|above|acima"
    r"|high|alta|over)\b",
    r"\b(?:grew|grown|growing|crept up|climb(?:ed|ing)|increased|went up|rose|rising|cresceu"
    r"|crescendo|aumentou|subiu|subindo|dropped|fell|shrinking|caiu"
    r"|diminuiu)\b (?:\S{1,15} ){0,3}?(?:from|by|to|de|para|em|\d)",
    r"\b(?:contrast|contraste)\b(?: \S{1,20}){0,5}? (?:low|baixo|insufficient|insuficiente"
    r"|below|abaixo)\b|\b(?:ignored|swallowed|engolid[oa]s?"
    r"|silenciad[oa]s?) (?:\w{1,10} )?(?:exceptions?|errors?|excec(?:ao|oes)|erros?)\b"
    r"|\b(?:weak|fraco|fraca|self-signed|autoassinado)\b",
    firm=True,
)
