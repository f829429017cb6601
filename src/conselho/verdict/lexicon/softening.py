"""What takes the edge off a sentence: conditions, doubts, names, "not urgent", definitions."""

from __future__ import annotations

import re

CONDITION = re.compile(
    r"^(?:and |but |e |mas |- )?(?:if|when|whenever|unless|should|in case|in the event|se|quando"
    r"|caso|em caso|sempre que"
    r"|a menos que) [^,:]{1,200}(?:,|:|$)"
    r"|\b(?:em caso de|no caso de|in case of|in the event of|on|upon|apos|after an?) (?:an? "
    r"|uma? )?"
    r"(?:error|failure|falhas?|erros?|time-?out|crash|fail)\b"
    r"|\b(?:if|unless|whether|in case|se houver|se algo|se o|se a|caso) [^,.;]{1,200}"
    r"|\((?:e\.g\.|for example|such as|por exemplo|ex\.|p\. ex\.)[^()]{0,200}\)"
)

EXPECTED = re.compile(
    r"\b(?:as (?:designed|expected|intended|documented|specified|described|planned)|(?:conforme"
    r"|como) (?:documentad|descrit|especificad|planejad)[oa]s?|intentional(?:ly)?|on purpose"
    r"|by design|is expected|are expected|expected (?:error|failure|warning)s?"
    r"|does what it (?:says|should)|faz o que (?:diz|deve)|como descrito|de proposito"
    r"|proposital(?:mente)?|intenciona(?:l|is|lmente)|esperad[oa]s?|como esperado"
    r"|conforme (?:previsto|esperado)|por projeto"
    r"|allow-?listed|accepted risk|risco aceito|ignorad[oa]s? de proposito|known and accepted"
    r"|simulad[oa]s?|simulated|deliberate(?:ly)?"
    r"|fixtures?|(?:example|sample) (?:keys?|data|config\w*|credentials?|values?|tokens?)"
    r"|(?:chaves?|dados|valor(?:es)?|tokens?|credenciais) (?:de exemplo|de teste|fictici[oa]s?)"
    r"|fake|dummy|fictici[oa]s?|placeholder)\b"
    r"|^(?![^.;!?]{0,300}(?:\bnot|n't|\bnao|\bnever|\bnunca)\b)[^.;!?]{0,300}\b(?:as (?:it|they"
    r"|we|he"
    r"|she) should|como dev(?:e|em|ia|iam|eria|eriam))\b"
)

TALKS_ABOUT = re.compile(
    r"\b(?:error|failure|fault|exception|warning|alert|incident|crash|vulnerability|secret|issue"
    r"|bug|risk)[- ]"
    r"(?:handling|handlers?|messages?|pages?|codes?|paths?|class(?:es)?|types?|budgets?"
    r"|reporting|rates?|logs?|logging|boundar(?:y|ies)"
    r"|tracking|tracker|management|scan(?:ning|s|ner)?|templates?|response|rules?|recovery"
    r"|modes?|tolerance|injection|policy|hierarchy"
    r"|strings?|texts?|counts?|counters?|names?|cases?|states?|banner|labels?|triage)\b"
    r"|\b(?:tratamento|mensage(?:m|ns)|paginas?|codigos?|tela|telas|classes?|tipos?|hierarquia"
    r"|politica|caminho|manipulador|taxa|gestao"
    r"|registro|log|logs|canal|nome|textos?|categorias?|testes?) (?:de|das?|dos?|para) (?:erros?"
    r"|falhas?|excec(?:ao|oes)|avisos?|alertas?"
    r"|incidentes?|riscos?|segredos?)\b"
    r"|\b(?:fail|fails) (?:safe|closed|fast|open)\b|\bfailover\b|\bwarning level\b"
    r"|\bbug ?fix(?:es)?\b|\bhotfix\b"
)

MILD = re.compile(
    r"\b(?:not|nothing|non|isn't|aren't|no|none|nada|nao|sem|nenhum[a]?|ninguem"
    r"|nem)(?: \w{1,12}){0,3}?[ -]{1,2}"
    r"(?:urgent|urgency|rush|hurry|blocking|blocker|merge-blocking|release-blocking|pressing"
    r"|an emergency|needs fixing now"
    r"|urgentes?|urgencia|pressa|bloquei\w{1,4}|bloqueantes?|impede(?:m)?|impeditiv[oa]s?"
    r"|emergencia)\b"
    r"|\bnon-?(?:urgent|blocking|critical)\b"
    r"|\b(?:can wait|pode(?:m)? (?:esperar|ficar para)|low priority|baixa prioridade"
    r"|when (?:convenient|time allows|there is time)"
    r"|quando (?:der|houver (?:tempo|folga)|sobrar tempo)|at (?:your|some) leisure"
    r"|no action (?:needed|required) (?:today|now)"
    r"|(?:sem|no|without)(?: any| nenhum)? (?:immediate )?(?:impact|impacto)\w{0,3}"
    r"|prazo confortavel|sem prazo|at leisure|no hurry)\b"
)

# Figures of a whole: what is large among them is not too large.
FIGURES = re.compile(r"\b(?:median|mediana|on average|em media|the mean|percentiles?)\b")

# A doubt of the writer, or a word that it can wait.
HEDGED = re.compile(
    r"\b(?:(?:might|may|could|can) (?:well )?be (?:nothing|(?:a |just (?:a )?)?coincidence|harmless"
    r"|noise|chance)|pode (?:nao )?ser (?:nada|(?:so |uma )?coincidencia|impressao|acaso)"
    r"|nothing breaks|nada quebra|worth an eye|keep(?:ing)? an eye|ficar de olho|nao e nada grave"
    r"|(?:not|no|nao e|nem) (?:an? |uma? )?(?:reason|motivo|razao) (?:to|for|para|de) \w{3,12}"
    r"|none of (?:this|these|it|them) (?:blocks?|holds?|stops?|delays?|matters)|nad[ao] d?isso"
    r" (?:bloqueia|impede|trava|atrasa))\b"
)
NOT_URGENT = "it says that nothing is urgent"

DEFINES = re.compile(
    r"^(?:\S{1,14} ){1,3}(?:defines?|declares?|define(?:m)?|declara(?:m)?"
    r") "
    r"(?:\d|one|two|three|four|five|six|uma?|dois|duas|tres|quatro|cinco|seis)\b|"
    r"\b(?:critical|high|medium|low|warnings?|errors?|info|notes?|severity|critic[oa]s?"
    r"|alt[oa]s?|medi[oa]s?|baix[oa]s?|avisos?|erros?|§)[\"']?"
    r" (?:means?|significa(?:m)?|quer dizer|stands for|is used (?:when|for)|indicates?"
    r"|indica(?:m)?|e usad[oa] (?:quando|para))\b"
    r"|\bis part of the\b|\b(?:levels? used|niveis usados|levels are|niveis sao)\b"
    r"|^(?:[^\s,]{1,20} ){1,5}(?:(?:e|sao) (?:o|a|os|as|aquel[ea]s?|aquilo) que|(?:is|are) (?:what"
    r"|one that|whatever|anything that|those that))\b"
)

CONTRAST = re.compile(
    r"\b(?:but|however|although|though|yet|except|apart from|despite|only|with (?:nits|comments"
    r"|remarks|reservations|suggestions)|porem|mas|no entanto|embora"
    r"|contudo|todavia|entretanto|exceto|apesar|salvo|so que|com (?:ressalvas?|sugest(?:ao|oes)"
    r"|observac(?:ao|oes)))\b"
)

QUESTION = re.compile(r"\?\s{0,3}$")

QUESTIONED = re.compile(r"\b(?:would|could|might|may|poderia|seria|talvez|eventual)\b")

# It failed and, tried again, it passed.
FLAKY = re.compile(
    r"\b(?:pass(?:es|ed)|worked|succeeded|passou|passaram|funcionou) (?:\S{1,10} ){0,2}?(?:when"
    r"|once"
    r"|after being|after|on|na|no|ao|depois d[eo]) (?:\S{1,8} ){0,2}?(?:repeat\w{0,3}"
    r"|retr\w{1,4}|re-?run"
    r"|repeti\w{0,4}|second (?:try|attempt|run|time)|segunda (?:vez|tentativa|rodada)|ser"
    r" repetid[oa])\b"
    r"|\b(?:repetid[oa]|repeated|retried|rerun|de novo), (?:it )?(?:passou|passed|passa|passes)\b"
)
