"""A check that could not do its job."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import CHECK, DO

UNDONE = cue(
    Severity.ERROR,
    "the check could not do its job",
    rf"\bcould only {DO}\b|\b(?:so|apenas|somente) (?:deu|foi possivel|consegui|pude) (?:para"
    rf" )?{DO}\b|\b(?:session|sessao) (?:was |foi )(?:closed|ended|killed|cut|encerrada|fechada"
    rf"|cortada)\b(?! (?:normal|cleanly|by me|at the end|ao fi))",
    r"\b(?:none of|nenhum[a]? d[aeo]s?) (?:the |our )?(?:\S{1,15} ){1,3}?(?:was|were|has been"
    r"|could be|ran|foi|foram|pode ser|rodou)(?: \w{1,8})? ?(?:executed|run|checked|read|tested"
    r"|scanned|reached|examined|executad[oa]s?|rodad[oa]s?|verificad[oa]s?|lid[oa]s?"
    r"|testad[oa]s?|examinad[oa]s?)?\b",
    r"\bnao (?:esta|estava|estao) disponive(?:l|is)\b|\b(?:left|remains?|went|were|was)"
    r" (?:unexamined|unchecked|unread|untested)\b|\b(?:ficou|ficaram) (?:sem (?:exame|leitura"
    r"|verificacao)|por (?:examinar|ler|ver))\b",
    rf"\b{CHECK}\b (?:\S{{1,12}} ){{0,3}}?(?:(?:was|were|has been|is) not (?:made|done|possible"
    rf"|carried out|performed)|nao (?:foi|foram|pode ser) (?:feit|realizad|possive)\w{{1,2}})\b",
    r"\b(?:others?|rest|remaining|remainder|restante|outr[oa]s|demais|resto|half|metade)\b(?:"
    r" [^\s.;!?]{1,15}){0,4}? (?:(?:did|was|were|could|has|have|is|are|does|do)(?: not|n't)"
    r" (?:let|be|been|open|seen|read|checked|looked|scanned|tested|answer\w{0,2}|visited|reached"
    r"|done)|nao (?:foi|foram|pode|puderam|consegui|deixou|deixaram|abriu|abriram)(?: \w{1,10})?"
    r" (?:vist|lid|verificad|conferid|analisad|examinad|testad|ler|abrir|entrar|ver)\w{0,3})\b",
    r"\b(?:still|ainda|remain\w{0,4}) (?:unread|unchecked|unseen|untested|to be (?:read|checked"
    r"|seen)|por ler|por ver|por conferir)\b|\b(?:keys|files|rows|pages|modules|records)"
    r" (?:still )?unread\b",
    r"\b(?:nothing|nada) (?:can|pode|se pode) (?:be )?(?:said|dit[oa]|dizer|ser dito)\b|\bnao se"
    r" pode (?:dizer|afirmar)\b|\bnada (?:se )?pode (?:ser )?(?:dito|dizer)\b",
    r"\bnao (?:recebi|recebemos|achei|localizei|alcancei|vieram)\b|\b(?:did not|didn't)"
    r" (?:receive|get|let me|let us|give me|send me)\b|\b(?:config\w{0,14}|options?|arguments?)"
    r" (?:\w{1,8} )?(?:not|nao) (?:understood|recognised|recognized|accepted|entendid[oa]"
    r"|reconhecid[oa])\b",
    r"\b(?:could|can|cannot|can't|could not|couldn't|foi|foram) (?:not )?(?:be )?audited\b",
    r"\b(?:no|nenhum[a]?) (?:[^\s.;!?|]{1,15} ){1,2}(?:ran|has run|have run|rodou|rodaram"
    r"|executou|foi executad[oa]|started|comecou|terminou|finished)\b",
    r"\b(?:an?|by|with|to|of|after|the) (?:network|connection|dns|timeout|auth\w{0,12}"
    r"|permission|i/o|io|disk) (?:error|failure)\b|\b(?:um|uma|por|com|d[oe]|apos|pel[oa])"
    r" (?:erro|falha) (?:de|da|na|no) (?:rede|conexao|autenticacao|permissao|disco|leitura"
    r"|gravacao|dns|tempo)\b",
    r"\b(?:respondeu|responde|answered|answers|replied|responded) (?:a |to )?(?:nenhum[a]?|none"
    r"|nobody|ninguem|no)\b|\bcut off\b|\bcortad[oa]s? (?:no|antes|pela)\b|\bno conclusion\b",
    r"\b(?:was|were|got|foi|foram) (?:refused|denied|recusad[oa]s?|negad[oa]s?)\b|\b(?:ended"
    r"|finished|stopped|exited|terminou|acabou|saiu|encerrou) (?:\w{1,12} )?(?:without"
    r" (?:looking|reading|checking|running|producing|testing|a result|results|finishing|output)"
    r"|sem (?:ler|olhar|verificar|rodar|produzir|testar|resultado|concluir|terminar|relatorio))\b",
    r"\b(?:repository|repositorio|directory|diretorio|folder|pasta|clone|checkout|database|input"
    r"|entrada)(?: \w{1,12}){0,3} (?:is|was|esta|estava|veio|came) (?:empty|vazi[oa]|read-only"
    r"|somente leitura)\b",
    r"\b(?:nao|did not|didn't|never) (?:respond\w{1,4}|answer\w{0,2}|repl\w{1,3}|terminou"
    r"|finish\w{0,2}|complet\w{1,3}) (?:dentro d[eo]|em|within|in time|a tempo|no prazo|before)\b",
    r"\b(?:killed|encerrad[oa]|morto|terminated|interrompid[oa]|stopped|ended|cut off|cut short"
    r"|cortad[oa]|cancel+ed|cancelad[oa]) (?:after|apos|depois de|by|pel[oa]|por) (?:the |o |a"
    r" )?(?:\S{1,12} ){0,2}?(?:minutes|minutos|seconds|segundos|time-?out|prazo|tempo|limit"
    r"|limite|watchdog|memory|memoria|oom|scheduler|sistema)\b",
    r"\b(?:did not|didn't|does not|nao) (?:even )?(?:post|produce|return|yield|generate|deliver"
    r"|get past|reach|publicou|gerou|devolveu|produziu|entregou|passou d[eoa]) (?:any(?:thing)?"
    r"|an?|the|past|result\w*|o|a|nada|nenhum\w?|resultado\w*|relatorio)?\b",
    r"\b(?:no|sem|without an?y?|nenhum[a]?) (?:\w{1,12} )?(?:result|results|review|verdict"
    r"|report|conclusion|resultado|resultados|parecer|veredito|conclusao|relatorio)\b(?!"
    r" (?:above|acima|over|ruim|negativ\w|grave))",
    r"\bnever (?:got|made it|reached|arrived|ran|started|finished|completed|came up|answered)\b"
    r"|\bnem (?:sequer )?(?:comec(?:ou|aram)|cheg(?:ou|aram)|inici(?:ou|aram)|rod(?:ou|aram)"
    r"|abriu|abriram)\b|\bnao cheg(?:uei|ou|aram|amos) a\b",
    r"\b(?:so|somente|apenas|only|just) (?:a )?(?:metade|parte|half|part|(?:the )?first|o"
    r" primeiro|a primeira|\d{1,6} (?:of|de|d[oa]s|out of) (?:the |os |as )?\d{1,7}) (?:\S{1,15}"
    r" ){0,4}?(?:was|were|foi|foram|could|got|possivel|lid[oa]s?|read|scanned|checked|processed"
    r"|analis\w{3,5}|verific\w{3,5})\b",
    r"\bnao da (?:para|pra) (?:afirmar|dizer|concluir|saber|confiar|garantir|comparar)\b"
    r"|\b(?:impossible|not possible) to (?:say|tell|know|judge|conclude|verify|check)\b|\bno way"
    r" (?:of|to) (?:know|tell|verif\w{1,4}|check\w{0,3})\b",
    r"\b(?:nothing|nada)(?: ha)? (?:left )?(?:to|a|para) (?:compare|check|scan|test|audit"
    r"|comparar|verificar|conferir|testar|analisar)\b|\bnao (?:ha|havia) o que (?:comparar"
    r"|verificar|conferir|testar|analisar|medir)\b",
    r"\b(?:hit|reached|exceeded|over) (?:your|my|the|our|its) (?:\w{1,10} )?(?:limit|quota"
    r"|cap)\b|\btoo many requests\b|\brate[- ]?limit\w{0,3}\b|\b429\b|\bcota (?:esgotada"
    r"|excedida)\b|\blimite de (?:uso|requisicoes|chamadas)\b",
    r"\b(?:give|gave|giving) up\b|\b(?:encerrei|encerrou|encerrad[oa]|terminei|parei|saiu|sai)"
    r" (?:\S{1,12} ){0,4}?(?:sem|antes de|no meio|pela metade)\b",
    r"\b(?:should|must|can)(?: not|not|n't) be (?:relied|trusted|used as)\b|\bdo not (?:rely on"
    r"|trust)\b|\bnao (?:deve|pode) ser (?:usad[oa]|considerad[oa]) como\b|\bnao (?:confiem"
    r"|confie|considere\w?)\b",
    r"\b(?:skipped|skipping|pulad[oa]s?|ignorad[oa]s?|omitid[oa]s?) (?:\S{1,12}"
    r" ){0,3}?(?:because|since|due to|as the|porque|por falta|pois|ja que)\b",
    r"\b(?:refused|refuses|rejected|rejects|declined|denied|blocked|recus(?:ou|a|ado|ada|aram)"
    r"|rejeit(?:ou|a|ado|ada|aram)|neg(?:ou|ado|ada|aram)|barrou|barrad[oa]) (?:\S{1,12}"
    r" ){0,3}?(?:access|connections?|login|credentials?|token|key|to (?:go on|continue|start"
    r"|connect|run)|us|me|acesso|conex(?:ao|oes)|credencia\w{1,2}|chave|pedido|a seguir)\b",
    r"\b(?:returned|returns|answered|answers|answering|responded|got|gave|retorn(?:ou|a)"
    r"|respond(?:eu|e)|devolv(?:eu|e)|recebi|deu) (?:with |com |an? |um |only |so |apenas"
    r" )?(?:http |status |erro |error |code |codigo ){0,2}(?:40[0134578]|429|5\d\d)\b",
    r"\b(?:is|was|are|were|went|esta|estava|estao) (?:missing|gone|absent|ausente|sumid[oa])s?"
    r" (?:from|in|on|d[oae]|n[oa])\b",
    r"\b(?:lost|dropped|perdi|perdeu|caiu) (?:the |a )?(?:connection|conexao|link|sessao"
    r"|session)\b|\b(?:host key|chave do host)\b(?: \S{1,10}){0,3} (?:changed|mudou|verification)",
    rf"\b(?:could not|couldn't|cannot|can't|can not|wasn't able to|was not able to|were not able"
    rf" to|not able to|unable to|did not manage to|failed to|fails to) {gap(2)}{DO}\b",
    rf"\bnao (?:consegui(?:mos|u|ram)?|consigo|foi possivel|pude|pudemos|deu para|ha como|havia"
    rf" como|houve como|tive como|tenho como|e possivel|se conseguiu) {gap(2)}{DO}\b",
    r"\bimpossivel (?:de )?(?:ler|acessar|conectar|abrir|executar|verificar|concluir)\b",
    r"\b(?:nothing|nada) (?:was|were|has been|could be|got|is|foi|pode ser|chegou a ser)"
    r" (?:\w{1,12} )?(?:checked|scanned|verified|tested|evaluated|examined|analy[sz]ed|reviewed"
    r"|audited|read|measured|run|executed|inspected|verificad[oa]|analisad[oa]|avaliad[oa]"
    r"|testad[oa]|examinad[oa]|lid[oa]|medid[oa]|executad[oa]|auditad[oa]|conferid[oa]"
    r"|revisad[oa])\b",
    r"\b(?:no|nenhum|nenhuma|not a single|zero|0) (?:\w{1,15} ){0,2}(?:was|were|has been|have"
    r" been|ran|foi|foram|chegou a ser|rodou)(?: \w{1,10})? ?(?:checked|scanned|verified|tested"
    r"|evaluated|examined|analy[sz]ed|reviewed|audited|read|run|executed|verificad[oa]s?"
    r"|analisad[oa]s?|avaliad[oa]s?|testad[oa]s?|examinad[oa]s?|lid[oa]s?|executad[oa]s?"
    r"|auditad[oa]s?|coletad[oa]s?)\b",
    r"\b(?:no tests? (?:ran|were run|were collected|collected|found)|nenhum teste (?:rodou|foi"
    r" executado|foi coletado|encontrado))\b",
    rf"\b{CHECK}\b {gap(4)}(?:aborted|interrupted|cancel+ed|cut short|stopped|crashed|died"
    rf"|killed|did not (?:run|finish|complete|start|begin)|didn't (?:run|finish|complete|start)"
    rf"|never (?:ran|finished|started|completed)|ended early|incomplete|timed out|hung|hangs"
    rf"|abortad[oa]|interrompid[oa]|cancelad[oa]|parou|morreu|travou|incomplet[oa]|pela metade"
    rf"|nao (?:terminou|rodou|foi executad[oa]|comecou|chegou ao fim|acabou|foi concluid[oa]"
    rf"|concluiu|iniciou)|expirou|caiu)\b",
    r"\b(?:gave up|giving up|aborted|aborting|abortei|abortando|desisti|desistiu|interrompi"
    r"|parei (?:no|na|antes|aqui|sem)|i stopped|had to stop|tive de parar|tive que parar)\b",
    r"\b(?:ran out of|run out of|out of|exhausted|used up|hit|reached|exceeded) (?:the |my |its "
    r"|our )?(?:\w{1,12} ){0,3}(?:turns|tokens|time|context|credits?|quota|rate limit|memory"
    r"|disk space|space left|time limit|turn limit|token limit|context window|usage limit)\b",
    r"\b(?:limite|cota|credito|saldo|orcamento|tempo|turnos|tokens|contexto|janela)s? (?:de "
    r"|d[oa]s? |maximo )?(?:\S{1,15} ){0,4}?(?:acab(?:ou|aram)|esgot(?:ou|ad[oa]s?|aram)"
    r"|estour(?:ou|ad[oa]|aram)|atingid[oa]|foi atingid[oa]|excedid[oa]|expirou)\b",
    r"\b(?:timed out|time-?d?-?out (?:after|while|at)|tempo (?:limite )?(?:esgotado|excedido)"
    r"|deadline exceeded|estourou o (?:tempo|prazo))\b",
    r"\b(?:access|permission|permissions|acesso|permissao)(?: \w{1,10}){0,2} (?:denied|refused"
    r"|negad[oa]|recusad[oa])\b",
    r"\b(?:sem|falta(?:-me)?|nao tenho|nao tinha|lacks?|without|no|missing|do not have|don't"
    r" have) (?:de )?(?:read |write |the )?(?:access|permission|permissions|permissao|acesso)"
    r" (?:to|for|a|ao|de|para)\b",
    r"\b(?:is|was|were|are|esta|estava|estao|foi) (?:not|nao) (?:installed|available on|present"
    r" on|instalad[oa])\b|\bnao (?:esta|estava|foi) instalad[oa]\b|\b(?:isn't|wasn't)"
    r" installed\b|\bnot (?:found )?(?:in|on) (?:the )?path\b",
    r"\b(?:file|files|directory|folder|repository|path|script|target|branch|config(?:uration)?"
    r"|database|arquivo|arquivos|diretorio|pasta|repositorio|caminho|alvo|ramo|banco|tool|binary"
    r"|ferramenta|comando|command|§)(?: \S{1,24}){0,4}? (?:does not exist|doesn't exist|did not"
    r" exist|do not exist|was not found|were not found|not found|is unreadable|are unreadable"
    r"|nao existe|nao existem|nao existia|inexistente|nao (?:foi|foram) encontrad[oa]s?"
    r"|ilegive(?:l|is)|nao encontrad[oa])\b",
    r"\b(?:unreachable|inacessive(?:l|is)|inalcancave(?:l|is)|indisponive(?:l|is)|unavailable"
    r"|offline)\b",
    r"\b(?:inconclusiv[eoa]|incomplete (?:run|result|scan|check)|resultado incompleto|partial"
    r" result|resultado parcial|not conclusive)\b",
    r"\b(?:connection|conexao) (?:\w{1,12} ){0,3}(?:refused|reset|lost|dropped|failed|recusada"
    r"|perdida|caiu|encerrada|interrompida)\b",
    r"\b(?:did not|didn't|does not|doesn't|not|stopped|nao|never|parou de|sem) (?:ha |houve"
    r" )?(?:answer(?:ing)?|respond(?:ing|eu|e|er)?|resposta|reply)\b",
    r"\b(?:unauthorized|forbidden|quota exceeded|rate[- ]limited|invalid (?:api )?(?:key|token"
    r"|credentials)|(?:token|chave|credencial|sessao|login|credential|session|key)(?:"
    r" \w{1,10}){0,3} (?:expired|expirou|expirad[oa]|invalid[oa]?|revogad[oa]|recusad[oa]"
    r"|rejected))\b",
)
