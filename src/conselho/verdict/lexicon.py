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
    return rf"(?:[^\s.;!?|]{{1,32}} ){{0,{most}}}?"


# -- nouns of trouble, and how they are said to be absent -----------------------------------------

_TROUBLE = _words(
    r"""
    errors? failures? failed fails? failing warnings? issues? problems? findings?
    vulnerabilit(?:y|ies) vulnerable vulns? cves? advisor(?:y|ies) alerts? secrets?
    leak(?:s|ed)? regress(?:ions?|ed) conflicts? violations? defects? bugs? incidents?
    crash(?:es|ed)? exceptions? time-?outs? timed_out offen[cs]es? duplicat(?:es?|ions?|ed)
    anomal(?:y|ies) flak(?:y|es|iness) retries broken broke mismatch(?:es)? differences?
    drift(?:ed)? concerns? blockers? risks? credentials? deprecat(?:ed|ions?) outdated missing
    errored diagnostics threats? malware downtime complaints? outages? discrepanc(?:y|ies)
    orphans? weakness(?:es)? affected todos? fixmes? corrupt(?:ed|ion)? lost unused stale dead
    unreachable blocked attention follow-up action surprises skipped late delayed above over
    beyond exceeding slower slow larger bigger lost unsigned unpinned untested expired hits?
    suspicious unusual unexpected interruptions? pending erros? falhas? falhou falharam
    avisos? alertas? problemas? apontamentos? achados? vulnerabilidades? vulnerave(?:l|is)
    segredos? vaza(?:mentos?|d[oa]s?|ram) regress(?:oes|ao) conflitos? viola(?:coes|cao)
    defeitos? incidentes? exce(?:coes|cao) divergencias? diferencas? pendencias? pendentes?
    anomalias? duplicatas? duplicidades? credenciais quebrad[oa]s? quebrou quebraram riscos?
    bloqueios? bloqueadores? ocorrencias? inconsistencias? obsolet[oa]s? desatualizad[oa]s?
    ausentes? quedas? lentid(?:ao|oes) queixas? ressalvas? perdas? perdid[oa]s? vencid[oa]s?
    afetad[oa]s? instave(?:l|is) instabilidades? intermitencias? orf(?:ao|aos|as|a) grandes?
    pesad[oa]s? large big huge interrup(?:coes|cao)
    corrompid[oa]s? repetid[oa]s? acao acoes observac(?:ao|oes) reclamac(?:ao|oes)
    estour\w{1,4} retrabalho atencao desvios? falta faltando acima pulad[oa]s? perdid[oa]s?
    expirad[oa]s? lent[oa]s? suspeit[oa]s? inesperad[oa]s? duplicad[oa]s? parad[oa]s?
    atras(?:os?|ad[oa]s?) reprovad[oa]s?
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
_AND = (
    r"(?:,| or| and| nor|/| e| ou| nem|, nem|, or|, and| nor any| nem ha|; 0|, 0|, zero|, no"
    r"| and no| and 0| e 0| e zero| e nenhum[a]?| e sem|, sem)"
)
_NEGATION = (
    r"(?:no|zero|0|without|none(?: of(?: the| these| them)?)?(?: \w{1,12})?(?: is| are| was"
    r"| were)?|nenhum[a]? (?:del[ae]s|dos \w{1,12}|das \w{1,12}|esta|foi)|not a single|nor"
    r"|nenhum[a]?|sem|nao|nunca|nem|jamais"
    r"|free (?:of|from)|livres? de|isent[oa]s? de|(?:did|does|do|is|are|was|were|has|have|had"
    r"|could)(?: not|n't)"
    r"|not|never|nothing|nada|neither|ninguem|clear of|clean of|unable to (?:find|reproduce))"
)
_KEYS = (
    r"(?:secrets?|credentials?|passwords?|keys?|tokens?|senhas?|segredos?|credenciais|chaves?"
    r"|certificates?|certificados?)"
)
_LISTED = rf"(?:{_DENIED}|(?:[^\s.;!?|,:]{{1,20}} ){{0,2}}?{_KEYS}\b)"
_SUCH = (
    r"(?: (?:com mais de|mais de|acima de|maior(?:es)? (?:do )?que|older than|over|above"
    r"|larger than"
    r"|longer than) \d[^,.;!?]{0,30})?"
)
ABSENT = re.compile(
    rf"(?<![\w.,/-]){_NEGATION} {_DENIED}(?:{_AND} ?{_LISTED}){{0,6}}{_SUCH}"
    rf"|(?<![\w.,/-])(?:no|zero|0|nenhum[a]?|nao (?:encontr\w{{2,4}}|ha|foram encontrad\w{{2}}"
    rf"|achei|achamos)|(?:did not|didn't) (?:find|see|spot)(?: any)?) (?:[^\s.;!?"
    rf"|,:]{{1,20}} ){{0,3}}?{_KEYS}\b"
    rf"(?:{_AND} ?{_LISTED}){{0,6}}(?=[^.;!?]{{0,40}}\b(?:found|encontrad\w{{2}}|detect\w{{2,5}}"
    rf"|expost\w{{2}}|exposed|leaked|vazad\w{{2}}|in (?:the )?(?:code|repo\w*|history|logs?)"
    rf"|n[oa] (?:codigo|repositorio|historico)|committed)|[.!]?$)"
)
# "errors: 0", "falhas | 0", "quebrou em relacao a ontem: nada"
ABSENT_AFTER = re.compile(
    rf"\b{_TROUBLE}\b(?: \([^()]{{0,20}}\))?(?: [^\s.;!?|:=]{{1,20}}){{0,5}}?"
    r" ?(?:[:=|]|->| - )[ |]{0,12}"
    r"(?:0(?![.,/]?\d)(?! ?%)|zero\b|none\b|nenhum[a]?\b|nada\b|nil\b|no\b|nao\b|nothing\b|n/a\b"
    r"|\[\])"
)
TROUBLE = re.compile(rf"\b{_TROUBLE}\b")
ABSENT_SHORT = re.compile(
    r"^[^:.!?|]{2,60}: (?:none|nenhum[a]?|nada)(?: found| encontrad[oa])?(?= in | em |[.,;]|$)"
    r"|\b(?:none|nenhum[a]?|nada) (?:was |were |foi |foram )?(?:found|encontrad[oa]s?|detected)\b|"
    r"\b(?:nothing|nada)(?: \w{1,12}){0,2} (?:to|a|que|para|de)(?: \w{1,12})? ?"
    r"(?:report|fix|do|flag|open|note|add|change|declare|worry|relatar|corrigir|fazer|apontar"
    r"|declarar|registrar"
    r"|assinalar|reportar|observar|preocup\w+|acrescentar|destacar|mencionar|novo|grave|errado"
    r"|urgente|suspeito)\b"
    r"|\bnothing (?:wrong|suspicious|unusual|new|broken|stood out|is wrong|was found|found"
    r"|came up|turned up)\b"
    r"|\bnada (?:foi )?(?:encontrad[oa]|errado|suspeito|de errado|de novo|consta|anormal|chamou"
    r"|fora d[oa])"
    r"|\b(?:no|sem|zero) (?:further |more |other |mais |outros )?(?:comments?|remarks?"
    r"|comentarios?)(?: to make| a fazer)?[.!]?$"
    r"|\bunaffected\b|\bunharmed\b"
)
CLEAN = "¤"  # stands where trouble was denied

# -- what takes the edge off a sentence ------------------------------------------------------------

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
RESOLVED = re.compile(
    r"\b(?:the fix holds|a correcao (?:resiste|funciona|vale)|(?:could not|couldn't|unable to"
    r"|nao consegui) (?:be )?reproduc?\w{1,4}"
    r"|tr(?:y|ied) to reproduce [^.;!?]{1,120} could not)\b|"
    r"\b(?:fixed|resolved|solved|recovered|repaired|patched|remediated|eliminated|reverted"
    r"|no longer(?! (?:exists?|works?|compiles?|builds?|valid|available|maintained|supported"
    r"|responds?|starts?|reachable|matches))|went away|disappeared|green again|pass(?:es"
    r"|ed)? again|is back|are back|back to normal|works again"
    r"|false (?:alarm|positive)s?|cleared up|corrigi(?:d[oa]s?|u|ram|mos)?|resolvi(?:d[oa]s?)?"
    r"|resolveu|sana(?:d[oa]s?|ram)"
    r"|solucionad[oa]s?|normaliz(?:ad[oa]s?|ou|aram)"
    r"|consertad[oa]s?|superad[oa]s?|voltou a|voltaram a|voltou ao|deixou de|deixaram de|ja nao"
    r"|sumiu|sumiram|desapareceu|revertid[oa]s?|falsos? positivos?|alarme falso"
    r"|removid[oa]s? ontem|ja foi|ja foram|foi trocad[oa]"
    r"|quitad[oa]s?|rotated|revoked|renewed|purged|reissued|renovad[oa]s?|revogad[oa]s?"
    r"|rotacionad[oa]s?|trocad[oa]s?|desfeit[oa]s?|mitigad[oa]s?|restabelecid[oa]s?|pass(?:es"
    r"|ed)? now|works now|now (?:works|passes)|agora (?:passa|passam|funciona)|nao voltou a)\b"
    r"|\bnao (?:se )?(?:falh|aparec|ocorr|acontec|reproduz|quebr|trav|repet|caiu|cai|surg|acus"
    r"|registr|ha|houve|existe)\w{0,6} (?:\w{1,12} )?mais\b|\bnao se (?:repet\w{1,3}"
    r"|reproduz\w{0,3})\b|\bnao reapareceu\b|\b(?:did|does|has|have) not (?:recur|come back"
    r"|reappear|happened again|happen again|repeat)\w{0,3}\b|\b(?:pass|green|verde|passou"
    r"|passam) (?:again|de novo|novamente)\b"
)
# These are over only when it is trouble that they are said of.
OVER = re.compile(
    r"\b(?:closed|encerrad[oa]s?|fechad[oa]s?|tratad[oa]s?|restored|restaurad[oa]s?|replaced"
    r"|substituid[oa]s?|recuperad[oa]s?|addressed|eliminad[oa]s?"
    r"|ended|is over|terminou|acabou|cessou|cessaram|passou)\b(?! (?:com|por|with|by|without|sem"
    r"|antes|in|em|early))"
    r"|\bback (?:to|at|below|under)\b|\bsince then\b|\bdesde entao\b"
)
UNRESOLVED = re.compile(
    r"\b(?:not|never|isn't|aren't|wasn't|hasn't|haven't|nao|nunca|nem|ainda|to be|be|must be|ser"
    r"|serem|sera|seja|a ser|until|ate|cannot"
    r"|before|antes|without|sem)(?: \w{1,15}){0,3}? (?:fixed|resolved|solved|recovered|repaired"
    r"|patched|restored|closed|addressed"
    r"|remediated|corrigi\w{1,4}|resolvi\w{1,4}|sanad[oa]s?|solucionad[oa]s?|encerrad[oa]s?"
    r"|fechad[oa]s?|recuperad[oa]s?"
    r"|restaurad[oa]s?|tratad[oa]s?|foi|voltou|rotated|revoked|renewed|replaced|purged"
    r"|revogad[oa]s?|rotacionad[oa]s?|renovad[oa]s?|substituid[oa]s?|trocad[oa]s?|removid[oa]s?"
    r"|consertad[oa]s?|revertid[oa]s?|reverted)\b|\bunresolved\b|\bfix(?:ed)? by hand\b"
    r"|\bfailed? closed\b"
)
PAST = re.compile(
    r"(?<!since )(?<!desde )(?<!than )\b(?:yesterday|last (?:night|week|month|year|quarter|run"
    r"|time|round|release|sprint|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)|on (?:monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)|n[ao] (?:segunda|terca|quarta|quinta|sexta|sabado"
    r"|domingo)(?:-feira)?(?! (?:tentativa|vez|rodada|execucao))|previous(?:ly)?|earlier"
    r"|in (?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|20\d\d)|(?:days|weeks|months|years|hours) ago"
    r"|back then|at the time|used to|historical(?:ly)?"
    r"|post-?mortem|retrospective|ontem|anteontem|semana passada|mes passado|ano passado"
    r"|trimestre passado|anterior(?:es|mente)?"
    r"|antig[oa]s?|na epoca|historico|no passado|ha (?:\d{1,4}|uns|duas|dois|tres"
    r"|alguns) (?:dias|semanas|meses|anos|horas)"
    r"|em (?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro"
    r"|dezembro))\b"
    r"|\b(?:no dia|on|em) \d{1,2}(?:/| de | )(?:\d{1,2}|[a-z]{3,9})\b"
)
FUTURE = re.compile(
    r"\b(?:will|expires?|leaves?|ends|until|due|by (?:the )?end|next|vence(?:m)?|expira(?:m)?"
    r"|sai|termina(?:m)?|sera|serao|ate|proxim[oa]s?|previst[oa]s?|planned|planejad[oa]s?)\b"
)
ONGOING = re.compile(
    r"\b(?:since|desde|still|ainda|continu\w{1,6}|segue|seguem|remains?|keeps?|persist\w{1,4}"
    r"|until now|ate agora|for the last|again today"
    r"|every (?:run|time|night)|toda vez|de novo hoje)\b"
)
EXPECTED = re.compile(
    r"\b(?:as (?:designed|expected|intended|documented|specified|described|planned)|(?:conforme"
    r"|como) (?:documentad|descrit|especificad|planejad)[oa]s?|intentional(?:ly)?|on purpose"
    r"|by design|is expected|are expected|expected (?:error|failure|warning)s?"
    r"|de proposito|proposital(?:mente)?|intenciona(?:l|is|lmente)|esperad[oa]s?|como esperado"
    r"|conforme (?:previsto|esperado)|por projeto"
    r"|allow-?listed|accepted risk|risco aceito|ignorad[oa]s? de proposito|known and accepted"
    r"|simulad[oa]s?|simulated|deliberate(?:ly)?"
    r"|fixtures?|(?:example|sample) (?:keys?|data|config\w*|credentials?|values?|tokens?)"
    r"|(?:chaves?|dados|valor(?:es)?|tokens?|credenciais) (?:de exemplo|de teste|fictici[oa]s?)"
    r"|fake|dummy|fictici[oa]s?|placeholder)\b"
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
)
CONTRAST = re.compile(
    r"\b(?:but|however|although|though|yet|except|apart from|despite|only|with (?:nits|comments"
    r"|remarks|reservations|suggestions)|porem|mas|no entanto|embora"
    r"|contudo|todavia|entretanto|exceto|apesar|salvo|so que|com (?:ressalvas?|sugest(?:ao|oes)"
    r"|observac(?:ao|oes)))\b"
)
QUESTION = re.compile(r"\?\s{0,3}$")
IMPERATIVE_PLAN = re.compile(
    r"\b(?:will (?:be|check|look|run|examine|review|scan|test|start)|going to|next (?:run|round"
    r"|step)|plan(?:ned|s)? to|to do next"
    r"|will \w{3,12} (?:failing|leaked|the|old|all)|will cover|vai cobrir|vou|vamos|irei|sera"
    r"|serao|pretendo|na proxima (?:rodada|execucao)|a proxima rodada)\b"
)
QUESTIONED = re.compile(r"\b(?:would|could|might|may|poderia|seria|talvez|eventual)\b")

# -- what is said ----------------------------------------------------------------------------------

_THING = _words(
    r"""
    tests? test_suites? suites? specs? builds? compilation pipelines? ci jobs? checks?
    workflows? deploys? deployments? migrations? releases? prs? pull_requests? main master
    branch(?:es)? scan audit run integration login endpoint api services? server page
    requests? install(?:ation)? app application sync import export upload worker queue
    database query gateway container pod node cron script restore backups? cases? scenarios?
    hooks? stage step lint(?:er)? command handler process packages? modules? imports?
    assertion(?:s)? payment checkout endpoints job_runner testes? compilacao esteira
    verificac(?:ao|oes) migrac(?:ao|oes) publicac(?:ao|oes) implantac(?:ao|oes)
    restaurac(?:ao|oes) casos? cenarios? servicos? servidor pagina instalacao aplicacao
    sincronizacao importacao exportacao consulta fila banco ambiente site varredura auditoria
    rotina tarefa etapa comando processo pacote modulo pagamento tela execucao rodada entrega
    build assercao assercoes producao production staging homologacao gerador replica
    """
)
_NOT = r"(?:not|n't|nao|never|nunca)"
_DO = _words(
    r"""
    run complete finish read reach connect open verify check determine access scan analy[sz]e
    evaluate test start load find fetch download install parse build resolve execute proceed
    continue clone log_in login authenticate confirm measure get perform carry audit inspect
    compile import decode locate see tell assess answer retrieve query write save be_\w{2,15}
    rodar executar concluir terminar ler acessar conectar abrir verificar checar determinar
    alcancar analisar avaliar testar iniciar carregar encontrar baixar instalar compilar
    resolver prosseguir continuar clonar autenticar confirmar medir obter fazer auditar
    inspecionar completar chegar finalizar realizar localizar buscar comparar validar gravar
    salvar consultar conferir montar entrar ser_\w{2,15} gerar subir falar
    """
)
_CHECK = _words(
    r"""
    check scan run audit analysis review job verification inspection test_run session agent
    process tool script task verificacao varredura analise auditoria revisao rodada execucao
    tarefa sessao agente ferramenta rotina inspecao conferencia
    """
)
_SECRET = _words(
    r"""
    secrets? credentials? passwords? api_keys? api-keys? private_keys? access_keys? tokens?
    signing_keys? ssh_keys? keys? senhas? segredos? credenciais credencial chaves?
    certificado_privado tokens? personal_data pii dados_pessoais cpfs? customer_data
    dados_de_clientes
    """
)
_BAD_FLAW = _words(
    r"""
    vulnerab\w{3,8} vulns? cves? advisor\w{1,3} findings? issues? flaws? falhas? problemas?
    problems? bugs? apontamentos? achados? alertas? alerts? incident\w{0,2} defects? defeitos?
    severity severidade gravidade risk risco brechas? exposure erros? errors?
    """
)
_SEVERE = _words("critical high critic[oa]s? alt[oa]s? graves? gravissim[oa]s? severe")
_MODEST = _words(
    "medium low moderate medi[oa]s? moderad[oa]s? baix[oa]s? minor pequen[oa]s? leves? "
    "informational"
)
_LIMIT = _words(
    r"""
    limit limits threshold target goal budget maximum max minimum quota baseline ceiling
    allowed allowance slo policy guideline guidelines recommendation recommended objective
    agreed limite limites meta alvo teto orcamento maximo minimo cota piso patamar minima
    maxima recomendado recomendacao orientacao regra objetivo permitido combinado acordado
    pedid[oa]s? exigid[oa]s?
    required desejad[oa]s? esperad[oa]s? combinad[oa]s?
    """
)


def _cue(
    severity: Severity, name: str, *patterns: str, firm: bool = True, grave: bool = False
) -> Cue:
    joined = "|".join(patterns)
    return Cue(severity=severity, name=name, pattern=re.compile(joined), firm=firm, grave=grave)


_TO = (
    rf" (?:d[oae]s? )?(?:the |its |our |all |o |a |os |as "
    rf"|de )?(?:\S{{1,15}} ){{0,4}}?(?P<limit>{_LIMIT})\b"
)
ABOVE_LIMIT = re.compile(
    r"\b(?:above|over|exceed(?:s|ed|ing)?|beyond|past|(?:higher|more|larger|longer|greater) than"
    r"|acima|ultrapass\w{1,4}|exced\w{1,3}|alem|super\w{1,3}|estour\w{1,3}|passou|passam?"
    r"|(?:maior(?:es)?|mais) (?:do )?que)" + _TO
)
BELOW_LIMIT = re.compile(
    r"\b(?:below|under|short of|beneath|(?:less|lower) than|abaixo|aquem"
    r"|(?:menor(?:es)?|menos) (?:do )?que)" + _TO
)

ERRORS = (
    _cue(
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
        rf"|did not manage to|failed to|fails to) {_gap(2)}{_DO}\b",
        r"\bnao (?:consegui(?:mos|u|ram)?|consigo|foi possivel|pude|pudemos|deu para|ha como"
        r"|havia como|houve como|tive como|tenho como"
        rf"|e possivel|se conseguiu) {_gap(2)}{_DO}\b",
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
        rf"\b{_CHECK}\b {_gap(4)}(?:aborted|interrupted|cancel+ed|cut short|stopped|crashed|died"
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
    ),
    _cue(
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
        rf"\b{_THING}\b(?:[,:]| \([^()]{{0,40}}\))? ?{_gap(5)}(?:fails?|failed|failing|broken"
        rf"|broke|breaks|red|crash(?:es|ed|ing)|errored|falh(?:a|am|ou|aram|ando)"
        r"|quebr(?:ou|aram|ad[oa]s?|a|am|ando)|caiu|cairam|vermelh[oa]s?|reprovad[oa]s?"
        r"|reprov(?:ou|aram)|trav(?:ou|ad[oa]s?|aram|a|ando)|hangs?|hung|down|estour(?:ou"
        r"|aram))\b",
        rf"\b(?:failing|failed|broken|red|crashing|quebrad[oa]s?"
        rf"|reprovad[oa]s?) (?:\w{{1,15}} )?{_THING}\b",
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
    ),
    _cue(
        Severity.ERROR,
        "a high or critical finding",
        rf"\b{_SEVERE}(?:[-/ ](?:and|or|e|ou|to|critical|high|critic[oa]s?|alt[oa]s?|severity"
        rf"|risk|impact|severidade|security)){{0,4}}[- ](?:\w{{1,20}} )?{_BAD_FLAW}\b",
        rf"\b{_BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated "
        rf"|classificad[oa]s? (?:como )?|considerad[oa]s? |as )?(?:severidade |gravidade |nivel "
        rf"|risco |severity )?{_SEVERE}(?: severity| gravidade| risk)?(?=[\s.,;:)!]|$)",
        r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact"
        r"|impacto)\]? ?[:=|] ?\W{0,4}(?:critical|high|critic[oa]|alt[oa]|grave|severe|error"
        r"|erro|blocker)\b",
        r"^\W{0,6}\[(?:critical|high|critic[oa]|alt[oa]|grave|p0|p1|sev-?[01]|blocker)\]",
        r"^\W{0,6}\(?(?:critical|high|critic[oa]|alt[oa]|grave|blocker)\)?(?::| - )",
        r"\bcvss(?: v?\d(?:\.\d)?)?(?: \w{1,8}){0,2}[: (]{1,3}(?:[789](?:[.,]\d)?"
        r"|10(?:[.,]0)?)(?![\d])",
        r"\bactively exploited\b|\bexploited in the wild\b|\bzero[- ]day\b|\bexploracao ativa\b"
        r"|\bem exploracao\b",
        grave=True,
    ),
    _cue(
        Severity.ERROR,
        "a leak or an open door",
        r"\b(?:opened|reached|read|accessed|called|used|visited|abert[oa]s?|acessad[oa]s?"
        r"|lid[oa]s?|chamad[oa]s?|usad[oa]s?) (?:\S{1,10} ){0,2}?(?:without|sem) (?:logging in"
        r"|login|logar|auth\w{0,12}|autenticacao|(?:a )?password|senha|entrar|permission"
        r"|permissao)\b",
        r"\b(?:senhas?|chaves?|tokens?|credencia(?:l|is)|segredos?|passwords?|keys?|secrets?"
        r"|credentials?)\b(?: \S{1,20}){0,7}? (?:escrit[oa]s?|gravad[oa]s?|fix[oa]s?|salv[oa]s?"
        r"|guardad[oa]s?|impress[oa]s?|written|stored|saved|printed|logged|in the clear"
        r"|over plain|trafega(?:m)?|padrao|default)\b|\b(?:default|padrao"
        r"|standard) (?:\w{1,10} )?(?:password|senha|credentials?|admin)\b",
        r"\b(?:card numbers?|credit cards?|card data|personal data|health data|social security"
        r"|home address(?:es)?|numeros? d[eo] cartao|cartao de credito|dados (?:pessoais"
        r"|de saude|bancarios|sensiveis)|cpfs?"
        r"|e-?mails? de clientes)\b(?: \S{1,20}){0,8}? (?:logs?|log|url|urls|plain|claro"
        r"|publicly|public[oa]|third part\w{1,3}|terceiros|exposed|expost[oa]s?|visible"
        r"|visive(?:l|is)|written|escrit[oa]s?|gravad[oa]s?|sent|enviad[oa]s?)\b",
        r"\b(?:anyone|anybody|everyone|any (?:visitor|user|customer|guest)|qualquer (?:um|pessoa"
        r"|usuario|visitante|cliente|conta)|todo mundo) (?:\w{1,12} )?(?:on|in|com|que|de|d[ao]"
        r"|with|from|outside|apaga|altera|edita|lista|exclui|baixa|troca|deletes?|edits?|lists?"
        r"|changes?|downloads?|logs|enters|gets|has)\b",
        r"\b(?:predictable|guessable|previsive(?:l|is)|adivinhave(?:l|is)) (?:\w{1,10} )?(?:ids?"
        r"|tokens?|passwords?|session|senhas?|sessao|sessoes)\b|\b(?:session|sessao|token|reset"
        r"|password|senha)\b(?: \S{1,12}){0,4} (?:predictable|guessable|previsive(?:l|is)"
        r"|adivinhave(?:l|is))\b|\bplain http\b|\bsem criptografia\b|\bunencrypted\b",
        r"\b(?:lets?|allows?|allowing|enables?|permit(?:e|em|indo|s)|deixa(?:m)?|possibilita"
        r"|da a) (?:\S{1,15} ){0,3}?(?:attackers?|strangers?|anyone|anybody|any|everyone|others?"
        r"|unauthenticated|atacantes?|invasor(?:es)?|qualquer|estranhos?|terceiros|outr[oa]s?"
        r"|visitantes?)\b",
        r"\b(?:attackers?|atacantes?|invasor(?:es)?|hackers?|malicious \w{1,12}|intruders?"
        r"|stranger) (?:\S{1,12} ){0,3}?(?:can|could|may|might|is able|pode|podem|consegue"
        r"|conseguem|conseguiria|poderia)\b",
        r"\b(?:take|takes|taking|took) over\b(?: \S{1,10}){0,3} account|\baccount takeover\b"
        r"|\b(?:tomar|assumir|sequestrar) (?:\S{1,10} ){0,3}(?:contas?|sessao)\b"
        r"|\bprivilege escalation\b|\b(?:escalonamento|elevacao|escalada) de privilegios?\b",
        r"\b(?:data|records?|invoices?|files?|orders?|messages?|accounts?|documents?|photos?"
        r"|details|dados|registros|faturas?|arquivos|pedidos|mensagens|contas?|documentos|notas"
        r"|cadastro) (?:of|from|belonging to|d[eoa]s?) (?:any|other|another|all|qualquer"
        r"|outr[oa]s?|tod[oa]s|terceiros|alheios?)\b",
        r"\b(?:other|another|someone else's|any) (?:customers?|users?|tenants?|people|clients?"
        r"|person|accounts?|company)(?:'s?)? (?:\w{1,12} )?(?:data|records?|invoices?|files?"
        r"|orders?|messages?|details|documents?|addresses|passwords?)\b",
        r"\b(?:real|live|valid|production|active|working|actual|private|privada"
        r"|verdadeir[oa]) (?:\w{1,15} ){0,3}(?:keys?|tokens?|passwords?|credentials?|secrets?"
        r"|certificate)\b",
        r"\b(?:chaves?|senhas?|tokens?|segredos?|credencia(?:l|is)|keys?|passwords?|secrets?"
        r"|credentials?)\b(?: \S{1,20}){0,9}? (?:privad[oa]|public[oa]|publicly|public"
        r"|enviad[oa]s?|subid[oa]s?|pasted|colad[oa]s?|pushed|ainda valid[oa]s?|still (?:valid"
        r"|active|works)|aparece(?:m)?|apareceu|appears?)\b",
        r"\b(?:without|no|missing|sem|nao (?:exige|pede|verifica|checa|valida|confere)"
        r"|does not (?:check|verify|require|validate)|never (?:checks|verifies)|skips?|ignora"
        r"|pula) (?:any |the |a |o |qualquer )?(?:authentication|authorization|auth|login"
        r"|signature|permission|ownership|access) (?:check|checks|control|at all|whatsoever)?"
        r"|\b(?:sem|nao exige|nao pede|dispensa) (?:autenticacao|autorizacao|login|assinatura)\b",
        rf"\b{_SECRET}\b {_gap(8)}(?:leak(?:ed|s|ing)?|exposed|committed|checked in|pushed"
        rf"|hard-?coded|in (?:the )?(?:repo|repository|history|clear|plain|logs?|source|code"
        rf"|bundle|client|git)|in plain ?text"
        r"|vaz(?:ad[oa]s?|ou|aram|ando)|expost[oa]s?|expoe|commitad[oa]s?|versionad[oa]s?"
        r"|no (?:repositorio|historico|codigo|git|log|bundle|commit)|nos logs|em texto (?:puro"
        r"|claro|plano|aberto)|publicad[oa]s?|visive(?:l|is)|publicly)\b",
        rf"\b(?:leaked|leaks|exposed|exposes|hard-?coded|vazou|vazaram|vazamento de|exposicao de"
        rf"|expoe|live|committed|prints|logs) (?:\w{{1,15}} ){{0,3}}{_SECRET}\b",
        rf"\b{_SECRET}\b (?:real|reais|verdadeir[oa]s?|valid[oa]s?|de producao|still valid"
        rf"|ainda valid[oa]|em uso|ativa)\b|\b(?:real|live|valid|production|active"
        rf"|working) {_SECRET}\b",
        rf"\b(?:revoke|revogue\w?|revogar|revoguem|rotate|rotacione\w?|rotacionar|invalidate"
        rf"|invalide\w?|troque\w?|trocar|trocada) (?:\w{{1,15}} ){{0,4}}?(?:{_SECRET}|it|them"
        rf"|now|agora|imediatamente|today|hoje)\b",
        r"\b(?:sql|command|code|prompt|template|shell|ldap)[- ]injections?\b|\binjec(?:ao"
        r"|oes) (?:de )?(?:sql|comandos?|codigo)\b|\bremote code execution\b|\brce\b"
        r"|\bexecucao remota\b|\bpath traversal\b|\bauth(?:entication|orization)? bypass\b"
        r"|\bbypass(?:es|ed)? (?:the )?(?:auth\w{0,12}|login|permission)\b",
        r"\b(?:anyone|anybody|any (?:\S{1,12} ){0,2}(?:user|visitor|customer|client|person"
        r"|caller)|everyone|qualquer (?:um|pessoa|usuario|visitante|cliente|conta)|todo mundo"
        r"|outro usuario|other users)\b"
        rf" {_gap(6)}(?:can|could|may|is able to|gets|sees?|reads?|pode|podem|consegue|conseguem"
        rf"|le|ve|acessa|baixa|entra)\b",
        r"\b(?:any|qualquer|wrong|empty|blank|errada|vazia) (?:password|senha) (?:is accepted"
        r"|works|logs|e aceita|serve|funciona|entra)\b|\baccepts? any (?:password|token)\b"
        r"|\baceita qualquer (?:senha|token)\b",
        r"\b(?:world[- ]readable|world[- ]writable|publicly (?:readable|accessible|writable"
        r"|reachable)|open to the (?:internet|world|public)|exposed to the internet"
        r"|aberto para a internet|expost[oa] (?:na|a) internet|acessivel publicamente"
        r"|bucket publico)\b",
        grave=True,
    ),
    _cue(
        Severity.ERROR,
        "data is lost or wrong",
        r"\b(?:values?|amounts?|totals?|balances?|prices?|invoices?|valores?|saldos?|totais"
        r"|precos?|boletos?|faturas?|cobrancas?|resultados?)\b(?: \S{1,12}){0,5}? (?:wrong"
        r"|incorrect|negative|negativ[oa]s?|errad[oa]s?|incorret[oa]s?|trocad[oa]s?|inflated"
        r"|dobrad[oa]s?)\b",
        r"\b(?:lose|lost|loses|losing|perde(?:m|u|ram)?|perdendo) (?:\w{1,10} ){0,2}?(?:work"
        r"|progress|files|orders|messages|changes|history|trabalho|arquivos|pedidos|mensagens"
        r"|alteracoes|historico|money|dinheiro)\b",
        r"\b(?:also|tambem) (?:deletes?|removes?|erases?|apaga|remove|exclui)\b|\b(?:dumps?"
        r"|backups?|files?|arquivos?|copias?)\b(?: \S{1,12}){0,4} (?:0|zero) bytes?\b",
        r"\b(?:empty|blank|zero-length|vazi[oa]s?|em branco|zerad[oa]s?) (?:\w{1,12} )?(?:files?"
        r"|exports?|dumps?|backups?|reports?|tables?|database|arquivos?|tabelas?|banco"
        r"|exportac(?:ao|oes))\b(?: \S{1,15}){0,6}? (?:every|each|since|desde|tod[oa]s?|instead"
        r"|em vez)\b|\b(?:arquivos?|dumps?|backups?|tabelas?|exportac(?:ao|oes)|files?|exports?"
        r"|tables?|database) (?:\w{1,12} ){0,3}?(?:vazi[oa]s?|zerad[oa]s?|em branco|empty)\b",
        r"\b(?:removes?|deletes?|drops?|erases?|wipes?|apaga(?:m)?|exclui|remove(?:m)?|elimina"
        r"|zera) (?:every|all|any|tod[oa]s?|qualquer)(?: \S{1,12}){0,2} (?:users?|customers?"
        r"|orders?|data|rows?|records?|files?|accounts?|tables?|backups?|usuarios?|clientes?"
        r"|pedidos?|dados|registros?|linhas?|arquivos?|contas?|tabelas?)\b",
        r"\b(?:dados|registros|pedidos|arquivos|fotos|mensagens|data|records"
        r"|files)\b(?: \S{1,10}){0,3} (?:some(?:m)?|se perdem|vao se perder|will be lost"
        r"|would be lost|are gone|gone|serao perdidos|serao apagados)\b",
        r"\b(?:data loss|loss of data|loses? data|losing data|lost data|perda de dados"
        r"|perdem? dados|perdeu dados|perdendo dados|data corruption|corrupcao de dados)\b",
        r"\b(?:corrupt(?:ed|s|ing)?|corrompid[oa]s?|corromp(?:e|em|eu|eram))\b",
        r"\b(?:rows?|records?|data|tables?|orders?|users?|customers?|invoices?|messages?|events?"
        r"|payments?|columns?|entries|registros?|dados|tabelas?|pedidos?|usuarios?|clientes?"
        r"|faturas?|notas?|mensagens?|linhas|pagamentos?|colunas?|arquivos?|files?|backups?)\b"
        rf" {_gap(5)}(?:(?:was|were|been|are|is|get|gets|being) (?:silently )?(?:lost|deleted"
        rf"|erased|wiped|overwritten|truncated|dropped|duplicated|destroyed)|vanish(?:ed|es)?"
        rf"|disappear(?:ed|s)?|went missing|perdid[oa]s|se perd(?:eu|eram|em|e)|apagad[oa]s?"
        rf"|sobrescrit[oa]s?|sumi(?:u|ram|ndo)|desaparece(?:u|ram)|excluid[oa]s? por engano"
        rf"|descartad[oa]s? sem)\b",
        r"\b(?:deletes?|deleted|drops?|dropped|erases?|wipes?|wiped|truncates?|overwrites?"
        r"|apag(?:a|ou|am|aram)|sobrescreve(?:u|m|ram)?|remove(?:u)? por engano|descarta"
        r"|perde(?:u)?|elimina) (?:\w{1,12} ){0,4}?(?:data|tables?|rows?|records?|columns?"
        r"|database|volume|orders?|customers?|dados|tabelas?|registros?|colunas?|linhas|banco"
        r"|volume|pedidos?|clientes?)\b",
        r"\b(?:zero[- ]bytes?|0[- ]bytes?|zero bytes|vazi[oa]s? desde|empty since)\b"
        r"|\bbackups?\b(?: \S{1,20}){0,8}? (?:empty|vazi[oa]s?|missing|ausentes?|stale|old|velho"
        r"|nao (?:restaura|abre|existe|roda)|cannot be restored|could not be restored)\b",
        r"\b(?:no|nenhum|nenhuma|sem|not a single|nao existe|nao ha|nao temos|nao existem"
        r"|there is no|without a) (?:\w{1,15} ){0,2}(?:backups?|copy|copia|dump|snapshot"
        r"|copias)\b",
        r"\b(?:irrecuperave(?:l|is)|irrecoverabl[ey]|unrecoverable|cannot be (?:recovered"
        r"|restored|undone)|nao (?:da|dao|pode|podem)(?: para)?(?: ser)? (?:recuperar|restaurar"
        r"|recuperad[oa]s?|restaurad[oa]s?))\b",
        r"\b(?:charged twice|double[- ]charged|billed twice|charged (?:two|three) times"
        r"|cobrad[oa]s? (?:duas|tres|em dobro)|cobranca (?:em )?(?:dupla|duplicada|dobro)"
        r"|cobra (?:em dobro|duas vezes)|paid twice|pag[oa] duas vezes|sent twice to"
        r"|wrong (?:amounts?|balances?|totals?|customer)|valores? errad[oa]s?|saldo (?:errado"
        r"|negativo indevido))\b",
        grave=True,
    ),
    _cue(
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
    ),
    _cue(
        Severity.ERROR,
        "it asks to act now",
        r"\b(?:urgent(?:ly)?|urgente(?:mente)?|urgencia|immediately|imediatamente|de imediato"
        r"|(?:acao|correcao|atencao|resposta|intervencao) imediata|immediate (?:action|attention"
        r"|fix|response)|right away|right now|asap|act now|at once|agora mesmo|o quanto antes"
        r"|quanto antes|sem demora|emergency|emergencia)\b",
        r"\b(?:stop|halt|pause|hold|suspend|roll back|pare|parem|suspend\w{1,3}|segure\w?"
        r"|interromp\w{1,3}|reverta\w?|revert) (?:the |all |a |o |as |os |this |that |every "
        r"|qualquer )?(?:\w{1,12} )?(?:releases?|deploys?|deployments?|rollouts?|merges?"
        r"|publicac(?:ao|oes)|entrega|implantac(?:ao|oes)|deploy|trafego|traffic|commit|job|jobs"
        r"|migration|migracao|backup)\b",
        r"\b(?:do not|don't|must not|should not|cannot|can't"
        r"|none of them can) (?:be )?(?:merged?|deploy(?:ed)?|released?|ship(?:ped)?"
        r"|publish(?:ed)?|go (?:out|live))\b|\bnao (?:publique\w?|mescle\w?"
        r"|facam? (?:o )?(?:merge|deploy)|implant\w{1,3}|subam?|aprov\w{1,3} (?:o|este|esse)"
        r"|deve(?:m)? ser (?:publicad|mesclad|implantad)\w{1,2}|pode(?:m)? ser (?:publicad"
        r"|mesclad|implantad|liberad)\w{1,2}|pode(?:mos)? (?:publicar|liberar))\b",
        r"\b(?:blocks?|blocking|blocked|bloquei?a(?:ndo|m)?|impede(?:m)?|trava(?:ndo)?) (?:the "
        r"|o |a |all |any |every |toda |qualquer )?(?:\w{1,12} )?(?:releases?|merges?|deploys?"
        r"|deployments?|publicac(?:ao|oes)|entregas?|login|checkout|compra)\b",
        r"\b(?:release|merge|deploy)[- ]block(?:er|ing)\b|\bblockers?\b|\bblocking\b"
        r"|\bbloqueantes?\b|\bimpeditiv[oa]s?\b|\brequest(?:ing|ed)? changes\b"
        r"|\bchanges requested\b",
        r"\b(?:must|needs? to|has to|have to|precisa(?:m)?|tem (?:de|que)|devem?) (?:be "
        r"|ser )?(?:\w{2,15}) (?:\w{1,12} ){0,3}?(?:now|today|tonight|agora|hoje|ja"
        r"|before (?:the )?(?:\w{1,10} )?(?:release|merge|merging|deploy|publishing)"
        r"|antes (?:d[aeo] )?(?:\w{1,10} )?(?:publicar|publicacao|merge|deploy|release"
        r"|entrega))\b",
    ),
)

WARNINGS = (
    _cue(
        Severity.WARNING,
        "a finding of medium or low severity",
        rf"\b{_MODEST}(?:[-/ ](?:and|or|e|ou|to|low|medium|moderate|severity|risk|impact"
        rf"|severidade|security|baix[oa]s?|medi[oa]s?)){{0,4}}[- ](?:\w{{1,20}} )?{_BAD_FLAW}\b",
        rf"\b{_BAD_FLAW}\b(?: \w{{1,12}}){{0,3}}? (?:de |of |with |com |e |is |rated "
        rf"|as )?(?:severidade |gravidade |nivel |risco |severity )?{_MODEST}(?: severity"
        rf"| gravidade| risk)?(?=[\s.,;:)!]|$)",
        r"(?:^|[\s*\[(|-])\[?(?:severity|severidade|gravidade|risk|risco|nivel|level|impact"
        r"|impacto)\]? ?[:=|] ?\W{0,4}(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]"
        r"|warning|aviso|minor)\b",
        r"^\W{0,6}\[(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|p[234]|sev-?[234]|minor"
        r"|nit|warning|warn|aviso|informational)\]",
        r"^\W{0,6}\(?(?:medium|moderate|low|medi[oa]|moderad[oa]|baix[oa]|minor|nit|suggestion"
        r"|sugestao)\)?(?::| - )",
    ),
    _cue(
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
    ),
    _cue(
        Severity.WARNING,
        "out of date or on the way out",
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
    ),
    _cue(
        Severity.WARNING,
        "past a limit",
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
    ),
    _cue(
        Severity.WARNING,
        "untidy code",
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
    ),
    _cue(
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
    ),
)

SUCCESSES = (
    _cue(
        Severity.SUCCESS,
        "it says that all is well",
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
        r"|formatad[oa]s?)\b",
        r"\b(?:tudo (?:certo|ok|bem|em ordem|verde|limpo|funcionando|nos conformes|tranquilo"
        r"|em dia)|all (?:good|clear|green|well|fine|set|is well)|looks? (?:good|fine|clean"
        r"|healthy)|lgtm|no action (?:is )?(?:needed|required|necessary)|nenhuma acao"
        r"|no follow-?up|no further action|safe to (?:merge|deploy|release|ship)"
        r"|ready to (?:merge|deploy|release|ship)|good to go|approved?|aprovad[oa]s?"
        r"|liberad[oa]s?|pode (?:publicar|mesclar|subir|seguir)|pront[oa] para (?:publicar"
        r"|publicacao|merge|producao)|ship it)\b",
        rf"\b(?:meets|met|within|dentro|inside|reach(?:es|ed)|hits|atinge|atingiu|atingida"
        rf"|cumpre|cumpriu"
        rf"|respeita\w{{0,2}}|bate) (?:d[oae]s? )?(?:the |its |our |o |a |all |os |as )?"
        rf"(?:\S{{1,15}} ){{0,2}}?{_LIMIT}\b",
        r"\b(?:will not expire|nao (?:ira )?expira\w{0,2}|still valid|ainda (?:e )?valid[oa]"
        r"|working tree clean|nothing to commit|arvore de trabalho limpa|nada a submeter"
        r"|everything up-to-date|would be left unchanged|nothing to do|no changes|sem alteracoes"
        r"|sem mudancas|identical|identic[oa]s)\b",
        r"\b(?:terminou|terminaram|concluid[oa]s?|finished|completed"
        r"|ended)\b(?: \S{1,15}){0,4}? (?:on time|no horario|no prazo|normally|normalmente"
        r"|sem surpresas)\b",
        firm=True,
    ),
    _cue(
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
    ),
)

# What is left of a negation when no trouble is denied: something is not as it should be.
LACK = re.compile(
    r"(?<!-)\b(?:not|n't|cannot|nao|no longer|without|sem|lacks?|missing|falta(?:m)?|nobody"
    r"|ninguem|never|nunca|instead|but|however|porem|mas|no entanto|only)\b|n't\b"
)
