"""The things that reports speak of, as alternations for the patterns of the other files."""

from __future__ import annotations

from conselho.verdict.lexicon.cue import words

THING = words(
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

DO = words(
    r"""
    run complete finish read look_at olhar
    reach connect open verify check determine access scan analy[sz]e
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

WORK = words(
    r"""
    build compile run start boot install clone deploy publish release merge ship test log_in use
    sign_in pay buy order open reach gerar compilar montar rodar subir iniciar instalar clonar
    publicar implantar mesclar entregar testar entrar usar pagar comprar abrir acessar
    """
)

CHECK = words(
    r"""
    check comparison comparacao
    scan run audit analysis review job verification inspection test_run session agent
    process tool script task verificacao varredura analise auditoria revisao rodada execucao
    tarefa sessao agente ferramenta rotina inspecao conferencia
    """
)

SECRET = words(
    r"""
    secrets? credentials? passwords? api_keys? api-keys? private_keys? access_keys? tokens?
    signing_keys? ssh_keys? keys? senhas? segredos? credenciais credencial chaves?
    certificado_privado tokens? personal_data pii dados_pessoais cpfs? customer_data
    dados_de_clientes
    """
)

BAD_FLAW = words(
    r"""
    vulnerab\w{3,8} vulns? cves? advisor\w{1,3} findings? issues? flaws? falhas? problemas?
    problems? bugs? apontamentos? achados? alertas? alerts? incident\w{0,2} defects? defeitos?
    severity severidade gravidade risk risco brechas? exposure erros? errors?
    """
)

SEVERE = words("critical high critic[oa]s? alt[oa]s? graves? gravissim[oa]s? severe")

MODEST = words(
    "medium low moderate medi[oa]s? moderad[oa]s? baix[oa]s? minor pequen[oa]s? leves? "
    "informational"
)

LIMIT = words(
    r"""
    limit limits threshold target goal budget maximum max minimum quota baseline ceiling
    allowed allowance slo policy guideline guidelines recommendation recommended objective
    agreed limite limites meta alvo teto orcamento maximo minimo cota piso patamar minima
    maxima recomendado recomendacao orientacao regra objetivo permitido combinado acordado
    pedid[oa]s? exigid[oa]s?
    required desejad[oa]s? esperad[oa]s? combinad[oa]s?
    """
)
