"""What fails, and who is stopped by it."""

from __future__ import annotations

from conselho.models.verdict import Severity
from conselho.verdict.lexicon.cue import cue, gap
from conselho.verdict.lexicon.nouns import THING

FAILS = cue(
    Severity.ERROR,
    "something fails",
    r"§ (?:\S{1,12} ){0,2}?(?:fails?|failed|failing|crashes|crashed|breaks|falh(?:a|am|ou"
    r"|aram)|quebr(?:a|ou))\b",
    r"\b(?:scheduler|agendador|service|servico|server|servidor|robo|bot|cron|worker|daemon"
    r"|consumer|consumidor) (?:\S{1,12} ){0,2}?(?:stopped|parou|died|morreu|is dead|caiu)\b",
    r"\b(?:all|everything|every|tudo|todos?|todas?|cada)\b[^.;!?]{0,60}\b(?:except|exceto"
    r"|menos|but|tirando|save|salvo) (?:for |por )?(?:one|two|three|um|uma|dois|duas|tres"
    r"|\d{1,4}|§|the|o|a)\b",
    r"\b(?:does|do) not hold\b|\bnao se sustenta(?:m)?\b|\b(?:not|nao) (?:satisfied|met"
    r"|fulfilled|atendid[oa]s?|cumprid[oa]s?|satisfeit[oa]s?)\b",
    r"\b(?:did not|didn't|do not|don't|does not|doesn't|nao)[.!]?$",
    r"\b(?:linker|compiler|link|import|runtime|compile|migration|assertion|startup|fatal"
    r"|internal) (?:error|failure|crash)\b|\b(?:erro|falha) (?:de|do|no|na|ao) (?:compilador"
    r"|link\w{0,4}|importacao|execucao|migracao|iniciar|subir|carregar|servidor|banco)\b",
    r"\b(?:tests?|testes?|cases?|casos|checks?|specs?) (?:\S{1,12} ){0,3}?(?:do not|don't"
    r"|did not|didn't|nao) (?:pass\w{0,4}|run)\b",
    r"\b(?:panics?|panicked|segfault(?:s|ed)?|estoura|estourou|termina(?:m)? (?:com|em)"
    r"|ends? (?:in|with)|dies with"
    r"|morre com|aborta(?:m)? com) (?:an? |the |um |uma |o |a |em )?(?:\w{1,12} )?(?:§|error"
    r"|exception|erro|excecao|panic|stack trace|traceback|timeout)",
    r"\b(?:every|all|todas?|todos?|each|cada) (?:\S{1,15} ){0,4}?(?:fails?|failed|failing"
    r"|falham?|falhou|falharam|quebra(?:m)?|errors? out)\b",
    r"\b(?:started|starts|comec(?:ou|aram)|passou|passaram) (?:a )?(?:fail(?:ing)?|falhar"
    r"|quebrar|crashing|cair|travar|dar erro)\b",
    r"\b(?:refers? to|imports?|calls?|referencia|importa|chama|usa|depends? on"
    r"|depende de) (?:\S{1,15} ){0,6}?(?:was (?:deleted|removed)|no longer exists?"
    r"|does not exist|nao existe(?: mais)?|foi (?:apagad|removid)[oa])\b",
    rf"\b{THING}\b(?:[,:]| \([^()]{{0,40}}\))? ?{gap(5)}(?:fails?|failed|failing|broken"
    rf"|broke|breaks|red|crash(?:es|ed|ing)|errored|falh(?:a|am|ou|aram|ando)"
    r"|quebr(?:ou|aram|ad[oa]s?|a|am|ando)|caiu|cairam|vermelh[oa]s?|reprovad[oa]s?"
    r"|reprov(?:ou|aram)|trav(?:ou|ad[oa]s?|aram|a|ando)|hangs?|hung|down|estour(?:ou"
    r"|aram))\b",
    rf"\b(?:failing|failed|broken|red|crashing|quebrad[oa]s?"
    rf"|reprovad[oa]s?) (?:\w{{1,15}} )?{THING}\b",
    r"\b(?:does not|doesn't|do not|don't|won't|will not|did not|didn't|no longer|stopped"
    r"|can't|cannot) (?:even )?(?:compile|compiling|build|building|start|starting|boot"
    r"|booting|work|working|install|installing|parse|parsing|load|loading|pass|passing"
    r"|typecheck|type-check|link|match the checksum)\b",
    r"\bnao (?:esta |estao )?(?:compil\w{1,5}|sob(?:e|em|iu)|inici(?:a|am|ou)|abr(?:e|em|iu)"
    r"|funcion\w{1,4}|rod(?:a|am|ou|aram)|pass(?:a|am|ou|aram)|carreg(?:a|am|ou)|instal(?:a"
    r"|am|ou)|fech(?:a|ou)|bat(?:e|em|eu)|respond(?:e|em|eu))\b",
    r"\b(?:is|are|was|were|went|turned|stays?|still|remains?|esta|estao|ficou|ficaram|segue"
    r"|seguem|continua|continuam) (?:\w{1,10} )?(?:red|down|broken|failing|quebrad[oa]s?"
    r"|vermelh[oa]s?|fora do ar|travad[oa]s?|no chao)\b",
    r"\b(?:fora do ar|em pane|saiu do ar|derrubou|derrubad[oa]s?|segfaults?|panics?"
    r"|core dump|stack overflow|out of memory|oom|deadlock|infinite loop|laco infinito)\b",
    r"\b(?:compilation|type|syntax|build|compilacao|sintaxe) errors?\b"
    r"|\berros? de (?:compilacao|sintaxe|tipos?)\b",
    r"\b(?:an?|unhandled|uncaught|the) (?:\w{1,20} )?(?:exception|error) (?:was |is "
    r"|has )?(?:thrown|raised|occurred|ocurred|happened|stopped|came back)\b|\b(?:deu"
    r"|ocorreu|houve|lanca|lancou) (?:um |uma )?(?:erro|excecao|falha)\b"
    r"|\bexcecao nao tratada\b",
    r"\b(?:exit(?:ed|s)?(?: with)?(?: code| status)?|codigo de saida"
    r"|saiu com(?: o)?(?: codigo)?|return code"
    r"|terminou com(?: o)?(?: codigo)?):? (?:[1-9]\d{0,2})\b",
)

STOPPED = cue(
    Severity.ERROR,
    "people are stopped",
    r"§[ :|-]{1,4}(?:http )?5\d\d\b(?! ?(?:ms|mb|kb|lines|linhas|files|arquivos|%))",
    r"\b(?:ninguem|nobody|no one|nenhum cliente|no customer|no user) (?:\w{1,10} )?(?:recebe"
    r"|recebeu|entra|acessa|compra|paga|loga|consegue entrar|receives?|received|gets?|got"
    r"|can (?:log|pay|buy|sign|open|reach|check|use|place))\b",
    r"\b(?:ja|already|have already|has already) (?:expir(?:ou|aram|ed)|venc(?:eu|eram)"
    r"|lapsed)\b|\bhave expired\b|\b(?:certificates?|certificados?|dominios?|domains?"
    r"|licencas?|chaves?)\b(?: \S{1,12}){0,5} (?:expiraram|venceram|vencid[oa]s"
    r"|expirad[oa]s)\b",
    r"\b(?:refuse|refuses|refused|refusing|recusa(?:m|ram|ndo)?|recusou) (?:to |a )?(?:start"
    r"|run|any|all|new|iniciar|rodar|qualquer|novos|novas|tod[oa]s)\b|\b(?:foi|foram|was"
    r"|were|is|are|esta|estao) (?:blocked|bloquead[oa]s?|banned|suspended"
    r"|suspens[oa]s?) (?:by|pel[oa])\b",
    r"\bred for\b|\bvermelh[oa] (?:ha|desde)\b|\b(?:cannot|can't) be reached\b"
    r"|\bcould not be reached\b",
    r"\b(?:for everyone|for all (?:users|customers|clients)|para tod(?:o mundo"
    r"|os os (?:usuarios|clientes))|em toda a base)\b",
    r"\b(?:down for|has been down|have been down|is offline|went offline|fora desde"
    r"|caid[oa] desde|derrubad[oa])\b",
    r"\b(?:refus(?:e|es|ed|ing)|reject(?:s|ed|ing)?|recus(?:a|am|ou|aram)|rejeit(?:a|am"
    r"|ou)) (?:the |our |all |a |o |as |os |nosso |nossa |todas "
    r"|every )?(?:\w{1,12} )?(?:page|pages|site|writes?|payments?|requests?|orders?|logins?"
    r"|clients?|certificate|connections?|pagina|paginas|gravac(?:ao|oes)|pagamentos?"
    r"|pedidos?|conexoes|clientes?|certificado)\b",
    r"\b(?:venceu|expirou|lapsed|ran out) (?:\S{1,8} )?(?:ha|ontem|hoje|yesterday|today"
    r"|this (?:morning|week)|on|em|last|on)\b|\bexpired (?:\d|on|yesterday|last|in|this"
    r"|three|two|a |several)|\b(?:vencid[oa]|expirad[oa]) (?:desde|ha|ontem)\b",
    r"\bnao andam?\b|\b(?:mensagens|messages|jobs|tarefas|pedidos|orders|events|eventos"
    r"|emails) (?:parad[oa]s|pres[oa]s|acumulad[oa]s|retid[oa]s|stuck|piling up"
    r"|waiting since|unprocessed)\b|\b(?:no|nenhum|sem|zero) (?:consumers?|workers?"
    r"|consumidor(?:es)?|trabalhador(?:es)?) (?:\w{1,10} )?(?:connected|running|left"
    r"|conectad\w{1,2}|ativ\w{1,2}|rodando)?",
    r"\b(?:nobody|no one|no user|no customer|users?|customers?|clients?|people|visitors?"
    r"|ninguem|clientes?|usuarios?|pessoas|equipe)\b(?: \S{1,20}){0,4}? (?:cannot|can't"
    r"|can not|are unable|is able to|can (?:log|pay|buy|sign|open|reach|check|use|place"
    r"|upload|download|see|finish)|nao consegu\w{2,4} (?:entrar|acessar|comprar|pagar|abrir"
    r"|usar|finalizar|baixar|enviar|concluir|fazer|logar|ver|receber|cadastrar|emitir)"
    r"|consegue(?:m)? (?:entrar|acessar|comprar|pagar|abrir|usar|finalizar|baixar|enviar"
    r"|concluir|fazer|logar|ver|receber|cadastrar|emitir)|get an? (?:error|blank)"
    r"|recebem? (?:um )?erro|perderam|were locked|are locked|ficaram sem|estao sem)\b",
    r"\b(?:http |status |returns? |returned |returning |answers? |answered |answering "
    r"|retorn\w{1,4} |respond\w{1,4} |gives? |with |com |um |an? )(?:an? |com "
    r"|um |only |apenas |with )?(?:http |status |code |codigo |erro )?5\d\d\b",
    r"\b(?:outage|unusable|inutilizave(?:l|is)|blank page|white screen|pagina em branco"
    r"|tela branca|tela em branco|em branco para)\b",
    r"\b(?:certificate|cert|licen[cs]e|domain|token|key|certificado|licenca|dominio|chave"
    r"|assinatura|senha)\b(?: \S{1,20}){0,6}? (?:has expired|have expired|is expired|expired"
    r"|ran out|lapsed|expirou|venceu|esta vencid[oa]|vencid[oa]|expirad[oa])\b",
    r"\b(?:disk|volume|partition|filesystem|disco|particao"
    r"|storage)\b(?: \S{1,20}){0,5}? (?:full|cheio|cheia|lotad[oa]|at 100|a 100|em 100"
    r"|at 9[6-9]|em 9[6-9]|99|100 ?%)|\bno space left\b|\bsem espaco\b",
    r"\b(?:stuck|has not (?:moved|run|been processed|advanced|completed)|have not (?:moved"
    r"|run|been processed)|has stopped|have stopped|not (?:run|moved) since"
    r"|stopped (?:running|processing|sending|writing|updating)|parad[oa]s? desde"
    r"|travad[oa]s? desde|nao (?:anda|roda|executa|processa|avanca|grava"
    r"|envia) (?:\w{1,10} )?desde|parou de (?:rodar|gravar|enviar|processar|funcionar"
    r"|registrar)|pararam de|deixou de (?:rodar|gravar|enviar|processar|funcionar"
    r"|ser executad[oa]))\b",
)
