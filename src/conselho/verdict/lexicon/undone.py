"""A check that could not do its job."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import CHECK, DO

UNDONE = cue(
    Severity.ERROR,
    "the check could not do its job",
    r"\b(?:no|nenhum[a]?) (?:[^\s.;!?|]{1,15} ){1,2}(?:ran|has run|have run|rodou|rodaram"
    r"|executou|foi executad[oa]|started|comecou|terminou|finished)\b",
    r"\b(?:an?|by|with|to|of|after|the) (?:network|connection|dns|timeout|auth\w{0,12}"
    r"|permission|i/o|io|disk) (?:error|failure)\b|\b(?:um|uma|por|com|d[oe]|apos"
    r"|pel[oa]) (?:erro|falha) (?:de|da|na|no) (?:rede|conexao|autenticacao|permissao|disco"
    r"|leitura|gravacao|dns|tempo)\b",
    r"\b(?:respondeu|responde|answered|answers|replied|responded) (?:a |to )?(?:nenhum[a]?"
    r"|none|nobody|ninguem|no)\b|\bcut off\b|\bcortad[oa]s? (?:no|antes|pela)\b"
    r"|\bno conclusion\b",
    r"\b(?:was|were|got|foi|foram) (?:refused|denied|recusad[oa]s?|negad[oa]s?)\b|\b(?:ended"
    r"|finished|stopped|exited|terminou|acabou|saiu"
    r"|encerrou) (?:\w{1,12} )?(?:without (?:looking|reading|checking|running|producing"
    r"|testing|a result|results|finishing|output)|sem (?:ler|olhar|verificar|rodar|produzir"
    r"|testar|resultado|concluir|terminar|relatorio))\b",
    r"\b(?:repository|repositorio|directory|diretorio|folder|pasta|clone|checkout|database"
    r"|input|entrada)(?: \w{1,12}){0,3} (?:is|was|esta|estava|veio|came) (?:empty|vazi[oa]"
    r"|read-only|somente leitura)\b",
    r"\b(?:nao|did not|didn't|never) (?:respond\w{1,4}|answer\w{0,2}|repl\w{1,3}|terminou"
    r"|finish\w{0,2}|complet\w{1,3}) (?:dentro d[eo]|em|within|in time|a tempo|no prazo"
    r"|before)\b",
    r"\b(?:killed|encerrad[oa]|morto|terminated|interrompid[oa]|stopped) (?:after|apos"
    r"|depois de|by|pel[oa]|por) (?:the |o |a )?(?:\S{1,12} ){0,2}?(?:minutes|minutos"
    r"|seconds|segundos|time-?out|prazo|tempo|limit|limite|watchdog|memory|memoria|oom"
    r"|scheduler|sistema)\b",
    r"\b(?:did not|didn't|does not|nao) (?:even )?(?:post|produce|return|yield|generate"
    r"|deliver|get past|reach|publicou|gerou|devolveu|produziu|entregou"
    r"|passou d[eoa]) (?:any(?:thing)?|an?|the|past|result\w*|o|a|nada|nenhum\w?"
    r"|resultado\w*|relatorio)?\b",
    r"\b(?:no|sem|without an?y?|nenhum[a]?) (?:\w{1,12} )?(?:result|results|review|verdict"
    r"|report|conclusion|resultado|resultados|parecer|veredito|conclusao"
    r"|relatorio)\b(?! (?:above|acima|over|ruim|negativ\w|grave))",
    r"\bnever (?:got|made it|reached|arrived|ran|started|finished|completed|came up"
    r"|answered)\b|\bnem (?:sequer )?(?:comec(?:ou|aram)|cheg(?:ou|aram)|inici(?:ou|aram)"
    r"|rod(?:ou|aram)|abriu|abriram)\b|\bnao cheg(?:uei|ou|aram|amos) a\b",
    r"\b(?:so|somente|apenas|only|just) (?:a )?(?:metade|parte|half|part|(?:the )?first"
    r"|o primeiro|a primeira|\d{1,6} (?:of|de|d[oa]s|out of) (?:the |os "
    r"|as )?\d{1,7}) (?:\S{1,15} ){0,4}?(?:was|were|foi|foram|could|got|possivel|lid[oa]s?"
    r"|read|scanned|checked|processed|analis\w{3,5}|verific\w{3,5})\b",
    r"\bnao da (?:para|pra) (?:afirmar|dizer|concluir|saber|confiar|garantir|comparar)\b"
    r"|\b(?:impossible|not possible) to (?:say|tell|know|judge|conclude|verify|check)\b"
    r"|\bno way (?:of|to) (?:know|tell|verif\w{1,4}|check\w{0,3})\b",
    r"\b(?:nothing|nada)(?: ha)? (?:left )?(?:to|a|para) (?:compare|check|scan|test|audit"
    r"|comparar|verificar|conferir|testar|analisar)\b|\bnao (?:ha|havia) o que (?:comparar"
    r"|verificar|conferir|testar|analisar|medir)\b",
    r"\b(?:hit|reached|exceeded|over) (?:your|my|the|our|its) (?:\w{1,10} )?(?:limit|quota"
    r"|cap)\b|\btoo many requests\b|\brate[- ]?limit\w{0,3}\b|\b429\b|\bcota (?:esgotada"
    r"|excedida)\b|\blimite de (?:uso|requisicoes|chamadas)\b",
    r"\b(?:give|gave|giving) up\b|\b(?:encerrei|encerrou|encerrad[oa]|terminei|parei|saiu"
    r"|sai) (?:\S{1,12} ){0,4}?(?:sem|antes de|no meio|pela metade)\b",
    r"\b(?:should|must|can)(?: not|not|n't) be (?:relied|trusted|used as)\b"
    r"|\bdo not (?:rely on|trust)\b|\bnao (?:deve|pode) ser (?:usad[oa]"
    r"|considerad[oa]) como\b|\bnao (?:confiem|confie|considere\w?)\b",
    r"\b(?:skipped|skipping|pulad[oa]s?|ignorad[oa]s?"
    r"|omitid[oa]s?) (?:\S{1,12} ){0,3}?(?:because|since|due to|as the|porque|por falta|pois"
    r"|ja que)\b",
    r"\b(?:refused|refuses|rejected|rejects|declined|denied|blocked|recus(?:ou|a|ado|ada"
    r"|aram)|rejeit(?:ou|a|ado|ada|aram)|neg(?:ou|ado|ada|aram)|barrou"
    r"|barrad[oa]) (?:\S{1,12} ){0,3}?(?:access|connections?|login|credentials?|token|key"
    r"|to (?:go on|continue|start|connect|run)|us|me|acesso|conex(?:ao|oes)|credencia\w{1,2}"
    r"|chave|pedido|a seguir)\b",
    r"\b(?:returned|returns|answered|answers|answering|responded|got|gave|retorn(?:ou|a)"
    r"|respond(?:eu|e)|devolv(?:eu|e)|recebi|deu) (?:with |com |an? |um |only |so "
    r"|apenas )?(?:http |status |erro |error |code |codigo ){0,2}(?:40[0134578]|429|5\d\d)\b",
    r"\b(?:is|was|are|were|went|esta|estava|estao) (?:missing|gone|absent|ausente"
    r"|sumid[oa])s? (?:from|in|on|d[oae]|n[oa])\b",
    r"\b(?:lost|dropped|perdi|perdeu|caiu) (?:the |a )?(?:connection|conexao|link|sessao"
    r"|session)\b|\b(?:host key|chave do host)\b(?: \S{1,10}){0,3} (?:changed|mudou"
    r"|verification)",
    rf"\b(?:could not|couldn't|cannot|can't|can not|wasn't able to|was not able to"
    rf"|were not able to|not able to|unable to"
    rf"|did not manage to|failed to|fails to) {gap(2)}{DO}\b",
    r"\bnao (?:consegui(?:mos|u|ram)?|consigo|foi possivel|pude|pudemos|deu para|ha como"
    r"|havia como|houve como|tive como|tenho como"
    rf"|e possivel|se conseguiu) {gap(2)}{DO}\b",
    r"\bimpossivel (?:de )?(?:ler|acessar|conectar|abrir|executar|verificar|concluir)\b",
    r"\b(?:nothing|nada) (?:was|were|has been|could be|got|is|foi|pode ser|chegou a ser) "
    r"(?:\w{1,12} )?(?:checked|scanned|verified|tested|evaluated|examined|analy[sz]ed"
    r"|reviewed|audited|read|measured|run|executed|inspected"
    r"|verificad[oa]|analisad[oa]|avaliad[oa]|testad[oa]|examinad[oa]|lid[oa]|medid[oa]"
    r"|executad[oa]|auditad[oa]|conferid[oa]|revisad[oa])\b",
    r"\b(?:no|nenhum|nenhuma|not a single|zero|0) (?:\w{1,15} ){0,2}(?:was|were|has been"
    r"|have been|ran|foi|foram|chegou a ser|rodou)"
    r"(?: \w{1,10})? ?(?:checked|scanned|verified|tested|evaluated|examined|analy[sz]ed"
    r"|reviewed|audited|read|run|executed"
    r"|verificad[oa]s?|analisad[oa]s?|avaliad[oa]s?|testad[oa]s?|examinad[oa]s?|lid[oa]s?"
    r"|executad[oa]s?|auditad[oa]s?|coletad[oa]s?)\b",
    r"\b(?:no tests? (?:ran|were run|were collected|collected|found)|nenhum teste (?:rodou"
    r"|foi executado|foi coletado|encontrado))\b",
    rf"\b{CHECK}\b {gap(4)}(?:aborted|interrupted|cancel+ed|cut short|stopped|crashed|died"
    rf"|killed|did not (?:run|finish|complete|start|begin)"
    r"|didn't (?:run|finish|complete|start)|never (?:ran|finished|started|completed)"
    r"|ended early|incomplete|timed out|hung|hangs"
    r"|abortad[oa]|interrompid[oa]|cancelad[oa]|parou|morreu|travou|incomplet[oa]"
    r"|pela metade|nao (?:terminou|rodou|foi executad[oa]"
    r"|comecou|chegou ao fim|acabou|foi concluid[oa]|concluiu|iniciou)|expirou|caiu)\b",
    r"\b(?:gave up|giving up|aborted|aborting|abortei|abortando|desisti|desistiu|interrompi"
    r"|parei (?:no|na|antes|aqui|sem)|i stopped|had to stop"
    r"|tive de parar|tive que parar)\b",
    r"\b(?:ran out of|run out of|out of|exhausted|used up|hit|reached|exceeded) (?:the |my "
    r"|its |our )?(?:\w{1,12} ){0,3}"
    r"(?:turns|tokens|time|context|credits?|quota|rate limit|memory|disk space|space left"
    r"|time limit|turn limit|token limit|context window|usage limit)\b",
    r"\b(?:limite|cota|credito|saldo|orcamento|tempo|turnos|tokens|contexto|janela)s? (?:de "
    r"|d[oa]s? |maximo )?(?:\S{1,15} ){0,4}?"
    r"(?:acab(?:ou|aram)|esgot(?:ou|ad[oa]s?|aram)|estour(?:ou|ad[oa]|aram)|atingid[oa]"
    r"|foi atingid[oa]|excedid[oa]|expirou)\b",
    r"\b(?:timed out|time-?d?-?out (?:after|while|at)|tempo (?:limite )?(?:esgotado"
    r"|excedido)|deadline exceeded|estourou o (?:tempo|prazo))\b",
    r"\b(?:access|permission|permissions|acesso|permissao)(?: \w{1,10}){0,2} (?:denied"
    r"|refused|negad[oa]|recusad[oa])\b",
    r"\b(?:sem|falta(?:-me)?|nao tenho|nao tinha|lacks?|without|no|missing|do not have"
    r"|don't have) (?:de )?(?:read |write |the )?(?:access|permission|permissions|permissao"
    r"|acesso) (?:to|for|a|ao|de|para)\b",
    r"\b(?:is|was|were|are|esta|estava|estao|foi) (?:not|nao) (?:installed|available on"
    r"|present on|instalad[oa])\b|\bnao (?:esta|estava|foi) instalad[oa]\b"
    r"|\b(?:isn't|wasn't) installed\b|\bnot (?:found )?(?:in|on) (?:the )?path\b",
    r"\b(?:file|files|directory|folder|repository|path|script|target|branch"
    r"|config(?:uration)?|database|arquivo|arquivos|diretorio|pasta"
    r"|repositorio|caminho|alvo|ramo|banco|tool|binary|ferramenta|comando|command|§)"
    r"(?: \S{1,24}){0,4}? (?:does not exist|doesn't exist|did not exist|do not exist"
    r"|was not found|were not found|not found|is unreadable"
    r"|are unreadable|nao existe|nao existem|nao existia|inexistente|nao (?:foi"
    r"|foram) encontrad[oa]s?|ilegive(?:l|is)|nao encontrad[oa])\b",
    r"\b(?:unreachable|inacessive(?:l|is)|inalcancave(?:l|is)|indisponive(?:l|is)"
    r"|unavailable|offline)\b",
    r"\b(?:inconclusiv[eoa]|incomplete (?:run|result|scan|check)|resultado incompleto"
    r"|partial result|resultado parcial|not conclusive)\b",
    r"\b(?:connection|conexao) (?:\w{1,12} ){0,3}(?:refused|reset|lost|dropped|failed"
    r"|recusada|perdida|caiu|encerrada|interrompida)\b",
    r"\b(?:did not|didn't|does not|doesn't|not|stopped|nao|never|parou de|sem) (?:ha "
    r"|houve )?(?:answer(?:ing)?|respond(?:ing|eu|e|er)?|resposta|reply)\b",
    r"\b(?:unauthorized|forbidden|quota exceeded|rate[- ]limited|invalid (?:api )?(?:key"
    r"|token|credentials)|(?:token|chave|credencial|sessao|login|credential|session|key)"
    r"(?: \w{1,10}){0,3} (?:expired|expirou|expirad[oa]|invalid[oa]?|revogad[oa]|recusad[oa]"
    r"|rejected))\b",
)
