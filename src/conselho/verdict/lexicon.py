"""What reports say, Portuguese and English, as patterns over folded and masked sentences.

Everything here is matched against text that `language.fold` and `language.mask` made: lower case,
no accents, names replaced by `§`. Every repetition is bounded and every gap is counted in words, so
that no pattern takes more than linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from conselho.models.verdict import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A way to say something that judges. A cue that is not firm gives way to a plain verdict.

    `grave` cues stay errors even where the text says that nothing is urgent.
    """

    severity: Severity
    name: str
    pattern: re.Pattern[str]
    firm: bool = True
    grave: bool = False


def _words(text: str) -> str:
    """An alternation of the words of `text`; a blank inside a phrase is written as `_`."""
    return "(?:" + "|".join(one.replace("_", " ") for one in text.split()) + ")"


def _gap(most: int) -> str:
    """Up to so many words, as few as will do."""
    return r"(?:[^\s.;!?|]{1,32} ){0,%d}?" % most


# -- nouns of trouble, and how they are said to be absent -----------------------------------------

_TROUBLE = _words(
    r"""
    errors? failures? failed fails? failing warnings? issues? problems? findings? vulnerabilit(?:y|ies)
    vulnerable vulns? cves? advisor(?:y|ies) alerts? secrets? leak(?:s|ed)? regress(?:ions?|ed) conflicts?
    violations? defects? bugs? incidents? crash(?:es|ed)? exceptions? time-?outs? timed_out offen[cs]es?
    duplicat(?:es?|ions?|ed) anomal(?:y|ies) flak(?:y|es|iness) retries broken broke mismatch(?:es)?
    differences? drift(?:ed)? concerns? blockers? risks? credentials? deprecat(?:ed|ions?) outdated missing
    errored diagnostics threats? malware downtime complaints? outages? discrepanc(?:y|ies) orphans?
    weakness(?:es)? affected todos? corrupt(?:ed|ion)? lost unused stale dead unreachable blocked
    attention follow-up action surprises skipped late delayed above over beyond exceeding slower slow larger bigger lost
    unsigned unpinned untested expired hits? suspicious unusual unexpected interruptions? pending
    erros? falhas? falhou falharam avisos? alertas? problemas? apontamentos? achados? vulnerabilidades?
    vulnerave(?:l|is) segredos? vaza(?:mentos?|d[oa]s?|ram) regress(?:oes|ao) conflitos? viola(?:coes|cao) defeitos?
    incidentes? exce(?:coes|cao) divergencias? diferencas? pendencias? pendentes? anomalias? duplicatas?
    duplicidades? credenciais quebrad[oa]s? quebrou quebraram riscos? bloqueios? bloqueadores? ocorrencias?
    inconsistencias? obsolet[oa]s? desatualizad[oa]s? ausentes? quedas? lentid(?:ao|oes) queixas? ressalvas?
    perdas? perdid[oa]s? vencid[oa]s? afetad[oa]s? instave(?:l|is) instabilidades? intermitencias? orf[oa]s
    interrup(?:coes|cao) corrompid[oa]s? repetid[oa]s? acao acoes observac(?:ao|oes) reclamac(?:ao|oes) estour\w{1,4}
    retrabalho atencao desvios? falta faltando acima pulad[oa]s? perdid[oa]s? expirad[oa]s? lent[oa]s? suspeit[oa]s? inesperad[oa]s? duplicad[oa]s? parad[oa]s? atras(?:os?|ad[oa]s?) reprovad[oa]s?
    """
)

# Words after a negation that show that something else is denied: "could not fix the error".
_OTHER = _words(
    r"""
    that because so but and for until longer only just time way access response reply answer able
    possible could can fix\w* handl\w+ finish\w* complet\w+ run start copy
    e mas porque para ate que exceto except apart backups? resposta acesso tempo consegu\w+ possivel
    resolv\w+ corrig\w+ trat\w+ conclu\w+ rodou executou terminou apenas so somente copia pode podem
    """
)
_DENIED = rf"(?:(?!{_OTHER}\b)[^\s.;!?|,:]{{1,32}} ){{0,5}}?{_TROUBLE}\b"
_AND = r"(?:,| or| and| nor|/| e| ou| nem|, nem|, or|, and| nor any| nem ha|; 0|, 0|, zero|, no| and no| and 0| e 0| e zero| e nenhum[a]?| e sem|, sem)"
_NEGATION = (
    r"(?:no|zero|0|without|none(?: of(?: the| these| them)?)?(?: \w{1,12})?(?: is| are| was| were)?|nenhum[a]? (?:del[ae]s|dos \w{1,12}|das \w{1,12}|esta|foi)|not a single|nor|nenhum[a]?|sem|nao|nunca|nem|jamais"
    r"|free (?:of|from)|livres? de|isent[oa]s? de|(?:did|does|do|is|are|was|were|has|have|had|could)(?: not|n't)"
    r"|not|never|nothing|nada|neither|ninguem|clear of|clean of|unable to (?:find|reproduce))"
)
_KEYS = r"(?:secrets?|credentials?|passwords?|keys?|tokens?|senhas?|segredos?|credenciais|chaves?|certificates?|certificados?)"
_LISTED = rf"(?:{_DENIED}|(?:[^\s.;!?|,:]{{1,20}} ){{0,2}}?{_KEYS}\b)"
ABSENT = re.compile(
    rf"(?<![\w.,/-]){_NEGATION} {_DENIED}(?:{_AND} ?{_LISTED}){{0,6}}"
    rf"|(?<![\w.,/-])(?:no|zero|0|nenhum[a]?|nao (?:encontr\w{{2,4}}|ha|foram encontrad\w{{2}}|achei|achamos)|(?:did not|didn't) (?:find|see|spot)(?: any)?) (?:[^\s.;!?|,:]{{1,20}} ){{0,3}}?{_KEYS}\b"
    rf"(?:{_AND} ?{_LISTED}){{0,6}}(?=[^.;!?]{{0,40}}\b(?:found|encontrad\w{{2}}|detect\w{{2,5}}|expost\w{{2}}|exposed|leaked|vazad\w{{2}}|in (?:the )?(?:code|repo\w*|history|logs?)|n[oa] (?:codigo|repositorio|historico)|committed)|[.!]?$)"
)
# "errors: 0", "falhas | 0", "quebrou em relacao a ontem: nada"
ABSENT_AFTER = re.compile(
    rf"\b{_TROUBLE}\b(?: \([^()]{{0,20}}\))?(?: [^\s.;!?|:=]{{1,20}}){{0,5}}?"
    r" ?(?:[:=|]|->| - )[ |]{0,12}"
    r"(?:0(?![.,/]?\d)(?! ?%)|zero\b|none\b|nenhum[a]?\b|nada\b|nil\b|no\b|nao\b|nothing\b|n/a\b|\[\])"
)
TROUBLE = re.compile(rf"\b{_TROUBLE}\b")
ABSENT_SHORT = re.compile(
    r"\b(?:nothing|nada)(?: \w{1,12}){0,2} (?:to|a|que|para|de)(?: \w{1,12})? ?"
    r"(?:report|fix|do|flag|open|note|add|change|declare|worry|relatar|corrigir|fazer|apontar|declarar|registrar"
    r"|assinalar|reportar|observar|preocup\w+|acrescentar|destacar|mencionar|novo|grave|errado|urgente|suspeito)\b"
    r"|\bnothing (?:wrong|suspicious|unusual|new|broken|stood out|is wrong|was found|found|came up|turned up)\b"
    r"|\bnada (?:foi )?(?:encontrad[oa]|errado|suspeito|de errado|de novo|consta|anormal|chamou|fora d[oa])"
    r"|\b(?:no|sem|zero) (?:further |more |other |mais |outros )?(?:comments?|remarks?|comentarios?)(?: to make| a fazer)?[.!]?$"
    r"|\bunaffected\b|\bunharmed\b"
)
CLEAN = "¤"  # stands where trouble was denied

# -- what takes the edge off a sentence ------------------------------------------------------------

CONDITION = re.compile(
    r"^(?:and |but |e |mas |- )?(?:if|when|whenever|unless|should|in case|in the event|se|quando|caso|em caso|sempre que"
    r"|a menos que) [^,:]{1,200}(?:,|:|$)"
    r"|\b(?:em caso de|no caso de|in case of|in the event of|on|upon|apos|after an?) (?:an? |uma? )?"
    r"(?:error|failure|falhas?|erros?|time-?out|crash|fail)\b"
    r"|\b(?:if|unless|whether|in case|se houver|se algo|se o|se a|caso) [^,.;]{1,200}"
    r"|\((?:e\.g\.|for example|such as|por exemplo|ex\.|p\. ex\.)[^()]{0,200}\)"
)
RESOLVED = re.compile(
    r"\b(?:fixed|resolved|solved|recovered|repaired|patched|remediated|eliminated|reverted"
    r"|no longer(?! (?:exists?|works?|compiles?|builds?|valid|available|maintained|supported|responds?|starts?|reachable|matches))|went away|disappeared|green again|pass(?:es|ed)? again|is back|are back|back to normal|works again"
    r"|false (?:alarm|positive)s?|cleared up|corrigi(?:d[oa]s?|u|ram|mos)?|resolvi(?:d[oa]s?)?|resolveu|sana(?:d[oa]s?|ram)"
    r"|solucionad[oa]s?|normaliz(?:ad[oa]s?|ou|aram)"
    r"|consertad[oa]s?|superad[oa]s?|voltou a|voltaram a|voltou ao|deixou de|deixaram de|ja nao"
    r"|sumiu|sumiram|desapareceu|revertid[oa]s?|falsos? positivos?|alarme falso|removid[oa]s? ontem|ja foi|ja foram|foi trocad[oa]"
    r"|quitad[oa]s?|rotated|revoked|renewed|purged|reissued|renovad[oa]s?|revogad[oa]s?|rotacionad[oa]s?|trocad[oa]s?|desfeit[oa]s?|mitigad[oa]s?|restabelecid[oa]s?|pass(?:es|ed)? now|works now|now (?:works|passes)|agora (?:passa|passam|funciona)|nao voltou a)\b|\bnao (?:se )?(?:falh|aparec|ocorr|acontec|reproduz|quebr|trav|repet|caiu|cai|surg|acus|registr|ha|houve|existe)\w{0,6} (?:\w{1,12} )?mais\b|\bnao se (?:repet\w{1,3}|reproduz\w{0,3})\b|\bnao reapareceu\b|\b(?:did|does|has|have) not (?:recur|come back|reappear|happened again|happen again|repeat)\w{0,3}\b|\b(?:pass|green|verde|passou|passam) (?:again|de novo|novamente)\b"
)
# These are over only when it is trouble that they are said of.
OVER = re.compile(
    r"\b(?:closed|encerrad[oa]s?|fechad[oa]s?|tratad[oa]s?|restored|restaurad[oa]s?|replaced|substituid[oa]s?|recuperad[oa]s?|addressed|eliminad[oa]s?"
    r"|ended|is over|terminou|acabou|cessou|cessaram|passou)\b(?! (?:com|por|with|by|without|sem|antes|in|em|early))"
    r"|\bback (?:to|at|below|under)\b|\bsince then\b|\bdesde entao\b"
)
UNRESOLVED = re.compile(
    r"\b(?:not|never|isn't|aren't|wasn't|hasn't|haven't|nao|nunca|nem|ainda|to be|be|must be|ser|serem|sera|seja|a ser|until|ate|cannot"
    r"|before|antes|without|sem)(?: \w{1,15}){0,3}? (?:fixed|resolved|solved|recovered|repaired|patched|restored|closed|addressed"
    r"|remediated|corrigi\w{1,4}|resolvi\w{1,4}|sanad[oa]s?|solucionad[oa]s?|encerrad[oa]s?|fechad[oa]s?|recuperad[oa]s?"
    r"|restaurad[oa]s?|tratad[oa]s?|foi|voltou|rotated|revoked|renewed|replaced|purged|revogad[oa]s?|rotacionad[oa]s?|renovad[oa]s?|substituid[oa]s?|trocad[oa]s?|removid[oa]s?|consertad[oa]s?|revertid[oa]s?|reverted)\b|\bunresolved\b|\bfix(?:ed)? by hand\b|\bfailed? closed\b"
)
PAST = re.compile(
    r"(?<!since )(?<!desde )(?<!than )\b(?:yesterday|last (?:night|week|month|year|quarter|run|time|round|release|sprint|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|n[ao] (?:segunda|terca|quarta|quinta|sexta|sabado|domingo)(?:-feira)?(?! (?:tentativa|vez|rodada|execucao))|previous(?:ly)?|earlier|in (?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|20\d\d)|(?:days|weeks|months|years|hours) ago|back then|at the time|used to|historical(?:ly)?"
    r"|post-?mortem|retrospective|ontem|anteontem|semana passada|mes passado|ano passado|trimestre passado|anterior(?:es|mente)?"
    r"|antig[oa]s?|na epoca|historico|no passado|ha (?:\d{1,4}|uns|duas|dois|tres|alguns) (?:dias|semanas|meses|anos|horas)"
    r"|em (?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro))\b"
    r"|\b(?:no dia|on|em) \d{1,2}(?:/| de | )(?:\d{1,2}|[a-z]{3,9})\b"
)
FUTURE = re.compile(
    r"\b(?:will|expires?|leaves?|ends|until|due|by (?:the )?end|next|vence(?:m)?|expira(?:m)?|sai|termina(?:m)?|sera|serao|ate|proxim[oa]s?|previst[oa]s?|planned|planejad[oa]s?)\b"
)
ONGOING = re.compile(
    r"\b(?:since|desde|still|ainda|continu\w{1,6}|segue|seguem|remains?|keeps?|persist\w{1,4}|until now|ate agora|for the last|again today"
    r"|every (?:run|time|night)|toda vez|de novo hoje)\b"
)
EXPECTED = re.compile(
    r"\b(?:as (?:designed|expected|intended|documented|specified|described|planned)|(?:conforme|como) (?:documentad|descrit|especificad|planejad)[oa]s?|intentional(?:ly)?|on purpose|by design|is expected|are expected|expected (?:error|failure|warning)s?"
    r"|de proposito|proposital(?:mente)?|intenciona(?:l|is|lmente)|esperad[oa]s?|como esperado|conforme (?:previsto|esperado)|por projeto"
    r"|allow-?listed|accepted risk|risco aceito|ignorad[oa]s? de proposito|known and accepted|simulad[oa]s?|simulated|deliberate(?:ly)?"
    r"|fixtures?|(?:example|sample) (?:keys?|data|config\w*|credentials?|values?|tokens?)|(?:chaves?|dados|valor(?:es)?|tokens?|credenciais) (?:de exemplo|de teste|fictici[oa]s?)|fake|dummy|fictici[oa]s?|placeholder)\b"
)
TALKS_ABOUT = re.compile(
    r"\b(?:error|failure|fault|exception|warning|alert|incident|crash|vulnerability|secret|issue|bug|risk)[- ]"
    r"(?:handling|handlers?|messages?|pages?|codes?|paths?|class(?:es)?|types?|budgets?|reporting|rates?|logs?|logging|boundar(?:y|ies)"
    r"|tracking|tracker|management|scan(?:ning|s|ner)?|templates?|response|rules?|recovery|modes?|tolerance|injection|policy|hierarchy"
    r"|strings?|texts?|counts?|counters?|names?|cases?|states?|banner|labels?|triage)\b"
    r"|\b(?:tratamento|mensage(?:m|ns)|paginas?|codigos?|tela|telas|classes?|tipos?|hierarquia|politica|caminho|manipulador|taxa|gestao"
    r"|registro|log|logs|canal|nome|textos?|categorias?|testes?) (?:de|das?|dos?|para) (?:erros?|falhas?|excec(?:ao|oes)|avisos?|alertas?"
    r"|incidentes?|riscos?|segredos?)\b"
    r"|\b(?:fail|fails) (?:safe|closed|fast|open)\b|\bfailover\b|\bwarning level\b|\bbug ?fix(?:es)?\b|\bhotfix\b"
)
MILD = re.compile(
    r"\b(?:not|nothing|non|isn't|aren't|no|none|nada|nao|sem|nenhum[a]?|ninguem|nem)(?: \w{1,12}){0,3}?[ -]{1,2}"
    r"(?:urgent|urgency|rush|hurry|blocking|blocker|merge-blocking|release-blocking|pressing|an emergency|needs fixing now"
    r"|urgentes?|urgencia|pressa|bloquei\w{1,4}|bloqueantes?|impede(?:m)?|impeditiv[oa]s?|emergencia)\b"
    r"|\bnon-?(?:urgent|blocking|critical)\b"
    r"|\b(?:can wait|pode(?:m)? (?:esperar|ficar para)|low priority|baixa prioridade|when (?:convenient|time allows|there is time)"
    r"|quando (?:der|houver (?:tempo|folga)|sobrar tempo)|at (?:your|some) leisure|no action (?:needed|required) (?:today|now)"
    r"|(?:sem|no|without)(?: any| nenhum)? (?:immediate )?(?:impact|impacto)\w{0,3}|prazo confortavel|sem prazo|at leisure|no hurry)\b"
)
NOT_URGENT = "it says that nothing is urgent"
DEFINES = re.compile(
    r"\b(?:critical|high|medium|low|warnings?|errors?|info|notes?|severity|critic[oa]s?|alt[oa]s?|medi[oa]s?|baix[oa]s?|avisos?|erros?|§)[\"']?"
    r" (?:means?|significa(?:m)?|quer dizer|stands for|is used (?:when|for)|indicates?|indica(?:m)?|e usad[oa] (?:quando|para))\b"
    r"|\bis part of the\b|\b(?:levels? used|niveis usados|levels are|niveis sao)\b"
)
CONTRAST = re.compile(
    r"\b(?:but|however|although|though|yet|except|apart from|despite|only|with (?:nits|comments|remarks|reservations|suggestions)|porem|mas|no entanto|embora"
    r"|contudo|todavia|entretanto|exceto|apesar|salvo|so que|com (?:ressalvas?|sugest(?:ao|oes)|observac(?:ao|oes)))\b"
)
QUESTION = re.compile(r"\?\s{0,3}$")
IMPERATIVE_PLAN = re.compile(
    r"\b(?:will (?:be|check|look|run|examine|review|scan|test|start)|going to|next (?:run|round|step)|plan(?:ned|s)? to|to do next"
    r"|will \w{3,12} (?:failing|leaked|the|old|all)|will cover|vai cobrir|vou|vamos|irei|sera|serao|pretendo|na proxima (?:rodada|execucao)|a proxima rodada)\b"
)
QUESTIONED = re.compile(r"\b(?:would|could|might|may|poderia|seria|talvez|eventual)\b")

# -- what is said ----------------------------------------------------------------------------------

_THING = _words(
    r"""
    tests? test_suites? suites? specs? builds? compilation pipelines? ci jobs? checks? workflows? deploys? deployments?
    migrations? releases? prs? pull_requests? main master branch(?:es)? scan audit run integration login endpoint api
    services? server page requests? install(?:ation)? app application sync import export upload worker queue
    database query gateway container pod node cron script restore backups? cases? scenarios? hooks? stage step lint(?:er)?
    command handler process packages? modules? imports? assertion(?:s)? payment checkout endpoints job_runner
    testes? compilacao esteira verificac(?:ao|oes) migrac(?:ao|oes) publicac(?:ao|oes) implantac(?:ao|oes) restaurac(?:ao|oes)
    casos? cenarios? servicos? servidor pagina instalacao aplicacao sincronizacao importacao exportacao consulta fila
    banco ambiente site varredura auditoria rotina tarefa etapa comando processo pacote modulo pagamento tela
    execucao rodada entrega build assercao assercoes producao production staging homologacao gerador replica
    """
)
_NOT = r"(?:not|n't|nao|never|nunca)"
_DO = _words(
    r"""
    run complete finish read reach connect open verify check determine access scan analy[sz]e evaluate test start load
    find fetch download install parse build resolve execute proceed continue clone log_in login authenticate confirm measure get
    perform carry audit inspect compile import decode locate see tell assess answer retrieve query write save
    be_\w{2,15}
    rodar executar concluir terminar ler acessar conectar abrir verificar checar determinar alcancar analisar avaliar testar
    iniciar carregar encontrar baixar instalar compilar resolver prosseguir continuar clonar autenticar confirmar medir obter
    fazer auditar inspecionar completar chegar finalizar realizar localizar buscar comparar validar gravar salvar consultar
    conferir montar entrar ser_\w{2,15} gerar subir falar
    """
)
_CHECK = _words(
    r"""
    check scan run audit analysis review job verification inspection test_run session agent process tool script task
    verificacao varredura analise auditoria revisao rodada execucao tarefa sessao agente ferramenta rotina inspecao conferencia
    """
)
_SECRET = _words(
    r"""
    secrets? credentials? passwords? api_keys? api-keys? private_keys? access_keys? tokens? signing_keys? ssh_keys? keys?
    senhas? segredos? credenciais credencial chaves? certificado_privado tokens? personal_data pii dados_pessoais
    cpfs? customer_data dados_de_clientes
    """
)
_BAD_FLAW = _words(
    r"""
    vulnerab\w{3,8} vulns? cves? advisor\w{1,3} findings? issues? flaws? falhas? problemas? problems? bugs? apontamentos? achados?
    alertas? alerts? incident\w{0,2} defects? defeitos? severity severidade gravidade risk risco brechas? exposure erros? errors?
    """
)
_SEVERE = _words("critical high critic[oa]s? alt[oa]s? graves? gravissim[oa]s? severe")
_MODEST = _words(
    "medium low moderate medi[oa]s? moderad[oa]s? baix[oa]s? minor pequen[oa]s? leves? informational"
)
_LIMIT = _words(
    r"""
    limit limits threshold target goal budget maximum max minimum quota baseline ceiling allowed allowance slo policy guideline guidelines recommendation recommended objective agreed
    limite limites meta alvo teto orcamento maximo minimo cota piso patamar minima maxima recomendado recomendacao orientacao regra objetivo permitido combinado acordado
    """
)


def _cue(
    severity: Severity, name: str, *patterns: str, firm: bool = True, grave: bool = False
) -> Cue:
    joined = "|".join(patterns)
    return Cue(severity=severity, name=name, pattern=re.compile(joined), firm=firm, grave=grave)


ERRORS = (
    _cue(
        Severity.ERROR,
        "the check could not do its job",
        r"\b(?:an?|by|with|to|of|after|the) (?:network|connection|dns|timeout|auth\w{0,12}|permission|i/o|io|disk) (?:error|failure)\b|\b(?:um|uma|por|com|d[oe]|apos|pel[oa]) (?:erro|falha) (?:de|da|na|no) (?:rede|conexao|autenticacao|permissao|disco|leitura|gravacao|dns|tempo)\b",
        r"\b(?:respondeu|responde|answered|answers|replied|responded) (?:a |to )?(?:nenhum[a]?|none|nobody|ninguem|no)\b|\bcut off\b|\bcortad[oa]s? (?:no|antes|pela)\b|\bno conclusion\b",
        r"\b(?:was|were|got|foi|foram) (?:refused|denied|recusad[oa]s?|negad[oa]s?)\b|\b(?:ended|finished|stopped|exited|terminou|acabou|saiu|encerrou) (?:\w{1,12} )?(?:without (?:looking|reading|checking|running|producing|testing|a result|results|finishing|output)|sem (?:ler|olhar|verificar|rodar|produzir|testar|resultado|concluir|terminar|relatorio))\b",
        r"\b(?:repository|repositorio|directory|diretorio|folder|pasta|clone|checkout|database|input|entrada)(?: \w{1,12}){0,3} (?:is|was|esta|estava|veio|came) (?:empty|vazi[oa]|read-only|somente leitura)\b",
        r"\b(?:nao|did not|didn't|never) (?:respond\w{1,4}|answer\w{0,2}|repl\w{1,3}|terminou|finish\w{0,2}|complet\w{1,3}) (?:dentro d[eo]|em|within|in time|a tempo|no prazo|before)\b",
        r"\b(?:killed|encerrad[oa]|morto|terminated|interrompid[oa]|stopped) (?:after|apos|depois de|by|pel[oa]|por) (?:the |o |a )?(?:\S{1,12} ){0,2}?(?:minutes|minutos|seconds|segundos|time-?out|prazo|tempo|limit|limite|watchdog|memory|memoria|oom|scheduler|sistema)\b",
        r"\b(?:did not|didn't|does not|nao) (?:even )?(?:post|produce|return|yield|generate|deliver|get past|reach|publicou|gerou|devolveu|produziu|entregou|passou d[eoa]) (?:any(?:thing)?|an?|the|past|result\w*|o|a|nada|nenhum\w?|resultado\w*|relatorio)?\b",
        r"\b(?:no|sem|without an?y?|nenhum[a]?) (?:\w{1,12} )?(?:result|results|review|verdict|report|conclusion|resultado|resultados|parecer|veredito|conclusao|relatorio)\b(?! (?:above|acima|over|ruim|negativ\w|grave))",
        r"\bnever (?:got|made it|reached|arrived|ran|started|finished|completed|came up|answered)\b|\bnem (?:sequer )?(?:comec(?:ou|aram)|cheg(?:ou|aram)|inici(?:ou|aram)|rod(?:ou|aram)|abriu|abriram)\b|\bnao cheg(?:uei|ou|aram|amos) a\b",
        r"\b(?:so|somente|apenas|only|just) (?:a )?(?:metade|parte|half|part|(?:the )?first|o primeiro|a primeira|\d{1,6} (?:of|de|d[oa]s|out of) (?:the |os |as )?\d{1,7}) (?:\S{1,15} ){0,4}?(?:was|were|foi|foram|could|got|possivel|lid[oa]s?|read|scanned|checked|processed|analis\w{3,5}|verific\w{3,5})\b",
        r"\bnao da (?:para|pra) (?:afirmar|dizer|concluir|saber|confiar|garantir|comparar)\b|\b(?:impossible|not possible) to (?:say|tell|know|judge|conclude|verify|check)\b|\bno way (?:of|to) (?:know|tell|verif\w{1,4}|check\w{0,3})\b",
        r"\b(?:nothing|nada)(?: ha)? (?:left )?(?:to|a|para) (?:compare|check|scan|test|audit|comparar|verificar|conferir|testar|analisar)\b|\bnao (?:ha|havia) o que (?:comparar|verificar|conferir|testar|analisar|medir)\b",
        r"\b(?:hit|reached|exceeded|over) (?:your|my|the|our|its) (?:\w{1,10} )?(?:limit|quota|cap)\b|\btoo many requests\b|\brate[- ]?limit\w{0,3}\b|\b429\b|\bcota (?:esgotada|excedida)\b|\blimite de (?:uso|requisicoes|chamadas)\b",
        r"\b(?:give|gave|giving) up\b|\b(?:encerrei|encerrou|encerrad[oa]|terminei|parei|saiu|sai) (?:\S{1,12} ){0,4}?(?:sem|antes de|no meio|pela metade)\b",
        r"\b(?:should|must|can)(?: not|not|n't) be (?:relied|trusted|used as)\b|\bdo not (?:rely on|trust)\b|\bnao (?:deve|pode) ser (?:usad[oa]|considerad[oa]) como\b|\bnao (?:confiem|confie|considere\w?)\b",
        r"\b(?:skipped|skipping|pulad[oa]s?|ignorad[oa]s?|omitid[oa]s?) (?:\S{1,12} ){0,3}?(?:because|since|due to|as the|porque|por falta|pois|ja que)\b",
        r"\b(?:refused|refuses|rejected|rejects|declined|denied|blocked|recus(?:ou|a|ado|ada|aram)|rejeit(?:ou|a|ado|ada|aram)|neg(?:ou|ado|ada|aram)|barrou|barrad[oa]) (?:\S{1,12} ){0,3}?(?:access|connections?|login|credentials?|token|key|to (?:go on|continue|start|connect|run)|us|me|acesso|conex(?:ao|oes)|credencia\w{1,2}|chave|pedido|a seguir)\b",
        r"\b(?:returned|returns|answered|answers|answering|responded|got|gave|retorn(?:ou|a)|respond(?:eu|e)|devolv(?:eu|e)|recebi|deu) (?:with |com |an? |um |only |so |apenas )?(?:http |status |erro |error |code |codigo ){0,2}(?:40[0134578]|429|5\d\d)\b",
        r"\b(?:is|was|are|were|went|esta|estava|estao) (?:missing|gone|absent|ausente|sumid[oa])s? (?:from|in|on|d[oae]|n[oa])\b",
        r"\b(?:lost|dropped|perdi|perdeu|caiu) (?:the |a )?(?:connection|conexao|link|sessao|session)\b|\b(?:host key|chave do host)\b(?: \S{1,10}){0,3} (?:changed|mudou|verification)",
        rf"\b(?:could not|couldn't|cannot|can't|can not|wasn't able to|was not able to|were not able to|not able to|unable to"
        rf"|did not manage to|failed to|fails to) {_gap(2)}{_DO}\b",
        r"\bnao (?:consegui(?:mos|u|ram)?|consigo|foi possivel|pude|pudemos|deu para|ha como|havia como|houve como|tive como|tenho como"
        rf"|e possivel|se conseguiu) {_gap(2)}{_DO}\b",
        r"\bimpossivel (?:de )?(?:ler|acessar|conectar|abrir|executar|verificar|concluir)\b",
        r"\b(?:nothing|nada) (?:was|were|has been|could be|got|is|foi|pode ser|chegou a ser) "
        r"(?:\w{1,12} )?(?:checked|scanned|verified|tested|evaluated|examined|analy[sz]ed|reviewed|audited|read|measured|run|executed|inspected"
        r"|verificad[oa]|analisad[oa]|avaliad[oa]|testad[oa]|examinad[oa]|lid[oa]|medid[oa]|executad[oa]|auditad[oa]|conferid[oa]|revisad[oa])\b",
        r"\b(?:no|nenhum|nenhuma|not a single|zero|0) (?:\w{1,15} ){0,2}(?:was|were|has been|have been|ran|foi|foram|chegou a ser|rodou)"
        r"(?: \w{1,10})? ?(?:checked|scanned|verified|tested|evaluated|examined|analy[sz]ed|reviewed|audited|read|run|executed"
        r"|verificad[oa]s?|analisad[oa]s?|avaliad[oa]s?|testad[oa]s?|examinad[oa]s?|lid[oa]s?|executad[oa]s?|auditad[oa]s?|coletad[oa]s?)\b",
        r"\b(?:no tests? (?:ran|were run|were collected|collected|found)|nenhum teste (?:rodou|foi executado|foi coletado|encontrado))\b",
        rf"\b{_CHECK}\b {_gap(4)}(?:aborted|interrupted|cancel+ed|cut short|stopped|crashed|died|killed|did not (?:run|finish|complete|start|begin)"
        r"|didn't (?:run|finish|complete|start)|never (?:ran|finished|started|completed)|ended early|incomplete|timed out|hung|hangs"
        r"|abortad[oa]|interrompid[oa]|cancelad[oa]|parou|morreu|travou|incomplet[oa]|pela metade|nao (?:terminou|rodou|foi executad[oa]"
        r"|comecou|chegou ao fim|acabou|foi concluid[oa]|concluiu|iniciou)|expirou|caiu)\b",
        r"\b(?:gave up|giving up|aborted|aborting|abortei|abortando|desisti|desistiu|interrompi|parei (?:no|na|antes|aqui|sem)|i stopped|had to stop"
        r"|tive de parar|tive que parar)\b",
        r"\b(?:ran out of|run out of|out of|exhausted|used up|hit|reached|exceeded) (?:the |my |its |our )?(?:\w{1,12} ){0,3}"
        r"(?:turns|tokens|time|context|credits?|quota|rate limit|memory|disk space|space left|time limit|turn limit|token limit|context window|usage limit)\b",
        r"\b(?:limite|cota|credito|saldo|orcamento|tempo|turnos|tokens|contexto|janela)s? (?:de |d[oa]s? |maximo )?(?:\S{1,15} ){0,4}?"
        r"(?:acab(?:ou|aram)|esgot(?:ou|ad[oa]s?|aram)|estour(?:ou|ad[oa]|aram)|atingid[oa]|foi atingid[oa]|excedid[oa]|expirou)\b",
        r"\b(?:timed out|time-?d?-?out (?:after|while|at)|tempo (?:limite )?(?:esgotado|excedido)|deadline exceeded|estourou o (?:tempo|prazo))\b",
        r"\b(?:access|permission|permissions|acesso|permissao)(?: \w{1,10}){0,2} (?:denied|refused|negad[oa]|recusad[oa])\b",
        r"\b(?:sem|falta(?:-me)?|nao tenho|nao tinha|lacks?|without|no|missing|do not have|don't have) (?:de )?(?:read |write |the )?(?:access|permission|permissions|permissao|acesso) (?:to|for|a|ao|de|para)\b",
        r"\b(?:is|was|were|are|esta|estava|estao|foi) (?:not|nao) (?:installed|available on|present on|instalad[oa])\b|\bnao (?:esta|estava|foi) instalad[oa]\b"
        r"|\b(?:isn't|wasn't) installed\b|\bnot (?:found )?(?:in|on) (?:the )?path\b",
        r"\b(?:file|files|directory|folder|repository|path|script|target|branch|config(?:uration)?|database|arquivo|arquivos|diretorio|pasta"
        r"|repositorio|caminho|alvo|ramo|banco|tool|binary|ferramenta|comando|command|§)"
        r"(?: \S{1,24}){0,4}? (?:does not exist|doesn't exist|did not exist|do not exist|was not found|were not found|not found|is unreadable"
        r"|are unreadable|nao existe|nao existem|nao existia|inexistente|nao (?:foi|foram) encontrad[oa]s?|ilegive(?:l|is)|nao encontrad[oa])\b",
        r"\b(?:unreachable|inacessive(?:l|is)|inalcancave(?:l|is)|indisponive(?:l|is)|unavailable|offline)\b",
        r"\b(?:inconclusiv[eoa]|incomplete (?:run|result|scan|check)|resultado incompleto|partial result|resultado parcial|not conclusive)\b",
        r"\b(?:connection|conexao) (?:\w{1,12} ){0,3}(?:refused|reset|lost|dropped|failed|recusada|perdida|caiu|encerrada|interrompida)\b",
        r"\b(?:did not|didn't|does not|doesn't|not|stopped|nao|never|parou de|sem) (?:ha |houve )?(?:answer(?:ing)?|respond(?:ing|eu|e|er)?|resposta|reply)\b",
        r"\b(?:unauthorized|forbidden|quota exceeded|rate[- ]limited|invalid (?:api )?(?:key|token|credentials)|(?:token|chave|credencial|sessao|login|credential|session|key)"
        r"(?: \w{1,10}){0,3} (?:expired|expirou|expirad[oa]|invalid[oa]?|revogad[oa]|recusad[oa]|rejected))\b",
    ),
    _cue(
        Severity.ERROR,
        "something fails",
        r"\b(?:all|everything|every|tudo|todos?|todas?|cada)\b[^.;!?]{0,60}\b(?:except|exceto|menos|but|tirando|save|salvo) (?:for |por )?(?:one|two|three|um|uma|dois|duas|tres|\d{1,4}|§|the|o|a)\b",
        r"\b(?:does|do) not hold\b|\bnao se sustenta(?:m)?\b|\b(?:not|nao) (?:satisfied|met|fulfilled|atendid[oa]s?|cumprid[oa]s?|satisfeit[oa]s?)\b",
        r"\b(?:did not|didn't|do not|don't|does not|doesn't|nao)[.!]?$",
        r"\b(?:linker|compiler|link|import|runtime|compile|migration|assertion|startup|fatal|internal) (?:error|failure|crash)\b|\b(?:erro|falha) (?:de|do|no|na|ao) (?:compilador|link\w{0,4}|importacao|execucao|migracao|iniciar|subir|carregar|servidor|banco)\b",
        r"\b(?:tests?|testes?|cases?|casos|checks?|specs?) (?:\S{1,12} ){0,3}?(?:do not|don't|did not|didn't|nao) (?:pass\w{0,4}|run)\b",
        r"\b(?:throws?|threw|raises?|raised|panics?|panicked|segfault(?:s|ed)?|lanc(?:a|ou)|levanta|levantou|dispara|estoura|termina(?:m)? (?:com|em)|ends? (?:in|with)|dies with|morre com|aborta(?:m)? com) (?:an? |the |um |uma |o |a |em )?(?:\w{1,12} )?(?:§|error|exception|erro|excecao|panic|stack trace|traceback|timeout)",
        r"\b(?:every|all|todas?|todos?|each|cada) (?:\S{1,15} ){0,4}?(?:fails?|failed|failing|falham?|falhou|falharam|quebra(?:m)?|errors? out)\b",
        r"\b(?:started|starts|comec(?:ou|aram)|passou|passaram) (?:a )?(?:fail(?:ing)?|falhar|quebrar|crashing|cair|travar|dar erro)\b",
        r"\b(?:refers? to|imports?|calls?|referencia|importa|chama|usa|depends? on|depende de) (?:\S{1,15} ){0,6}?(?:was (?:deleted|removed)|no longer exists?|does not exist|nao existe(?: mais)?|foi (?:apagad|removid)[oa])\b",
        rf"\b{_THING}\b(?:[,:]| \([^()]{{0,40}}\))? ?{_gap(5)}(?:fails?|failed|failing|broken|broke|breaks|red|crash(?:es|ed|ing)|errored|falh(?:a|am|ou|aram|ando)"
        r"|quebr(?:ou|aram|ad[oa]s?|a|am|ando)|caiu|cairam|vermelh[oa]s?|reprovad[oa]s?|reprov(?:ou|aram)|trav(?:ou|ad[oa]s?|aram|a|ando)|hangs?|hung|down|estour(?:ou|aram))\b",
        rf"\b(?:failing|failed|broken|red|crashing|quebrad[oa]s?|reprovad[oa]s?) (?:\w{{1,15}} )?{_THING}\b",
        r"\b(?:does not|doesn't|do not|don't|won't|will not|did not|didn't|no longer|stopped|can't|cannot) (?:even )?(?:compile|compiling|build|building|start|starting|boot|booting|work|working|install|installing|parse|parsing|load|loading|pass|passing|typecheck|type-check|link|match the checksum)\b",
        r"\bnao (?:esta |estao )?(?:compil\w{1,5}|sob(?:e|em|iu)|inici(?:a|am|ou)|abr(?:e|em|iu)|funcion\w{1,4}|rod(?:a|am|ou|aram)|pass(?:a|am|ou|aram)|carreg(?:a|am|ou)|instal(?:a|am|ou)|fech(?:a|ou)|bat(?:e|em|eu)|respond(?:e|em|eu))\b",
        r"\b(?:is|are|was|were|went|turned|stays?|still|remains?|esta|estao|ficou|ficaram|segue|seguem|continua|continuam) (?:\w{1,10} )?(?:red|down|broken|failing|quebrad[oa]s?|vermelh[oa]s?|fora do ar|travad[oa]s?|no chao)\b",
        r"\b(?:fora do ar|em pane|saiu do ar|derrubou|derrubad[oa]s?|segfaults?|panics?|core dump|stack overflow|out of memory|oom|deadlock|infinite loop|laco infinito)\b",
        r"\b(?:compilation|type|syntax|build|compilacao|sintaxe) errors?\b|\berros? de (?:compilacao|sintaxe|tipos?)\b",
        r"\b(?:an?|unhandled|uncaught|the) (?:\w{1,20} )?(?:exception|error) (?:was |is |has )?(?:thrown|raised|occurred|ocurred|happened|stopped|came back)\b|\b(?:deu|ocorreu|houve|lanca|lancou) (?:um |uma )?(?:erro|excecao|falha)\b|\bexcecao nao tratada\b",
        r"\b(?:exit(?:ed|s)?(?: with)?(?: code| status)?|codigo de saida|saiu com(?: o)?(?: codigo)?|return code|terminou com(?: o)?(?: codigo)?):? (?:[1-9]\d{0,2})\b",
    ),
    _cue(
        Severity.ERROR,
        "a high or critical finding",
        rf"\b{_SEVERE}(?:[-/ ](?:and|or|e|ou|to|critical|high|critic[oa]s?|alt[oa]s?|severity|risk|impact|severidade|security)){{0,4}}[- ](?:\w{{1,20}} )?{_BAD_FLAW}\b",
        rf"\b{_BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated |classificad[oa]s? (?:como )?|considerad[oa]s? |as )?(?:severidade |gravidade |nivel |risco |severity )?{_SEVERE}(?: severity| gravidade| risk)?(?=[\s.,;:)!]|$)",
        r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact|impacto)\]? ?[:=|] ?\W{0,4}(?:critical|high|critic[oa]|alt[oa]|grave|severe|error|erro|blocker)\b",
        r"^\W{0,6}\[(?:critical|high|critic[oa]|alt[oa]|grave|p0|p1|sev-?[01]|blocker)\]",
        r"^\W{0,6}\(?(?:critical|high|critic[oa]|alt[oa]|grave|blocker)\)?(?::| - )",
        r"\bcvss(?: v?\d(?:\.\d)?)?(?: \w{1,8}){0,2}[: (]{1,3}(?:[789](?:[.,]\d)?|10(?:[.,]0)?)(?![\d])",
        r"\bactively exploited\b|\bexploited in the wild\b|\bzero[- ]day\b|\bexploracao ativa\b|\bem exploracao\b",
        grave=True,
    ),
    _cue(
        Severity.ERROR,
        "a leak or an open door",
        r"\b(?:senhas?|chaves?|tokens?|credencia(?:l|is)|segredos?|passwords?|keys?|secrets?|credentials?)\b(?: \S{1,20}){0,7}? (?:escrit[oa]s?|gravad[oa]s?|fix[oa]s?|salv[oa]s?|guardad[oa]s?|impress[oa]s?|written|stored|saved|printed|logged|in the clear|over plain|trafega(?:m)?|padrao|default)\b|\b(?:default|padrao|standard) (?:\w{1,10} )?(?:password|senha|credentials?|admin)\b",
        r"\b(?:card numbers?|credit cards?|card data|personal data|health data|social security|home address(?:es)?|numeros? d[eo] cartao|cartao de credito|dados (?:pessoais|de saude|bancarios|sensiveis)|cpfs?|e-?mails? de clientes)\b(?: \S{1,20}){0,8}? (?:logs?|log|url|urls|plain|claro|publicly|public[oa]|third part\w{1,3}|terceiros|exposed|expost[oa]s?|visible|visive(?:l|is)|written|escrit[oa]s?|gravad[oa]s?|sent|enviad[oa]s?)\b",
        r"\b(?:anyone|anybody|everyone|any (?:visitor|user|customer|guest)|qualquer (?:um|pessoa|usuario|visitante|cliente|conta)|todo mundo) (?:\w{1,12} )?(?:on|in|com|que|de|d[ao]|with|from|outside|apaga|altera|edita|lista|exclui|baixa|troca|deletes?|edits?|lists?|changes?|downloads?|logs|enters|gets|has)\b",
        r"\b(?:predictable|guessable|previsive(?:l|is)|adivinhave(?:l|is)) (?:\w{1,10} )?(?:ids?|tokens?|passwords?|session|senhas?|sessao|sessoes)\b|\b(?:session|sessao|token|reset|password|senha)\b(?: \S{1,12}){0,4} (?:predictable|guessable|previsive(?:l|is)|adivinhave(?:l|is))\b|\bplain http\b|\bsem criptografia\b|\bunencrypted\b",
        r"\b(?:lets?|allows?|allowing|enables?|permit(?:e|em|indo|s)|deixa(?:m)?|possibilita|da a) (?:\S{1,15} ){0,3}?(?:attackers?|strangers?|anyone|anybody|any|everyone|others?|unauthenticated|atacantes?|invasor(?:es)?|qualquer|estranhos?|terceiros|outr[oa]s?|visitantes?)\b",
        r"\b(?:attackers?|atacantes?|invasor(?:es)?|hackers?|malicious \w{1,12}|intruders?|stranger) (?:\S{1,12} ){0,3}?(?:can|could|may|might|is able|pode|podem|consegue|conseguem|conseguiria|poderia)\b",
        r"\b(?:take|takes|taking|took) over\b(?: \S{1,10}){0,3} account|\baccount takeover\b|\b(?:tomar|assumir|sequestrar) (?:\S{1,10} ){0,3}(?:contas?|sessao)\b|\bprivilege escalation\b|\b(?:escalonamento|elevacao|escalada) de privilegios?\b",
        r"\b(?:data|records?|invoices?|files?|orders?|messages?|accounts?|documents?|photos?|details|dados|registros|faturas?|arquivos|pedidos|mensagens|contas?|documentos|notas|cadastro) (?:of|from|belonging to|d[eoa]s?) (?:any|other|another|all|qualquer|outr[oa]s?|tod[oa]s|terceiros|alheios?)\b",
        r"\b(?:other|another|someone else's|any) (?:customers?|users?|tenants?|people|clients?|person|accounts?|company)(?:'s?)? (?:\w{1,12} )?(?:data|records?|invoices?|files?|orders?|messages?|details|documents?|addresses|passwords?)\b",
        r"\b(?:real|live|valid|production|active|working|actual|private|privada|verdadeir[oa]) (?:\w{1,15} ){0,3}(?:keys?|tokens?|passwords?|credentials?|secrets?|certificate)\b",
        r"\b(?:chaves?|senhas?|tokens?|segredos?|credencia(?:l|is)|keys?|passwords?|secrets?|credentials?)\b(?: \S{1,20}){0,9}? (?:privad[oa]|public[oa]|publicly|public|enviad[oa]s?|subid[oa]s?|pasted|colad[oa]s?|pushed|ainda valid[oa]s?|still (?:valid|active|works)|aparece(?:m)?|apareceu|appears?)\b",
        r"\b(?:without|no|missing|sem|nao (?:exige|pede|verifica|checa|valida|confere)|does not (?:check|verify|require|validate)|never (?:checks|verifies)|skips?|ignora|pula) (?:any |the |a |o |qualquer )?(?:authentication|authorization|auth|login|signature|permission|ownership|access) (?:check|checks|control|at all|whatsoever)?|\b(?:sem|nao exige|nao pede|dispensa) (?:autenticacao|autorizacao|login|assinatura)\b",
        rf"\b{_SECRET}\b {_gap(8)}(?:leak(?:ed|s|ing)?|exposed|committed|checked in|pushed|hard-?coded|in (?:the )?(?:repo|repository|history|clear|plain|logs?|source|code|bundle|client|git)|in plain ?text"
        r"|vaz(?:ad[oa]s?|ou|aram|ando)|expost[oa]s?|expoe|commitad[oa]s?|versionad[oa]s?|no (?:repositorio|historico|codigo|git|log|bundle|commit)|nos logs|em texto (?:puro|claro|plano|aberto)|publicad[oa]s?|visive(?:l|is)|publicly)\b",
        rf"\b(?:leaked|leaks|exposed|exposes|hard-?coded|vazou|vazaram|vazamento de|exposicao de|expoe|live|committed|prints|logs) (?:\w{{1,15}} ){{0,3}}{_SECRET}\b",
        rf"\b{_SECRET}\b (?:real|reais|verdadeir[oa]s?|valid[oa]s?|de producao|still valid|ainda valid[oa]|em uso|ativa)\b|\b(?:real|live|valid|production|active|working) {_SECRET}\b",
        rf"\b(?:revoke|revogue\w?|revogar|revoguem|rotate|rotacione\w?|rotacionar|invalidate|invalide\w?|troque\w?|trocar|trocada) (?:\w{{1,15}} ){{0,4}}?(?:{_SECRET}|it|them|now|agora|imediatamente|today|hoje)\b",
        r"\b(?:sql|command|code|prompt|template|shell|ldap)[- ]injections?\b|\binjec(?:ao|oes) (?:de )?(?:sql|comandos?|codigo)\b|\bremote code execution\b|\brce\b|\bexecucao remota\b|\bpath traversal\b|\bauth(?:entication|orization)? bypass\b|\bbypass(?:es|ed)? (?:the )?(?:auth\w{0,12}|login|permission)\b",
        r"\b(?:anyone|anybody|any (?:\S{1,12} ){0,2}(?:user|visitor|customer|client|person|caller)|everyone|qualquer (?:um|pessoa|usuario|visitante|cliente|conta)|todo mundo|outro usuario|other users)\b"
        rf" {_gap(6)}(?:can|could|may|is able to|gets|sees?|reads?|pode|podem|consegue|conseguem|le|ve|acessa|baixa|entra)\b",
        r"\b(?:any|qualquer|wrong|empty|blank|errada|vazia) (?:password|senha) (?:is accepted|works|logs|e aceita|serve|funciona|entra)\b|\baccepts? any (?:password|token)\b|\baceita qualquer (?:senha|token)\b",
        r"\b(?:world[- ]readable|world[- ]writable|publicly (?:readable|accessible|writable|reachable)|open to the (?:internet|world|public)|exposed to the internet|aberto para a internet|expost[oa] (?:na|a) internet|acessivel publicamente|bucket publico)\b",
        grave=True,
    ),
    _cue(
        Severity.ERROR,
        "data is lost or wrong",
        r"\b(?:values?|amounts?|totals?|balances?|prices?|invoices?|valores?|saldos?|totais|precos?|boletos?|faturas?|cobrancas?|resultados?)\b(?: \S{1,12}){0,5}? (?:wrong|incorrect|negative|negativ[oa]s?|errad[oa]s?|incorret[oa]s?|trocad[oa]s?|inflated|dobrad[oa]s?)\b",
        r"\b(?:lose|lost|loses|losing|perde(?:m|u|ram)?|perdendo) (?:\w{1,10} ){0,2}?(?:work|progress|files|orders|messages|changes|history|trabalho|arquivos|pedidos|mensagens|alteracoes|historico|money|dinheiro)\b",
        r"\b(?:also|tambem) (?:deletes?|removes?|erases?|apaga|remove|exclui)\b|\b(?:dumps?|backups?|files?|arquivos?|copias?)\b(?: \S{1,12}){0,4} (?:0|zero) bytes?\b",
        r"\b(?:empty|blank|zero-length|vazi[oa]s?|em branco|zerad[oa]s?) (?:\w{1,12} )?(?:files?|exports?|dumps?|backups?|reports?|tables?|database|arquivos?|tabelas?|banco|exportac(?:ao|oes))\b(?: \S{1,15}){0,6}? (?:every|each|since|desde|tod[oa]s?|instead|em vez)\b|\b(?:arquivos?|dumps?|backups?|tabelas?|exportac(?:ao|oes)|files?|exports?|tables?|database) (?:\w{1,12} ){0,3}?(?:vazi[oa]s?|zerad[oa]s?|em branco|empty)\b",
        r"\b(?:removes?|deletes?|drops?|erases?|wipes?|apaga(?:m)?|exclui|remove(?:m)?|elimina|zera) (?:every|all|any|tod[oa]s?|qualquer)(?: \S{1,12}){0,2} (?:users?|customers?|orders?|data|rows?|records?|files?|accounts?|tables?|backups?|usuarios?|clientes?|pedidos?|dados|registros?|linhas?|arquivos?|contas?|tabelas?)\b",
        r"\b(?:dados|registros|pedidos|arquivos|fotos|mensagens|data|records|files)\b(?: \S{1,10}){0,3} (?:some(?:m)?|se perdem|vao se perder|will be lost|would be lost|are gone|gone|serao perdidos|serao apagados)\b",
        r"\b(?:data loss|loss of data|loses? data|losing data|lost data|perda de dados|perdem? dados|perdeu dados|perdendo dados|data corruption|corrupcao de dados)\b",
        r"\b(?:corrupt(?:ed|s|ing)?|corrompid[oa]s?|corromp(?:e|em|eu|eram))\b",
        r"\b(?:rows?|records?|data|tables?|orders?|users?|customers?|invoices?|messages?|events?|payments?|columns?|entries|registros?|dados|tabelas?|pedidos?|usuarios?|clientes?|faturas?|notas?|mensagens?|linhas|pagamentos?|colunas?|arquivos?|files?|backups?)\b"
        rf" {_gap(5)}(?:(?:was|were|been|are|is|get|gets|being) (?:silently )?(?:lost|deleted|erased|wiped|overwritten|truncated|dropped|duplicated|destroyed)|vanish(?:ed|es)?|disappear(?:ed|s)?|went missing|perdid[oa]s|se perd(?:eu|eram|em|e)|apagad[oa]s?|sobrescrit[oa]s?|sumi(?:u|ram|ndo)|desaparece(?:u|ram)|excluid[oa]s? por engano|descartad[oa]s? sem)\b",
        r"\b(?:deletes?|deleted|drops?|dropped|erases?|wipes?|wiped|truncates?|overwrites?|apag(?:a|ou|am|aram)|sobrescreve(?:u|m|ram)?|remove(?:u)? por engano|descarta|perde(?:u)?|elimina) (?:\w{1,12} ){0,4}?(?:data|tables?|rows?|records?|columns?|database|volume|orders?|customers?|dados|tabelas?|registros?|colunas?|linhas|banco|volume|pedidos?|clientes?)\b",
        r"\b(?:zero[- ]bytes?|0[- ]bytes?|zero bytes|vazi[oa]s? desde|empty since)\b|\bbackups?\b(?: \S{1,20}){0,8}? (?:empty|vazi[oa]s?|missing|ausentes?|stale|old|velho|nao (?:restaura|abre|existe|roda)|cannot be restored|could not be restored)\b",
        r"\b(?:no|nenhum|nenhuma|sem|not a single|nao existe|nao ha|nao temos|nao existem|there is no|without a) (?:\w{1,15} ){0,2}(?:backups?|copy|copia|dump|snapshot|copias)\b",
        r"\b(?:irrecuperave(?:l|is)|irrecoverabl[ey]|unrecoverable|cannot be (?:recovered|restored|undone)|nao (?:da|dao|pode|podem)(?: para)?(?: ser)? (?:recuperar|restaurar|recuperad[oa]s?|restaurad[oa]s?))\b",
        r"\b(?:charged twice|double[- ]charged|billed twice|charged (?:two|three) times|cobrad[oa]s? (?:duas|tres|em dobro)|cobranca (?:em )?(?:dupla|duplicada|dobro)|cobra (?:em dobro|duas vezes)|paid twice|pag[oa] duas vezes|sent twice to|wrong (?:amounts?|balances?|totals?|customer)|valores? errad[oa]s?|saldo (?:errado|negativo indevido))\b",
        grave=True,
    ),
    _cue(
        Severity.ERROR,
        "people are stopped",
        r"\b(?:ninguem|nobody|no one|nenhum cliente|no customer|no user) (?:\w{1,10} )?(?:recebe|recebeu|entra|acessa|compra|paga|loga|consegue entrar|receives?|received|gets?|got|can (?:log|pay|buy|sign|open|reach|check|use|place))\b",
        r"\b(?:ja|already|have already|has already) (?:expir(?:ou|aram|ed)|venc(?:eu|eram)|lapsed)\b|\bhave expired\b|\b(?:certificates?|certificados?|dominios?|domains?|licencas?|chaves?)\b(?: \S{1,12}){0,5} (?:expiraram|venceram|vencid[oa]s|expirad[oa]s)\b",
        r"\b(?:refuse|refuses|refused|refusing|recusa(?:m|ram|ndo)?|recusou) (?:to |a )?(?:start|run|any|all|new|iniciar|rodar|qualquer|novos|novas|tod[oa]s)\b|\b(?:foi|foram|was|were|is|are|esta|estao) (?:blocked|bloquead[oa]s?|banned|suspended|suspens[oa]s?) (?:by|pel[oa])\b",
        r"\bred for\b|\bvermelh[oa] (?:ha|desde)\b|\b(?:cannot|can't) be reached\b|\bcould not be reached\b",
        r"\b(?:for everyone|for all (?:users|customers|clients)|para tod(?:o mundo|os os (?:usuarios|clientes))|em toda a base)\b",
        r"\b(?:down for|has been down|have been down|is offline|went offline|fora desde|caid[oa] desde|derrubad[oa])\b",
        r"\b(?:refus(?:e|es|ed|ing)|reject(?:s|ed|ing)?|recus(?:a|am|ou|aram)|rejeit(?:a|am|ou)) (?:the |our |all |a |o |as |os |nosso |nossa |todas |every )?(?:\w{1,12} )?(?:page|pages|site|writes?|payments?|requests?|orders?|logins?|clients?|certificate|connections?|pagina|paginas|gravac(?:ao|oes)|pagamentos?|pedidos?|conexoes|clientes?|certificado)\b",
        r"\b(?:venceu|expirou|lapsed|ran out) (?:\S{1,8} )?(?:ha|ontem|hoje|yesterday|today|this (?:morning|week)|on|em|last|on)\b|\bexpired (?:\d|on|yesterday|last|in|this|three|two|a |several)|\b(?:vencid[oa]|expirad[oa]) (?:desde|ha|ontem)\b",
        r"\bnao andam?\b|\b(?:mensagens|messages|jobs|tarefas|pedidos|orders|events|eventos|emails) (?:parad[oa]s|pres[oa]s|acumulad[oa]s|retid[oa]s|stuck|piling up|waiting since|unprocessed)\b|\b(?:no|nenhum|sem|zero) (?:consumers?|workers?|consumidor(?:es)?|trabalhador(?:es)?) (?:\w{1,10} )?(?:connected|running|left|conectad\w{1,2}|ativ\w{1,2}|rodando)?",
        r"\b(?:nobody|no one|no user|no customer|users?|customers?|clients?|people|visitors?|ninguem|clientes?|usuarios?|pessoas|equipe)\b(?: \S{1,20}){0,4}? (?:cannot|can't|can not|are unable|is able to|can (?:log|pay|buy|sign|open|reach|check|use|place|upload|download|see|finish)|nao consegu\w{2,4} (?:entrar|acessar|comprar|pagar|abrir|usar|finalizar|baixar|enviar|concluir|fazer|logar|ver|receber|cadastrar|emitir)|consegue(?:m)? (?:entrar|acessar|comprar|pagar|abrir|usar|finalizar|baixar|enviar|concluir|fazer|logar|ver|receber|cadastrar|emitir)|get an? (?:error|blank)|recebem? (?:um )?erro|perderam|were locked|are locked|ficaram sem|estao sem)\b",
        r"\b(?:http |status |returns? |returned |returning |answers? |answered |answering |retorn\w{1,4} |respond\w{1,4} |erro |error |gives? |with |com |um |an? )(?:an? |com |um |only |apenas |with )?(?:http |status |code |codigo |erro )?5\d\d\b",
        r"\b(?:outage|unusable|inutilizave(?:l|is)|blank page|white screen|pagina em branco|tela branca|tela em branco|em branco para)\b",
        r"\b(?:certificate|cert|licen[cs]e|domain|token|key|certificado|licenca|dominio|chave|assinatura|senha)\b(?: \S{1,20}){0,6}? (?:has expired|have expired|is expired|expired|ran out|lapsed|expirou|venceu|esta vencid[oa]|vencid[oa]|expirad[oa])\b",
        r"\b(?:disk|volume|partition|filesystem|disco|particao|storage)\b(?: \S{1,20}){0,5}? (?:full|cheio|cheia|lotad[oa]|at 100|a 100|em 100|at 9[6-9]|em 9[6-9]|99|100 ?%)|\bno space left\b|\bsem espaco\b",
        r"\b(?:stuck|has not (?:moved|run|been processed|advanced|completed)|have not (?:moved|run|been processed)|has stopped|have stopped|not (?:run|moved) since|stopped (?:running|processing|sending|writing|updating)|parad[oa]s? desde|travad[oa]s? desde|nao (?:anda|roda|executa|processa|avanca|grava|envia) (?:\w{1,10} )?desde|parou de (?:rodar|gravar|enviar|processar|funcionar|registrar)|pararam de|deixou de (?:rodar|gravar|enviar|processar|funcionar|ser executad[oa]))\b",
    ),
    _cue(
        Severity.ERROR,
        "it asks to act now",
        r"\b(?:urgent(?:ly)?|urgente(?:mente)?|urgencia|immediately|imediatamente|de imediato|(?:acao|correcao|atencao|resposta|intervencao) imediata|immediate (?:action|attention|fix|response)|right away|right now|asap|act now|at once|agora mesmo|o quanto antes|quanto antes|sem demora|emergency|emergencia)\b",
        r"\b(?:stop|halt|pause|hold|suspend|roll back|pare|parem|suspend\w{1,3}|segure\w?|interromp\w{1,3}|reverta\w?|revert) (?:the |all |a |o |as |os |this |that |every |qualquer )?(?:\w{1,12} )?(?:releases?|deploys?|deployments?|rollouts?|merges?|publicac(?:ao|oes)|entrega|implantac(?:ao|oes)|deploy|trafego|traffic|commit|job|jobs|migration|migracao|backup)\b",
        r"\b(?:do not|don't|must not|should not|cannot|can't|none of them can) (?:be )?(?:merged?|deploy(?:ed)?|released?|ship(?:ped)?|publish(?:ed)?|go (?:out|live))\b|\bnao (?:publique\w?|mescle\w?|facam? (?:o )?(?:merge|deploy)|implant\w{1,3}|subam?|aprov\w{1,3} (?:o|este|esse)|deve(?:m)? ser (?:publicad|mesclad|implantad)\w{1,2}|pode(?:m)? ser (?:publicad|mesclad|implantad|liberad)\w{1,2}|pode(?:mos)? (?:publicar|liberar))\b",
        r"\b(?:blocks?|blocking|blocked|bloquei?a(?:ndo|m)?|impede(?:m)?|trava(?:ndo)?) (?:the |o |a |all |any |every |toda |qualquer )?(?:\w{1,12} )?(?:releases?|merges?|deploys?|deployments?|publicac(?:ao|oes)|entregas?|login|checkout|compra)\b",
        r"\b(?:release|merge|deploy)[- ]block(?:er|ing)\b|\bblockers?\b|\bblocking\b|\bbloqueantes?\b|\bimpeditiv[oa]s?\b|\brequest(?:ing|ed)? changes\b|\bchanges requested\b",
        r"\b(?:must|needs? to|has to|have to|precisa(?:m)?|tem (?:de|que)|devem?) (?:be |ser )?(?:\w{2,15}) (?:\w{1,12} ){0,3}?(?:now|today|tonight|agora|hoje|ja|before (?:the )?(?:\w{1,10} )?(?:release|merge|merging|deploy|publishing)|antes (?:d[aeo] )?(?:\w{1,10} )?(?:publicar|publicacao|merge|deploy|release|entrega))\b",
    ),
)

WARNINGS = (
    _cue(
        Severity.WARNING,
        "a finding of medium or low severity",
        rf"\b{_MODEST}(?:[-/ ](?:and|or|e|ou|to|low|medium|moderate|severity|risk|impact|severidade|security|baix[oa]s?|medi[oa]s?)){{0,4}}[- ](?:\w{{1,20}} )?{_BAD_FLAW}\b",
        rf"\b{_BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated |as )?(?:severidade |gravidade |nivel |risco |severity )?{_MODEST}(?: severity| gravidade| risk)?(?=[\s.,;:)!]|$)",
        r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact|impacto)\]? ?[:=|] ?\W{0,4}(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|warning|aviso|minor)\b",
        r"^\W{0,6}\[(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|p[234]|sev-?[234]|minor|nit|warning|warn|aviso|informational|info)\]",
        r"^\W{0,6}\(?(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|minor|nit|suggestion|sugestao)\)?(?::| - )",
    ),
    _cue(
        Severity.WARNING,
        "a warning",
        r"^\W{0,8}(?:warning|warn|aviso|atencao|attention|caution|cuidado|alerta|advertencia|notice)\b ?[:!\-]",
        r"\b(?:warnings?|avisos?|alertas?) (?:was|were|is|are|foi|foram|about|sobre|that|de que|found|emitid[oa]s?|printed|shown|remain\w?|restam?)\b",
        r"\b(?:emits?|prints?|raises?|shows?|emite(?:m)?|imprime(?:m)?|mostra(?:m)?|gera(?:m)?|with|com) (?:\w{1,12} ){0,3}(?:warnings?|avisos?)\b",
        r"\bneeds? (?:attention|a look|work|review|cleanup|updating|an update)\b|\b(?:precisa(?:m)?|merece(?:m)?|pede(?:m)?|requer(?:em)?|exige(?:m)?) (?:de )?(?:\w{1,8} )?(?:atencao|revisao|ajustes?|limpeza|cuidado|atualizacao)\b",
    ),
    _cue(
        Severity.WARNING,
        "out of date or on the way out",
        r"\b(?:leaves?|leaving|sai(?:ra)?|perde(?:ra)?|loses?) (?:d[eo]|out of|o )? ?(?:support|suporte|maintenance)\b|\b(?:support|suporte) (?:ends?|ended|stops?|acaba|termina|vence)\b|\b(?:maintenance mode|modo de manutencao)\b|\b(?:overdue|was due|vencid[oa] ha|em atraso)\b|\b\d{1,3} (?:days|dias) (?:left|restantes)\b|\b(?:restam|faltam) \d{1,3} (?:dias|semanas)\b",
        r"\b(?:still|ainda) (?:\w{1,10} )?(?:describes?|uses?|using|mentions?|refers?|points?|documents?|says?|recommends?|depends?|relies|calls?|targets?|links?|shows?|runs? on|usa(?:m)?|usando|cita(?:m)?|menciona(?:m)?|descreve(?:m)?|aponta(?:m)?|manda(?:m)?|fala(?:m)?|depende(?:m)?|chama(?:m)?|mostra(?:m)?|recomenda(?:m)?|roda(?:m)? (?:em|com|n))\b",
        r"\b(?:behind|atras) (?:by|em|d[ao]|o |the |its )|\b(?:versions?|versao|versoes|releases?) (?:\w{1,10} )?(?:behind|atras|antigas?|old|older)\b|\b(?:old|older|antig[oa]s?|velh[oa]s?) (?:version|versions|release|api|versao|versoes|biblioteca|library)\b",
        r"\b(?:older than|more than|over|ha mais de|com mais de|mais de|for) (?:\w{1,8} )?(?:\d{1,4}|one|two|three|six|um|dois|tres|seis) (?:days|weeks|months|years|dias|semanas|mes|meses|anos?)\b|\b(?:sem|no|without|zero) (?:\w{1,10} )?(?:activity|reviewers?|owners?|maintainers?|assignees?|atividade|revisor(?:es)?|dono|donos|responsave(?:l|is)|mantenedor)\b|\binactive\b|\binativ[oa]s?\b",
        r"\b(?:mas|porem|but|while|enquanto) (?:o |the |a )?(?:project|code|projeto|codigo|manifest|ci|lockfile) (?:\w{1,10} )?(?:pede|exige|usa|requires?|uses?|needs|says|ja)\b",
        r"\b(?:update|upgrade|atualizac(?:ao|oes)|patch|renewal|renovacao) (?:is |esta |ficou )?(?:pending|due|overdue|pendentes?|atrasad[oa])\b|\bends? support\b|\bdeixa(?:ra)? de (?:existir|receber|funcionar) (?:n|em|na|no)",
        r"\b(?:deprecat(?:ed|ions?|es)|obsolet[oaes]{1,2}|end[- ]of[- ]life|eol|unmaintained|abandoned|unsupported|abandonad[oa]s?|fim de vida|fim d[oe] suporte|sem suporte|sem manutencao|descontinuad[oa]s?|legacy (?:api|call)s?|sera removid[oa]|will be removed|archived upstream)\b",
        r"\b(?:outdated|out[- ]of[- ]date|desatualizad[oa]s?|defasad[oa]s?|(?:versions?|releases?|versoes|commits?) (?:behind|atras)|atrasad[oa]s?|behind (?:the )?(?:latest|upstream|main|master|origin|schedule)|newer versions?|versoes? mais nov[oa]s?|updates? (?:is |are )?available|atualizac(?:ao|oes) (?:disponive\w{1,2}|pendentes?))\b",
        r"\b(?:expires?|expiring|will expire|expira(?:m)?|expirara|vence(?:m)?|vencera|vencendo|runs out|acaba|termina) (?:in|on|within|em|dentro de|no dia|daqui a) (?:\w{1,8} )?\d",
        r"\b(?:stale|orphan(?:ed|s)?|orf[ao]s|orfao|parad[oa]s|abandoned|unmerged|uncommitted|untracked|unpushed|not pushed|nao (?:commitad|enviad|rastread|versionad|mesclad)[oa]s?|sem commit|alteracoes pendentes|esquecid[oa]s?|sem uso)\b",
        firm=True,
    ),
    _cue(
        Severity.WARNING,
        "past a limit",
        r"\b(?:has|have|with|tem|com|chegou a|reached|spans|soma(?:m)?) (?:over |mais de |about |cerca de |now )?\d{1,3}(?:[.,]?\d{3})+ (?:lines|linhas|loc)\b|\b(?:has|have|with|tem|com|chegou a|spans) (?:over |mais de )?[5-9]\d{2} (?:lines|linhas|loc)\b",
        r"\b(?:levels?|niveis) (?:deep|of (?:nesting|indentation)|de (?:aninhamento|indentacao))\b|\bdeeply nested\b|\baninhad[oa]s? demais\b",
        r"\b(?:over 1|over [2-9]|acima de \d|mais de \d{1,3}|larger than|above|over) ?\d{0,4} ?(?:mb|gb|mib)\b",
        rf"\b(?:above|over|exceeds?|exceeded|exceeding|beyond|past|higher than|more than|larger than|longer than|greater than|acima|ultrapass\w{{1,4}}|exced\w{{1,3}}|alem|super\w{{1,3}}|estour\w{{1,3}}|passou|passa(?:m)?|maior(?:es)? (?:do )?que|mais (?:do )?que) (?:d[oae]s? )?(?:the |its |our |o |a |os |as |de )?(?:\S{{1,15}} ){{0,3}}?{_LIMIT}\b",
        rf"\b(?:below|under|short of|beneath|less than|lower than|abaixo|aquem|menor(?:es)? (?:do )?que|menos (?:do )?que) (?:d[oae]s? )?(?:the |its |our |o |a |os |as |de )?(?:\S{{1,15}} ){{0,4}}?{_LIMIT}\b",
        r"\b(?:above|over|larger than|bigger than|longer than|more than|acima de|com mais de|maior(?:es)? (?:do )?que|passam? d[eo]s?|exceeds?|excedem?|ultrapassam?|beyond) \d{1,6}(?:[.,]\d{1,3})? ?(?:mb|kb|gb|mib|kib|lines|linhas|loc|ms|s\b|characters|caracteres|colunas|columns)\b",
        r"\bcoverage\b {0,1}(?:\S{1,20} ){0,6}?(?:dropped|fell|down|decreased|low|shrank|slipped|lost|below|under|missed)\b|\bcobertura\b (?:\S{1,20} ){0,6}?(?:caiu|baixou|diminuiu|baixa|recuou|abaixo|encolheu|perdeu)\b",
        r"\b(?:too|demasiad[oa]) (?:many|much|long|large|big|old|slow|high|low|complex|wide|deep|few|wide|broad)\b|\b(?:grande|longo|longa|lent[oa]|antig[oa]|alt[oa]|complex[oa]|muitos|muitas)s? demais\b|\bmuito (?:grande|long|lent|antig|complex|pesad)\w{0,3}\b",
        r"\b(?:large|big|huge|oversized|heavy|giant) (?:\w{1,12} )?(?:files?|functions?|modules?|blobs?|bundles?|images?|assets?)\b|\b(?:arquivos?|funcoes|funcao|modulos?|imagens|imagem) (?:\w{1,12} )?(?:grandes?|pesad[oa]s?|enormes?|gigantes?|extens[oa]s?|long[oa]s?)\b",
    ),
    _cue(
        Severity.WARNING,
        "untidy code",
        r"\b(?:sequential|full|table) scans?\b|\bseq scan\b|\b(?:not|nao) (?:rotated|rotacionad[oa]|indexed|indexad[oa]s?|cached|comprimid[oa]s?|compressed|minified)\b|\b(?:marked|marcad[oa]s?) (?:as |como )?(?:skip\w{0,3}|ignorad[oa]s?|xfail|pulad[oa]s?|§)\b|\b(?:\d{1,4}|two|three|four|five|duas|tres|quatro|cinco|varias|several|many) (?:copias?|copies)\b",
        r"\b(?:instead of|em vez d[eoa]s?|ao inves d[eoa]s?|rather than)\b|\b(?:hard-?coded|inline|embutid[oa]s?|fix[oa]s? no codigo|em linha) (?:css|styles?|estilos?|colou?rs?|cores|urls?|paths?|caminhos|strings?|textos?)\b|\bcss (?:embutido|inline|em linha)\b|\bcores fixas\b",
        r"\b(?:used to take|levava|costumava levar|demorava|took (?:only )?\d{1,4} \w{1,8} (?:before|last|a))\b|\b(?:demor(?:ou|a|am|ando)|takes? (?:forever|long|too)|took long)\b",
        r"\b\d{1,3}(?:[.,]\d{3})?-line\b|\b(?:funcao|metodo|classe|arquivo|function|method|class|file) (?:de|of|with|com) (?:\d{1,3}[.,])?\d{3} (?:lines|linhas)\b",
        r"\b(?:falta(?:m)?|missing|lacks?) (?:um|uma|uns|umas|an?|the|o|a|two|dois|duas) (?:\w{1,14} )?(?:teste|testes|test|tests|validacao|indice|titulo|descricao|entry|entrada|check|caso|case|licenca|campo|field|rota|icone)\b",
        r"\bno longer (?:exists?|maintained|supported|valid|available|matches)\b|\bnao exist(?:e|em) mais\b|\b(?:not|nao) (?:published|publicad[oa]s?|documented|tagged|linked|listad[oa]s?)\b",
        r"\b(?:jump|jumps|pula(?:m)?|salta(?:m)?) (?:from|de)\b|\bheading (?:levels?|order)\b|\bharmless\b|\binofensiv[oa]s?\b",
        r"\b(?:has|have|had|with|tem|possui|ficou|estao|esta|is|are) (?:no|without|nao|sem) (?:\w{1,12} )?(?:tests?|docs?|documentation|comments?|types?|validation|timeout|owner|limit|index|testes?|documentacao|comentarios?|tipos?|validacao|limite|indice|dono|teste)\b|\bnao tem(?: \w{1,8})? (?:testes?|documentacao|comentarios?|tipos?|validacao|limite|indice|dono)\b",
        r"\b(?:only passed|so passou|passou (?:so|apenas|somente) n|precisou de (?:\w{1,8} )?(?:duas|tres|nova|outra|mais)|needed (?:a |two|three|several|another)|took (?:two|three|several) (?:attempts|tries|runs)|after (?:a|one|two) retr(?:y|ies)|na (?:segunda|terceira) tentativa|(?:on )?(?:the )?(?:second|third) (?:attempt|try|run)|re-?run)\b",
        r"\b(?:hard|difficult|dificil|ruim) (?:to|de|para) (?:read|follow|maintain|understand|test|ler|seguir|manter|entender|testar|acompanhar)\b|\b(?:confus(?:ing|o|a|os|as)|unclear|clearer|misleading|enganos[oa]s?|pouco clar[oa]s?|ambigu(?:ous|o|a))\b",
        r"\b(?:nearly|almost|quase|praticamente) (?:the )?(?:identical|same|duplicates?|identic[oa]s?|igua(?:l|is))\b|\b(?:same thing|mesma coisa|mesmo trabalho|same (?:logic|code|query|function)|mesma (?:logica|regra|consulta|funcao)|repeated|repetid[oa]s?|copiad[oa]s?)\b",
        r"\b(?:with nits|with comments|with (?:minor )?(?:remarks|reservations|suggestions)|com ressalvas?|com sugest(?:ao|oes)|com observac(?:ao|oes)|com comentarios|nits|small (?:remarks|points|things)|minor (?:remarks|points|things|issues?)|pequen[oa]s (?:pontos|ajustes|coisas|observac(?:ao|oes)))\b",
        r"\b(?:grows?|growing|leaks?|leaking|increases?|cresce(?:m)?|vaza(?:ndo)?|aumenta(?:m|ndo)?|accumulates?|acumula(?:m|ndo)?) (?:\S{1,12} ){0,7}?(?:every|each|per|a|an|por|tod[oa]|cada) (?:day|week|hour|run|request|dia|semana|hora|rodada|requisicao)\b|\b(?:memory leak|vazamento de memoria)\b",
        r"\b(?:dead|broken|mort[oa]s?|quebrad[oa]s?) (?:links?|anchors?|images?|references?|ancoras?|imagens|referencias?)\b|\blinks? (?:\S{1,8} ){0,4}?(?:are|is|estao|esta) (?:dead|broken|mort[oa]s?|quebrad[oa]s?)\b",
        r"\b(?:n\+1|full table scans?|varredura completa|magic numbers?|numeros? magicos?|commented[- ]out|comentad[oa]s?|console\.log|print statements?|debug (?:prints?|output|code)|circular (?:imports?|dependenc\w{1,3})|dependencias? circular(?:es)?|global state|estado global|race condition|condicao de corrida|not idempotent|nao e idempotente|tight(?:ly)? coupl\w{2,4}|acoplad[oa]s?|acoplamento|runs as root|roda como root|overly (?:broad|permissive)|permissao (?:ampla|demais)|world of its own)\b",
        r"\b(?:evaluated|computed|called|run|loaded|fetched|calculad[oa]|chamad[oa]|carregad[oa]|executad[oa]) (?:twice|two times|duas vezes|de novo sem|again)\b|\bsleeps? (?:for )?(?:a|one|\d)|\bdormem? (?:um|\d)",
        r"\b(?:is|are|e|sao|esta|estao) (?:not|nao) (?:sent|set|enabled|declared|configured|enforced|enviad[oa]s?|definid[oa]s?|ativad[oa]s?|declarad[oa]s?|configurad[oa]s?)\b|\bnao (?:e|sao|esta|estao|foi) (?:enviad[oa]s?|definid[oa]s?|ativad[oa]s?|declarad[oa]s?|configurad[oa]s?)\b|\bmissing (?:\w{1,12} )?headers?\b|\bcabecalhos? (?:\w{1,12} )?ausentes?\b",
        r"\b(?:keys?|chaves?|strings?|traduc(?:ao|oes)|translations?|itens|items|campos|fields|columns|colunas) (?:\S{1,6} ){0,2}?(?:missing|a menos|faltando|ausentes?|behind)\b|\b\d{1,5} (?:\w{1,12} )?(?:a menos|fewer|less) (?:than|que|do que)\b|\bincomplet[oa]s?\b",
        r"\b(?:unused|unreferenced|dead code|codigo morto|duplicated? (?:code|blocks?|logic|functions?|keys?|entries)|codigo duplicado|trechos? duplicad[oa]s?|duplicad[oa]s|nao (?:e |sao )?(?:usad|utilizad|referenciad)[oa]s?|sem uso|copied and pasted|copy-paste)\b",
        r"\b(?:missing|lacks?|lacking|without|no) (?:an? |the |any |unit )?(?:\w{1,12} )?(?:docstrings?|documentation|tests?|type hints?|types?|annotations?|alt text|alt|translations?|licen[cs]e headers?|changelog|index|indexes|validation|time-?outs?|retry|readme|integrity)\b",
        r"\b(?:sem|falta(?:m)?|faltando|faltam) (?:\w{1,10} )?(?:docstrings?|documentacao|testes?|anotac(?:ao|oes)|tipos|texto alternativo|traduc(?:ao|oes)|licenca|changelog|indices?|validacao|cobertura|cabecalho|timeout|limite de tempo)\b",
        r"\b(?:untested|undocumented|untyped|uncovered|untranslated|unformatted|unsorted|unpinned|not covered|not pinned|not formatted|nao (?:testad|documentad|cobert|formatad|traduzid|fixad|ordenad)[oa]s?|descobert[oa]s?|sem cobertura)\b",
        r"\b(?:flaky|flakes|flakiness|intermitentes?|intermittent(?:ly)?|instave(?:l|is)|unstable|oscila(?:m|ndo|ntes?)?|retried|slow(?:er|ed|ly)?|lent[oa]s?|degrad\w{2,6}|regress(?:ed|ao|oes|ions?)|piorou|pioraram|worse)\b",
        r"\b(?:todos?|fixmes?|hacks?) (?:markers?|comments?|comentarios?|antig[oa]s?|notes?|marcadores|pendentes?)\b|\b(?:code smells?|tech(?:nical)? debt|debito tecnico|divida tecnica|inconsisten(?:t|cy|cies|te|tes|cia|cias)|mismatch(?:es|ed)?|drift(?:ed|s)?|diverge(?:m|s|ncias?)?|out of sync|fora de sincronia|broken links?|dead links?|links? (?:quebrad[oa]s?|mort[oa]s?|broken)|typos?|erros? de digitacao|misspel\w{2,6}|ortografi\w{1,3})\b",
        r"\b(?:would (?:be )?reformat(?:ted)?|need(?:s)? (?:re)?formatting|code style issues|formatting issues|style (?:issues|problems|violations)|problemas? de (?:estilo|formatacao)|fora do (?:estilo|padrao)|lint (?:findings?|issues?|errors?|warnings?|problems?)|apontamentos? d[eo] (?:lint|linter|estilo))\b",
        r"\b(?:complexity|complexidade)\b(?: \S{1,20}){0,8}? (?:limit|limite|max|above|acima|high|alta|over)\b",
        r"\b(?:grew|grown|growing|crept up|climb(?:ed|ing)|increased|went up|rose|rising|cresceu|crescendo|aumentou|subiu|subindo|dropped|fell|shrinking|caiu|diminuiu)\b (?:\S{1,15} ){0,3}?(?:from|by|to|de|para|em|\d)",
        r"\b(?:contrast|contraste)\b(?: \S{1,20}){0,5}? (?:low|baixo|insufficient|insuficiente|below|abaixo)\b|\b(?:ignored|swallowed|engolid[oa]s?|silenciad[oa]s?) (?:\w{1,10} )?(?:exceptions?|errors?|excec(?:ao|oes)|erros?)\b|\b(?:weak|fraco|fraca|self-signed|autoassinado)\b",
        firm=True,
    ),
    _cue(
        Severity.WARNING,
        "advice",
        r"\b(?:would|will|should) (?:fix|help|solve|reduce|speed|shrink|avoid)\b|\b(?:resolveria|ajudaria|reduziria|evitaria|corrigiria)\b|\bfalta(?:m|ndo|va)?\b|\b(?:is|are|still) missing\b|\blacks?\b|\bnote that\b|\bworth noting\b|\bvale notar\b|\bhave a look\b|\bmigrat(?:e|ing|ion)\b|\bmigrar\b",
        r"\b(?:could|poderia(?:m)?|podia(?:m)?|pode(?:m)?) (?:be|ser) \w{3,15}(?:ed|ad[oa]s?|id[oa]s?)\b|\b(?:one|two|three|some|a few|um|dois|duas|tres|alguns|algumas|\d{1,3}) (?:suggestions?|comments?|remarks?|notes?|sugest(?:ao|oes)|comentarios?|observac(?:ao|oes)|ressalvas?|pontos?)\b ?[:-]",
        r"\bvale(?:m|ria)? (?:\w{3,15}[aei]r)\b|\bworth (?:\w{3,15}ing|a (?:look|ticket|second))\b|\b(?:prefer|preferir|prefira|melhor usar|better to|easier to|mais facil de)\b",
        r"\b(?:would|could|podia|poderia|ficaria|seria) (?:\S{1,12} ){0,4}?(?:faster|smaller|cleaner|clearer|simpler|shorter|safer|mais \w{3,12}|melhor|menor)\b|\b(?:somebody|someone|alguem) (?:should|must|needs|deve|precisa|deveria)\b",
        r"\b(?:trend|tendencia|tendency)\b(?: \S{1,10}){0,4} (?:up|upwards?|wrong|worse|alta|piora|subida|crescimento|queda)\b",
        r"\b(?:worth|consider(?:ing)?|recommend(?:ed|s|ation)?|suggest(?:ed|s|ions?)?|should|ought to|would be (?:good|nice|better|wise)|could be (?:improved|simplified|smaller|split|removed|faster)|room for improvement|split(?:ting)? (?:it|the|them)|clean(?:ing)? up|plan (?:an?|the|to) (?:update|upgrade|migration)|keep an eye|watch (?:it|this|out)|next (?:time|sprint|window|maintenance)|please (?:look|review|check|update))\b",
        r"\b(?:convem|vale (?:a pena|considerar|olhar|revisar|dividir|agendar|planejar|acompanhar)|recomend\w{1,6}|sugir\w{1,3}|sugest(?:ao|oes)|sugere-se|deveria(?:m)?|seria bom|seria melhor|e bom|pode(?:m)? ser (?:melhorad|simplificad|removid|dividid|reduzid)[oa]s?|ponto(?:s)? de melhoria|melhorias?|dividir|ficar de olho|acompanhar|considere\w?|considerar|planej\w{1,3}|agendar|quando alguem|na proxima (?:janela|sprint|manutencao)|revisem?|atualizem?)\b",
        r"\b(?:left|restam|restantes|remaining)\b.{0,20}\b(?:days|weeks|dias|semanas)\b|\b(?:days|weeks|dias|semanas) (?:left|remaining|restantes)\b",
        firm=False,
    ),
)

SUCCESSES = (
    _cue(
        Severity.SUCCESS,
        "it says that all is well",
        r"\b(?:nothing|nada) (?:left |else |mais |more )?(?:to (?:do|fix|report|change)|a (?:fazer|corrigir|relatar|mudar|declarar))\b",
        r"\b(?:all|every|each|both|everything|todos?|todas?|tudo|ambos|ambas|cada|os \d{1,6}|as \d{1,6})\b(?: [^\s.;!?|]{1,24}){0,8}? (?:pass(?:es|ed|ing|am|ou|aram)?|green|ok|fine|good|clean|valid|healthy|succeed(?:ed|s)?|succeeded|successful(?:ly)?|current|up[- ]to[- ]date|reachable|match(?:es|ed)?|present|complete|consistent|certo|bem|verdes?|limp[oa]s?|em ordem|em dia|ok|valid[oa]s?|saudave(?:l|is)|sucesso|conforme|aprovad[oa]s?|atualizad[oa]s?|integr[oa]s?|respond(?:em|eram|e|eu)|confere(?:m)?|bat(?:em|eram|e)|traduzid[oa]s?|translated|normal|normais|presentes?|document(?:ed|ad[oa]s?)|cobert[oa]s?|covered|pinned|fixad[oa]s?|signed|assinad[oa]s?|formatted|formatad[oa]s?)\b",
        r"\b(?:tudo (?:certo|ok|bem|em ordem|verde|limpo|funcionando|nos conformes|tranquilo|em dia)|all (?:good|clear|green|well|fine|set|is well)|looks? (?:good|fine|clean|healthy)|lgtm|no action (?:is )?(?:needed|required|necessary)|nenhuma acao|no follow-?up|no further action|safe to (?:merge|deploy|release|ship)|ready to (?:merge|deploy|release|ship)|good to go|approved?|aprovad[oa]s?|liberad[oa]s?|pode (?:publicar|mesclar|subir|seguir)|pront[oa] para (?:publicar|publicacao|merge|producao)|ship it)\b",
        rf"\b(?:above|over|acima|beyond|exceeds|supera|meets|met|within|dentro|inside|under|below|abaixo|reach(?:es|ed)|hits?|on|at|atinge|atingiu|atingida|cumpre|cumpriu|respeita\w{{0,2}}|bate) (?:d[oae]s? )?(?:the |its |our |o |a |all |os |as )?(?:\S{{1,15}} ){{0,2}}?{_LIMIT}\b",
        r"\b(?:will not expire|nao (?:ira )?expira\w{0,2}|still valid|ainda (?:e )?valid[oa]|working tree clean|nothing to commit|arvore de trabalho limpa|nada a submeter|everything up-to-date|would be left unchanged|nothing to do|no changes|sem alteracoes|sem mudancas|identical|identic[oa]s)\b",
        r"\b(?:terminou|terminaram|concluid[oa]s?|finished|completed|ended)\b(?: \S{1,15}){0,4}? (?:on time|no horario|no prazo|normally|normalmente|sem surpresas)\b",
        firm=True,
    ),
    _cue(
        Severity.SUCCESS,
        "something is well",
        r"\b(?:passed|passing|passes|pass|passou|passaram|passam|aprovou|succeeded|succeeds|success|successful(?:ly)?|sucesso|bem-sucedid[oa]s?|green|verdes?|clean|limp[oa]s?|healthy|saudave(?:l|is)|valid[oa]?s?|well-formed|bem-formad[oa]s?|up[- ]to[- ]date|current and|em dia|intact[oa]?s?|integr[oa]s?|in sync|sincronizad[oa]s?|em ordem|verified|verificad[oa]s?|match(?:es)?|confere(?:m)?|coincidem?|conforme|compliant|consistent|compative(?:l|is)|compatible|identical|identic[oa]s?|iguais (?:a|ao|aos)|came up|subiu em|recovered|recuperou-se|held|restored|restaurad[oa]s?|permissive|no horario|on time|assinad[oa]s e)\b",
        r"\b(?:answered|responded|responderam|respondem|respond|answer|loads?|carrega(?:m)?) (?:\S{1,12} ){0,5}?(?:within|in under|in less than|em menos de|dentro d[eo]|abaixo de|em ate) \d",
        r"\b(\d{1,6}) ?(?:/|of|de|out of|d[oa]s) ?(?:the |os |as )?\1\b(?! ?%)",
        r"\b(?:error rate|taxa de erros?|failure rate|perda|loss)\b(?: [^\s.;]{1,12}){0,5} 0(?:[.,]0{1,3})? ?%",
        r"\b(?:exit|exit code|codigo de saida|rc|status)[ =:]{1,3}0\b(?![.,]\d)",
        r"\b(?:is|are|was|were|esta|estao|foi|foram|sao) (?:now )?(?:fine|ok|good|current|stable|estave(?:l|is)|correct|corret[oa]s?|in order|in place|complete|complet[oa]s?|readable|available|disponive(?:l|is)|reachable|protegid[oa]s?|protected|encrypted|atualizad[oa]s?|updated|normal|normais)\b",
        r"\b(?:with no|sem|without) (?:surprises|surpresas|incidents?|incidentes?|sobressaltos|hiccups)\b",
        r"\b(?:foram|foi|sao|were|was|are|is) (?:all )?(?:atendid[oa]s?|cumprid[oa]s?|satisfeit[oa]s?|met|satisfied|fulfilled|kept|respected|respeitad[oa]s?)\b|\b(?:codigo|code|status|exit)(?: de saida)? 0\b(?![.,/]\d)|\bok\b(?! ?\?)|\b(?:rodaram|rodou|ran) (?:na hora|no horario|on (?:time|schedule)|a tempo)\b|\b(?:correct|corret[oa]s?|estave(?:l|is)|stable|equal|iguais)\b|\bdoes what\b|\bfaz o que\b|\bhigher than required\b",
        r"\b(?:as|como|conforme) (?:designed|documented|intended|expected|specified|described|planned|documentad[oa]s?|esperad[oa]s?|previst[oa]s?|descrit[oa]s?|especificad[oa]s?|planejad[oa]s?)\b|\bcover(?:s|ed)? both\b|\b(?:validate|validates|parse|parses) ?[,.]|\bdone and\b",
        firm=False,
    ),
)

# What is left of a negation when no trouble is denied: something is not as it should be.
LACK = re.compile(
    r"(?<!-)\b(?:not|n't|cannot|nao|no longer|without|sem|lacks?|missing|falta(?:m)?|nobody|ninguem|never|nunca|instead|but|however|porem|mas|no entanto|only)\b|n't\b"
)
