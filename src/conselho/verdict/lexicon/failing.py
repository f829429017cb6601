"""What fails, and who is stopped by it."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import THING, WORK

FAILS = cue(
    Severity.ERROR,
    "something fails",
    r"\b(?:was|were|foi|foram|is|are|saiu|sairam|sumiu|some) (?:deleted|removed|withdrawn|gone"
    r"|apagad[oa]s?|removid[oa]s?|retirad[oa]s?)?[^.;!?]{0,40}?\b(?:while|but|though|enquanto|e"
    r"|mas)\b[^.;!?]{0,40}?\b(?:still|ainda) (?:\w{1,4} )?(?:imports?|uses?|needs?|calls?"
    r"|includes?|depends?|importa(?:m)?|usa(?:m)?|chama(?:m)?|precisa(?:m)?|inclui|incluem"
    r"|depende(?:m)?)\b",
    r"\b(?:is|are|was|were|gets?|e|foi|sao) (?:killed|morto|mort[oa]s|derrubad[oa]s?) (?:by"
    r"|pel[oa]) (?:the |o |a )?(?:kernel|system|sistema|oom)\b",
    r"\b(?:has|have) returned (?:nothing|nobody)\b|\b(?:has|have|had) not (?:linked|compiled"
    r"|built|started|answered|arrived|come) since\b|\bnao (?:sai|sae|saem|chega|chegam|sobe"
    r"|compila|responde|fecha|roda|anda) (?:\w{1,10} )?(?:desde|ha)\b|\bversion that was"
    r" withdrawn\b|\bfoi retirad[oa] d[oe]\b",
    r"§ (?:\S{1,12} ){0,2}?(?:fails?|failed|failing|crashes|crashed|breaks|falh(?:a|am|ou|aram)"
    r"|quebr(?:a|ou))\b",
    r"\b(?:scheduler|agendador|service|servico|server|servidor|robo|bot|cron|worker|daemon"
    r"|consumer|consumidor) (?:\S{1,12} ){0,2}?(?:stopped|parou|died|morreu|is dead|caiu)\b",
    r"\b(?:does|do) not hold\b|\bnao se sustenta(?:m)?\b|\b(?:not|nao) (?:satisfied|met"
    r"|fulfilled|atendid[oa]s?|cumprid[oa]s?|satisfeit[oa]s?)\b",
    r"\b(?:did not|didn't|do not|don't|does not|doesn't|nao)[.!]?$",
    r"\b(?:linker|compiler|link|import|runtime|compile|migration|assertion|startup|fatal"
    r"|internal) (?:error|failure|crash)\b|\b(?:erro|falha) (?:de|do|no|na|ao) (?:compilador"
    r"|link\w{0,4}|importacao|execucao|migracao|iniciar|subir|carregar|servidor|banco)\b",
    r"\b(?:tests?|testes?|cases?|casos|checks?|specs?) (?:\S{1,12} ){0,3}?(?:do not|don't|did"
    r" not|didn't|nao) (?:pass\w{0,4}|run)\b",
    r"\b(?:panics?|panicked|segfault(?:s|ed)?|estoura|estourou|termina(?:m)? (?:com|em)|ends?"
    r" (?:in|with)|dies with|morre com|aborta(?:m)? com) (?:an? |the |um |uma |o |a |em"
    r" )?(?:\w{1,12} )?(?:§|error|exception|erro|excecao|panic|stack trace|traceback|timeout)",
    r"\b(?:every|all|todas?|todos?|each|cada) (?:\S{1,15} ){0,4}?(?:fails?|failed|failing"
    r"|falham?|falhou|falharam|quebra(?:m)?|errors? out)\b",
    r"\b(?:started|starts|comec(?:ou|aram)|passou|passaram) (?:a )?(?:fail(?:ing)?|falhar"
    r"|quebrar|crashing|cair|travar|dar erro)\b",
    r"\b(?:refers? to|imports?|calls?|referencia|importa|chama|usa|depends? on|depende de)"
    r" (?:\S{1,15} ){0,6}?(?:was (?:deleted|removed)|no longer exists?|does not exist|nao"
    r" existe(?: mais)?|foi (?:apagad|removid)[oa])\b",
    rf"\b{THING}\b(?:[,:]| \([^()]{{0,40}}\))? ?{gap(5)}(?:fails?|failed|failing|broken|broke"
    rf"|breaks|red|crash(?:es|ed|ing)|abort(?:s|ed|a|am|ou|aram)|errored|falh(?:a|am|ou|aram"
    rf"|ando)|quebr(?:ou|aram|ad[oa]s?|a|am|ando)|caiu|cairam|vermelh[oa]s?|reprovad[oa]s?"
    rf"|reprov(?:ou|aram)|trav(?:ou|ad[oa]s?|aram|a|ando)|hangs?|hung|down|estour(?:ou|aram))\b",
    rf"\b(?:failing|failed|broken|red|crashing|quebrad[oa]s?|reprovad[oa]s?) (?:\w{{1,15}}"
    rf" )?{THING}\b",
    r"\b(?:does not|doesn't|do not|don't|won't|will not|did not|didn't|no longer|stopped|can't"
    r"|cannot) (?:even )?(?:compile|compiling|build|building|start|starting|boot|booting|work"
    r"|working|install|installing|parse|parsing|load|loading|pass|passing|typecheck|type-check"
    r"|link|match the checksum)\b",
    r"\bnao (?:esta |estao )?(?:compil\w{1,5}|sob(?:e|em|iu)|inici(?:a|am|ou)|abr(?:e|em|iu)"
    r"|funcion\w{1,4}|rod(?:a|am|ou|aram)|pass(?:a|am|ou|aram)|carreg(?:a|am|ou)|instal(?:a|am"
    r"|ou)|fech(?:a|ou)|bat(?:e|em|eu)|respond(?:e|em|eu))\b",
    r"\b(?:is|are|was|were|went|turned|stays?|still|remains?|esta|estao|ficou|ficaram|segue"
    r"|seguem|continua|continuam) (?:\w{1,10} )?(?:red|down|broken|failing|quebrad[oa]s?"
    r"|vermelh[oa]s?|fora do ar|travad[oa]s?|no chao)\b",
    r"\b(?:fora do ar|em pane|saiu do ar|derrubou|derrubad[oa]s?|segfaults?|panics?|core dump"
    r"|stack overflow|out of memory|oom|deadlock|infinite loop|laco infinito)\b",
    r"\b(?:compilation|type|syntax|build|compilacao|sintaxe) errors?\b|\berros? de (?:compilacao"
    r"|sintaxe|tipos?)\b",
    r"\b(?:an?|unhandled|uncaught|the) (?:\w{1,20} )?(?:exception|error) (?:was |is |has"
    r" )?(?:thrown|raised|occurred|ocurred|happened|stopped|came back)\b|\b(?:deu|ocorreu|houve"
    r"|lanca|lancou) (?:um |uma )?(?:erro|excecao|falha)\b|\bexcecao nao tratada\b",
    r"\b(?:exit(?:ed|s)?(?: with)?(?: code| status)?|codigo de saida|saiu com(?: o)?(?: codigo)?"
    r"|return code|terminou com(?: o)?(?: codigo)?):? (?:[1-9]\d{0,2})\b",
)

STOPPED = cue(
    Severity.ERROR,
    "people are stopped",
    r"\b(?:queue|backlog|fila)\b(?: \S{1,12}){0,3}? (?:grow(?:s|ing)|cresce(?:ndo)?"
    r"|aumenta(?:ndo)?)\b(?: \S{1,12}){0,2}? (?:since|desde)\b|\bkernel (?:\w{1,8} )?(?:ended"
    r"|killed|stopped|encerrou|matou|derrubou)\b",
    rf"\b(?:nobody|no one|no (?:\w{{1,12}} )?(?:developers?|devs?|users?|customers?|clients?"
    rf"|colleagues?|one)|ninguem|nenhum[a]? (?:\w{{1,12}} )?(?:dev\w{{0,13}}|usuario|cliente"
    rf"|pessoa|colega)) (?:\w{{1,10}} )?(?:can|could|is able to|manages? to|consegue|conseguiu"
    rf"|pode) {WORK}\b|\b(?:impossible|impossivel|no way) (?:to |de )?{WORK}\b"
    rf"|\b(?:consegue(?:m)?|can) (?:no longer|mais) {WORK}\b|\bnao consegue(?:m)? (?:mais"
    rf" )?{WORK}\b",
    r"\b(?:held up|stuck|on hold|parad[oa]s|pres[oa]s|waiting|esperando) (?:by|because of|behind"
    r"|por causa d[eoa]|por) (?:this|that|it|isso|isto|ela|ele)\b",
    r"\b(?:users?|customers?|people|visitors?|clientes?|usuarios?|pessoas) (?:lose|lost|are"
    r" losing|perdem|perderam|perdiam)\b",
    r"§[ :|-]{1,4}(?:http )?5\d\d\b(?! ?(?:ms|mb|kb|lines|linhas|files|arquivos|%))",
    r"\b(?:ninguem|nobody|no one|nenhum cliente|no customer|no user) (?:\w{1,10} )?(?:recebe"
    r"|recebeu|entra|acessa|compra|paga|loga|consegue entrar|receives?|received|gets?|got|can"
    r" (?:log|pay|buy|sign|open|reach|check|use|place))\b",
    r"\b(?:ja|already|have already|has already) (?:expir(?:ou|aram|ed)|venc(?:eu|eram)|lapsed)\b"
    r"|\bhave expired\b|\b(?:certificates?|certificados?|dominios?|domains?|licencas?"
    r"|chaves?)\b(?: \S{1,12}){0,5} (?:expiraram|venceram|vencid[oa]s|expirad[oa]s)\b",
    r"\b(?:refuse|refuses|refused|refusing|recusa(?:m|ram|ndo)?|recusou) (?:to |a )?(?:start|run"
    r"|any|all|new|iniciar|rodar|qualquer|novos|novas|tod[oa]s)\b|\b(?:foi|foram|was|were|is|are"
    r"|esta|estao) (?:blocked|bloquead[oa]s?|banned|suspended|suspens[oa]s?) (?:by|pel[oa])\b",
    r"\bred for\b|\bvermelh[oa] (?:ha|desde)\b|\b(?:cannot|can't) be reached\b|\bcould not be"
    r" reached\b",
    r"\b(?:for everyone|for all (?:users|customers|clients)|para tod(?:o mundo|os os (?:usuarios"
    r"|clientes))|em toda a base)\b",
    r"\b(?:down for|has been down|have been down|is offline|went offline|fora desde|caid[oa]"
    r" desde|derrubad[oa])\b",
    r"\b(?:refus(?:e|es|ed|ing)|reject(?:s|ed|ing)?|recus(?:a|am|ou|aram)|rejeit(?:a|am|ou))"
    r" (?:the |our |all |a |o |as |os |nosso |nossa |todas |every )?(?:\w{1,12} )?(?:page|pages"
    r"|site|writes?|payments?|requests?|orders?|logins?|clients?|certificate|connections?|pagina"
    r"|paginas|gravac(?:ao|oes)|pagamentos?|pedidos?|conexoes|clientes?|certificado)\b",
    r"\b(?:venceu|expirou|lapsed|ran out) (?:\S{1,8} )?(?:ha|ontem|hoje|yesterday|today|this"
    r" (?:morning|week)|on|em|last|on)\b|\bexpired (?:\d|on|yesterday|last|in|this|three|two|a "
    r"|several)|\b(?:vencid[oa]|expirad[oa]) (?:desde|ha|ontem)\b",
    r"\bnao andam?\b|\b(?:mensagens|messages|jobs|tarefas|pedidos|orders|events|eventos|emails)"
    r" (?:parad[oa]s|pres[oa]s|acumulad[oa]s|retid[oa]s|stuck|piling up|waiting since"
    r"|unprocessed)\b|\b(?:no|nenhum|sem|zero) (?:consumers?|workers?|consumidor(?:es)?"
    r"|trabalhador(?:es)?) (?:\w{1,10} )?(?:connected|running|left|conectad\w{1,2}|ativ\w{1,2}"
    r"|rodando)?",
    r"\b(?:nobody|no one|no user|no customer|users?|customers?|clients?|people|visitors?|ninguem"
    r"|clientes?|usuarios?|pessoas|equipe)\b(?: \S{1,20}){0,4}? (?:cannot|can't|can not|are"
    r" unable|is able to|can (?:log|pay|buy|sign|open|reach|check|use|place|upload|download|see"
    r"|finish)|nao consegu\w{2,4} (?:entrar|acessar|comprar|pagar|abrir|usar|finalizar|baixar"
    r"|enviar|concluir|fazer|logar|ver|receber|cadastrar|emitir)|consegue(?:m)? (?:entrar"
    r"|acessar|comprar|pagar|abrir|usar|finalizar|baixar|enviar|concluir|fazer|logar|ver|receber"
    r"|cadastrar|emitir)|get an? (?:error|blank)|recebem? (?:um )?erro|perderam|were locked|are"
    r" locked|ficaram sem|estao sem)\b",
    r"\b(?:http |status |returns? |returned |returning |answers? |answered |answering "
    r"|retorn\w{1,4} |respond\w{1,4} |gives? |with |com |um |an? )(?:an? |com |um |only |apenas "
    r"|with )?(?:http |status |code |codigo |erro )?5\d\d\b",
    r"\b(?:outage|unusable|inutilizave(?:l|is)|blank page|white screen|pagina em branco|tela"
    r" branca|tela em branco|em branco para)\b",
    r"\b(?:certificate|cert|licen[cs]e|domain|token|key|certificado|licenca|dominio|chave"
    r"|assinatura|senha)\b(?: \S{1,20}){0,6}? (?:has expired|have expired|is expired|expired|ran"
    r" out|lapsed|expirou|venceu|esta vencid[oa]|vencid[oa]|expirad[oa])\b",
    r"\b(?:disk|volume|partition|filesystem|disco|particao|storage)\b(?: \S{1,20}){0,5}? "
    r"(?:(?<!% )(?:full"
    r"|cheio|cheia|lotad[oa])|at 100|a 100|em 100|at 9[6-9]|em 9[6-9]|99|100 ?%)|\bno space"
    r" left\b|\bsem espaco\b",
    r"\b(?:stuck|has not (?:moved|run|been processed|advanced|completed)|have not (?:moved|run"
    r"|been processed)|has stopped|have stopped|not (?:run|moved) since|stopped (?:running"
    r"|processing|sending|writing|updating)|parad[oa]s? desde|travad[oa]s? desde|nao (?:anda"
    r"|roda|executa|processa|avanca|grava|envia) (?:\w{1,10} )?desde|parou de (?:rodar|gravar"
    r"|enviar|processar|funcionar|registrar)|pararam de|deixou de (?:rodar|gravar|enviar"
    r"|processar|funcionar|ser executad[oa]))\b",
)
