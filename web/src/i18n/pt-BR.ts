/** The page's own words in Brazilian Portuguese, the first language; `en.ts` has the same keys. */
import { capital, twoUnits } from "../text/format";

const NUMBERS = "zero um dois três quatro cinco seis sete oito nove dez onze doze".split(" ");

const word = (n: number) => NUMBERS[n] ?? String(n);
const list = (items: readonly string[]) =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} e ${items.at(-1)}`;
const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const ptBR = {
  list,
  skipToContent: "Ir para o plenário",

  mark: {
    success: "Em ordem",
    info: "Nota",
    warning: "Atenção",
    error: "Erro",
    missed: "Perdido",
    skipped: "Pulado",
    paused: "De licença",
    running: "Trabalhando",
    waiting: "Na fila",
    cancelled: "Cancelado",
    new: "Ainda sem veredito",
  },
  mood: {
    serene: "sereno",
    proud: "orgulhoso",
    attentive: "atento",
    worried: "preocupado",
    distressed: "aflito",
    working: "trabalhando",
    absent: "ausente, cadeira vazia",
    on_leave: "de licença",
    new: "ainda sem veredito",
  },
  trigger: {
    schedule: "pela agenda",
    manual: "pedida por uma pessoa",
    catch_up: "recuperando um horário",
    backfill: "refazendo um horário passado",
    api: "pedida pela API",
  },

  places: {
    label: "Vistas",
    plenary: "Plenário",
    timeline: "Linha do tempo",
    providers: "Provedores",
    search: "Buscar ou mandar",
  },

  connection: {
    connecting: "Chamando o conselho",
    live: (age: string) => `Ao vivo, último sinal ${age}`,
    liveShort: "Ao vivo",
    liveLate: "Ao vivo; notícias de outros servidores com até um segundo de atraso, pois o Redis não responde",
    behind: "Atrasado: o banco de dados não responde ao servidor",
    behindShort: "Atrasado",
    reconnecting: "Reconectando",
    lost: (age: string, retry: string) => `Sem sinal há ${age}. Tentando em ${retry}`,
    lostTrying: (age: string) => `Sem sinal há ${age}. Tentando agora`,
    polling: (at: string) => `Sem fluxo: retrato das ${at}, a cada 30 s`,
    pollingShort: "A cada 30 s",
    lostShort: (age: string) => `Sem sinal: ${age}`,
    announceLost: "Sem sinal do servidor.",
    announceBack: "O sinal voltou. A página está em dia.",
  },
  loadError: {
    title: "O servidor não mandou o conselho.",
    unreachable: "Ele não respondeu. Veja se conselho serve está de pé; esta página tenta sozinha.",
    other: (what: string) => `${capital(what)} Esta página tenta sozinha.`,
  },

  region: {
    broken: "Esta parte não pôde ser mostrada. O resto da página segue.",
    again: "Tentar de novo",
    missing: {
      kpis: (why: string) => `Faltam os números: ${why}`,
      executions: (why: string) => `Faltam as últimas execuções: ${why}`,
    },
    unreadable: (n: number) =>
      n === 1
        ? "Um conselheiro não aparece aqui: o que o servidor mandou dele não dá para ler. Se o servidor foi atualizado, recarregue a página."
        : `${n} conselheiros não aparecem aqui: o que o servidor mandou deles não dá para ler. Se o servidor foi atualizado, recarregue a página.`,
  },

  who: {
    open: (name: string) => `Quem entrou: ${name}`,
    role: {
      viewer: "só olha (viewer)",
      operator: "executa, pausa e cancela (operator)",
      admin: "também edita (admin)",
    },
    out: "Sair",
  },

  headline: {
    empty: "O plenário está aberto. Falta quem sente.",
    allInOrder: "Todos em ordem. Pode olhar para outra coisa.",
    wereInOrder: "Estavam todos em ordem.",
    onLeave: "O conselho inteiro está de licença.",
    waiting: "Ainda sem veredito.",
    unproven: (n: number) => `Nada de errado até aqui. ${capital(word(n))} ainda sem veredito.`,
    one: (name: string) => `${name} pede a sua atenção.`,
    oneWas: (name: string) => `${name} pedia a sua atenção.`,
    many: (n: number) => `${capital(word(n))} conselheiros pedem a sua atenção.`,
    manyWere: (n: number) => `${capital(word(n))} conselheiros pediam a sua atenção.`,
    known: (n: number) =>
      n === 1 ? "Nada de novo. Uma pendência você já conhece." : `Nada de novo. ${capital(word(n))} pendências você já conhece.`,
    emptyMore:
      "Um conselheiro é um agente com agenda: olha uma parte do projeto, na hora marcada, e diz o que viu. Comece com um.",
    troubles: (errors: number, missed: number, warnings: number) =>
      capital(
        list(
          [
            errors > 0 && (errors === 1 ? "um erro" : `${word(errors)} erros`),
            missed > 0 && (missed === 1 ? "uma cadeira vazia" : `${missed === 2 ? "duas" : word(missed)} cadeiras vazias`),
            warnings > 0 && (warnings === 1 ? "um aviso" : `${word(warnings)} avisos`),
          ].filter((part) => part !== false),
        ),
      ) + ".",
    restInOrder: "O resto da casa está em ordem.",
    working: (n: number) => (n === 1 ? "Um trabalha agora." : `${capital(word(n))} trabalham agora.`),
    next: (name: string, when: string) => `Próximo: ${name}, ${when}.`,
    calmSince: (at: string) => `Assim desde ${at}.`,
    picture: (at: string) =>
      `Isto é o retrato das ${at}. O que veio depois, esta página ainda não sabe. Volta sozinha assim que houver sinal.`,
    loading: "Chamando o conselho.",
  },
  seats: {
    inOrder: (total: number) => `de ${total} em ordem`,
    wereInOrder: (total: number) => `de ${total} estavam em ordem`,
    none: "cadeiras ocupadas",
    label: (ok: number, total: number) => `Plenário: ${ok} de ${total} conselheiros em ordem`,
  },
  changes: {
    title: "O que mudou por último",
    error: "passou a erro",
    warning: "pediu atenção",
    recovered: "voltou à ordem",
    missed: "deixou de aparecer",
    none: "Nenhuma mudança nas últimas execuções.",
    since: (age: string) => `Mudou desde a sua última visita, ${age}`,
    noneSince: "Nada.",
    many: {
      error: "passaram a erro",
      warning: "pediram atenção",
      recovered: "voltaram à ordem",
      missed: "deixaram de aparecer",
    },
  },

  kpis: {
    label: "Números do conselho",
    active: "Conselheiros em atividade",
    onLeave: (n: number) => `${n} de licença`,
    allSeated: "ninguém de licença",
    running: "Trabalhando agora",
    ran: (n: number, at: string) => `${n === 1 ? "Trabalhava" : "Trabalhavam"} às ${at}`,
    queued: (n: number) => `${n} na fila`,
    nobody: "ninguém",
    runs: "Execuções hoje",
    runsUntil: (at: string) => `Execuções até as ${at}`,
    runsWeek: (n: string) => `${n} em 7 dias`,
    rate: "Taxa de acerto",
    rateUp: (points: string) => `${points} sobre 7 dias`,
    rateSame: "igual a 7 dias",
    rateOnly: "só hoje em 7 dias",
    noRuns: "nenhuma execução hoje",
    missed: "Horários perdidos",
    missedWeek: (n: string) => `${n} em 7 dias`,
    cost: "Custo hoje",
    noCost: "nada cobrado",
    costWeek: (money: string) => `${money} em 7 dias`,
    costOf: (limit: string) => `de ${limit} por dia`,
    costSpent: "orçamento esgotado",
  },

  attention: {
    title: "Precisa de você",
    open: (n: number, age: string) => `${count(n, "aberto", "abertos")}, o mais antigo ${age}`,
    were: (n: number, at: string) => `${n === 1 ? "era 1" : `eram ${n}`}, o mais antigo ${at}`,
    more: (n: number) => `Mais ${n}`,
    fewer: "Menos",
    streak: (n: number) => `${n}ª vez seguida`,
    missedSlots: (n: number) => (n === 1 ? "Faltou a um horário" : `Faltou a ${n} horários`),
    slotsFromTo: (from: string, to: string) => `Das ${from} às ${to}.`,
    slotAt: (at: string) => `Era o das ${at}.`,
    since: (at: string) => `desde ${at}`,
    see: "Ver o que viu",
    seeMissed: "Ver o horário",
    again: "Executar de novo",
    run: "Executar agora",
    known: "Já sei",
    deniedCure: "Mude a tarefa ou policies.permissions.",
    knownHint: "Tira daqui até o próximo veredito",
  },

  council: {
    title: "O conselho",
    filter: "Filtrar por nome ou tarefa",
    all: "Todos",
    others: "Os outros",
    needs: "Precisa de você",
    orderLabel: "Ordem",
    order: { needs: "quem precisa primeiro", news: "novidades primeiro", name: "por nome" },
    nobody: "Ninguém com esse nome ou tarefa.",
    clear: "Limpar o filtro",
    groups: "Filtrar por etiqueta",
    moreTags: (n: number) => `Mais ${n}`,
    fewerTags: "Menos",
    foldAll: "Recolher todos",
    openAll: "Abrir todos",
    orders: "Ordens",
    promote: "Promover",
    ordersHint: "Convocar, dar licença e chamar de volta muitos de uma vez; manutenção; refazer horários",
    agenda: (name: string) => `Agenda de ${name}`,
    rate: "Taxa de acerto",
    history: (n: number) => `Últimas ${n} execuções`,
    noHistory: "Sem execuções ainda",
    works: (age: string) => `trabalha há ${age}`,
    began: (at: string) => `começou às ${at}`,
    queued: "na fila",
    turn: "espera a vez",
    triesIn: (span: string) => `tenta em ${span}`,
    triesAt: (at: string) => `tenta às ${at}`,
    costToday: (money: string) => `${money} hoje`,
    budgetSpent: "orçamento esgotado",
    next: (span: string) => `em ${span}`,
    nextNow: "agora",
    expected: (at: string) => `previsto ${at}`,
    noNext: "próximo a confirmar",
    maintained: "em manutenção",
    paused: "de licença",
    justRunning: (task: string) => `Trabalhando: ${task}`,
    skippedOverlap: "Pulado: a execução anterior ainda corria",
    giveLeave: "Dar licença",
    callBack: "Chamar de volta",
    pause: (name: string) => `Dar licença a ${name}`,
    resume: (name: string) => `Chamar ${name} de volta`,
    runNow: (name: string) => `Executar ${name} agora`,
    cancel: (name: string) => `Cancelar a execução de ${name}`,
  },

  maintenance: {
    label: "Manutenção em curso",
    active: (reason: string) => (reason ? `Em manutenção: ${reason}` : "Em manutenção"),
    noRuns: (who: string) => `Nenhum horário roda para ${who}`,
    everybody: "o conselho inteiro",
    tag: (tag: string) => `os de ${tag}`,
    others: (n: number) => `mais ${n}`,
    until: (at: string, span: string) => `até ${at}, ainda ${span}`,
    untilAt: (at: string) => `até ${at}`,
    open: "até alguém encerrar",
    more: (n: number) => (n === 1 ? "e mais uma janela" : `e mais ${n} janelas`),
    end: "Encerrar",
    ended: "A janela foi encerrada. Os horários voltam a correr.",
    calledOff: "A janela foi desmarcada.",
    see: "Ver janelas",
  },
  queueNote: {
    label: "Filas sem trabalhador",
    stuck: (queue: string | null, waiting: number) =>
      `${queue === null ? "Não há nenhum trabalhador" : `Nenhum trabalhador atende a fila ${queue}`}, e ` +
      `${waiting === 1 ? "1 execução espera" : `${waiting} execuções esperam`}.`,
    remedy: {
      start_worker: "Inicie um:",
      restart_server: "Inicie o servidor de novo, com as outras opções dele e estas:",
    },
  },
  clockNote: {
    label: "O relógio do servidor",
    clock_back: (span: string) =>
      `O relógio do servidor foi atrasado${span && ` em ${span}`}. Nenhum horário roda duas vezes por isso.`,
    clock_forward: (span: string) =>
      `O relógio do servidor foi adiantado${span && ` em ${span}`}. Os horários saltados contam como perdidos.`,
    suspended: (span: string) =>
      `A máquina do servidor dormiu${span && ` por ${span}`}. O que passou nesse tempo foi contado.`,
    blocked: (span: string) =>
      `O servidor ficou travado${span && ` por ${span}`}. O que passou nesse tempo foi contado.`,
    killed:
      "O servidor foi morto, ou a máquina dele caiu, e ele subiu de novo. O que passou nesse tempo foi contado.",
    known: "Já sei",
  },

  age: {
    now: "agora",
    ago: (span: string) => `há ${span}`,
    at: (at: string) => `às ${at}`,
  },

  recent: {
    title: "Execuções recentes",
    journal: "Diário do conselho",
    more: (n: number) => `Ver as ${n}`,
    fewer: "Ver menos",
    none: "Nenhuma execução ainda. A primeira aparece aqui e no rodapé.",
    columns: {
      state: "Estado",
      who: "Quem",
      task: "Tarefa",
      summary: "O que disse",
      duration: "Duração",
      when: "Quando",
    },
  },

  footer: {
    title: "Rodapé",
    stopped: "Rodapé parado",
    empty: "As notícias do conselho aparecem aqui. Por enquanto, silêncio honesto.",
    turns: (n: number, of: number) => `${n} de ${of}, gira a cada 8 s`,
    held: "parado enquanto você olha",
    still: (of: number) => (of < 2 ? "1 notícia" : `a mais nova de ${of}`),
    unseen: (n: number) => (n === 1 ? "1 erro que você não viu" : `${n} erros que você não viu`),
    turn: "Girar as notícias",
    noTurn: "não gira sem sinal",
    open: "Abrir o rodapé",
    close: "Recolher",
    openShort: "Abrir",
    all: "Tudo",
    results: "Resultados",
    alerts: "Avisos e erros",
    about: "As 50 mais novas. Cada execução aparece uma vez e muda no lugar.",
    nothing: "Nada deste tipo entre as 50 mais novas.",
    filters: "Filtrar o rodapé",
  },
  news: {
    started: (trigger: string) => `Começou: execução ${trigger}`,
    waiting: "Na fila",
    retry: (attempt: number, max: number, at: string) => `Nova tentativa${at && ` às ${at}`} (${attempt} de ${max})`,
    cancelled: "Cancelado antes de terminar",
    cancelledFor: (reason: string) => `Cancelado: ${reason}`,
    cancelledForNext: "Cancelado: deu lugar ao horário seguinte",
    cancelledInLine: "Cancelado antes da vez: o conselheiro saiu de licença ou perdeu a cadeira",
    turn: "Espera a execução anterior terminar",
    silent: "Terminou sem dizer nada",
  },

  /** How a run ended, where the server says it in a sentence of its own. */
  ended: {
    exit: (code: string, last: string) => `Terminou com código de saída ${code}${last ? `: ${last}` : ", sem dizer nada"}`,
    silent: "Terminou sem escrever nada.",
    notFound: (program: string) => `O programa ${program} não foi encontrado. Instale-o, ou dê o caminho inteiro.`,
    notThere: (program: string) => `O programa ${program} não existe. Instale-o, ou corrija o caminho.`,
    notExecutable: (program: string) => `O programa ${program} não pode ser executado. Tente: chmod +x ${program}`,
    noFolder: (folder: string) => `A pasta de trabalho ${folder} não existe. Crie-a, ou dê outra ao agente.`,
  },
  skipReason: {
    overlap: "Pulado: a execução anterior ainda corria",
    budget: "Pulado: o orçamento de hoje acabou",
    monthBudget: "Pulado: o orçamento do mês acabou",
    quietHours: "Pulado: fora do horário de atividade",
    excludedDate: "Pulado: dia fora da agenda",
    maintenance: "Pulado: janela de manutenção",
    other: (reason: string) => `Pulado: ${reason}`,
    unknown: "Pulado",
  },
  /** Why a success that an agent claims does not count as one. */
  doubt: {
    noTool: "Terminou sem usar nenhuma ferramenta: vale como nota, não como aprovação.",
    noToolWorked: (n: number) =>
      n === 1
        ? "A única ferramenta que chamou falhou: vale como nota, não como aprovação."
        : `Nenhuma das ${n} ferramentas que chamou funcionou: vale como nota, não como aprovação.`,
    denied: (what: string) => `Faltou permissão: ${what}`,
    lacking: (what: string) => `Faltou um arquivo de contexto: ${what}.`,
    nothingPrinted: "Terminou com código 0 e não escreveu nada: não há prova de trabalho.",
    plainOutput: "Código de saída 0 e um texto, sem bloco de relatório.",
    breaksOff: "A resposta para no meio de uma frase, sem bloco de relatório.",
    worseFinding: "O relatório diz menos do que o pior dos seus achados: vale o achado.",
    exitCode: (code: string) => `O código de saída foi ${code}: vale mais do que o texto.`,
    formatSays: (format: string) => `É o que diz a saída (${format}).`,
    noWord: "Nada no texto diz se deu certo.",
  },
  missedTile: (n: number) => (n === 1 ? "1 horário perdido" : `${n} horários perdidos`),
  missedReason: {
    slots: (n: number, text: string, from: string, to: string) =>
      n === 1 ? `Faltou ao horário das ${from}` : `Faltou a ${text} horários, das ${from} às ${to}`,
    slotsOfDays: (text: string, from: string, to: string) => `Faltou a ${text} horários, de ${from} a ${to}`,
    none: "Faltou a um horário",
    serverDown: "O servidor não estava no ar nessa hora.",
    late: "O servidor estava no ar, mas suspenso ou ocupado demais nessa hora.",
    tooOld: "Passou há tempo demais para ser recuperado.",
    changed: "A agenda mudou antes de ele começar.",
  },

  /** By error_kind: what happened, then what to do. */
  cause: {
    timeout: ["Passou do tempo máximo e foi parado.", "Veja no registro onde parou. Se o trabalho é mesmo longo, aumente policies.timeout_seconds."],
    silent: ["Ficou calado além do limite e foi parado.", "Costuma ser um pedido de permissão sem quem responda. Veja o registro ou aumente policies.silence_timeout_seconds."],
    exit: ["O comando terminou com erro.", "O fim do relatório costuma dizer por quê. Rode o mesmo comando à mão no diretório do agente."],
    spawn: ["O comando não pôde ser iniciado.", "Confira se o comando e o diretório existem nesta máquina, ou troque o provedor."],
    preflight: ["A conferência antes da partida achou um problema; nada foi gasto.", "A mensagem diz o que falta. conselho doctor confere o mesmo em todos os conselheiros desta máquina."],
    shutdown: ["O servidor foi parado no meio da execução.", "Nada a corrigir. Execute de novo, ou espere o próximo horário."],
    cancelled: ["Foi cancelada por uma pessoa.", "Nada a corrigir. Execute de novo quando quiser."],
    provider: ["O agente ou o provedor dele falhou.", "Confira acesso, cota e rede do provedor; depois execute de novo."],
    contract: ["A resposta não veio na forma combinada.", "Veja o relatório e ajuste o pedido para terminar com o bloco de veredito."],
    no_worker: ["Não havia trabalhador para a fila dele.", "O erro diz como fazer um atendê-la. Ou dê outra fila ao agente."],
    worker_lost: ["O trabalhador sumiu no meio da execução.", "Veja se o processo ou a máquina parou. A próxima execução segue na agenda."],
    budget: ["Parou no teto de custo.", "Aumente policies.max_cost_usd, ou peça menos nesta tarefa. Um orçamento do dia ou do mês volta sozinho quando ele vira."],
    other: ["A execução falhou.", "Leia o relatório e o registro; depois execute de novo."],
  } as Record<string, readonly [string, string]>,

  /** By error_cause, which is finer: what happened, then what to do. */
  providerCause: {
    rate_limit: ["O provedor não aceita mais pedidos por agora.", "Espere o limite voltar ou espace as agendas que usam a mesma chave. Com policies.max_attempts acima de 1, a próxima tentativa espera a hora que o provedor disser."],
    overloaded: ["O provedor está sobrecarregado.", "Costuma passar em minutos. Execute de novo, ou dê mais tentativas em policies.max_attempts."],
    authentication: ["O provedor recusou a credencial ou a conta.", "Confira a chave e o saldo, depois rode conselho doctor nesta máquina. Antes disso, tentar de novo não adianta."],
    refused: ["O modelo recusou a tarefa.", "Diga no pedido para que ela serve, ou troque o modelo. Tentar de novo daria a mesma resposta."],
    truncated: ["A resposta foi cortada no limite de tokens.", "Peça menos por execução, ou um relatório mais curto (output_format: summary)."],
    empty: ["Terminou sem resposta.", "Veja no registro até onde foi e execute de novo. Se repetir, troque o modelo."],
    permission_denied: ["Parou porque faltou permissão.", "Mude a tarefa para não precisar disso, ou dê mais em policies.permissions."],
    bad_request: ["O provedor não pôde usar o pedido.", "Costuma ser um modelo que não existe ou um pedido longo demais: confira model e context_files."],
    server: ["O provedor teve um erro interno.", "Costuma passar: execute de novo. Se durar, veja a página de situação do provedor."],
    network: ["O provedor não pôde ser alcançado.", "Confira a rede e o proxy desta máquina; depois execute de novo."],
    loop: ["Repetiu-se até ser parado.", "Veja no registro onde girava. Divida a tarefa, ou diga no pedido quando parar."],
    budget: ["Parou no teto de custo da execução.", "Aumente policies.max_cost_usd, ou peça menos nesta tarefa."],
    unfinished: ["A saída acabou no meio, sem a última palavra.", "Alguém pode ter matado o processo, ou faltou memória. Veja o fim do registro e execute de novo."],
    other: ["O agente diz que falhou.", "Leia a mensagem dele e o registro; depois execute de novo."],
  } as Record<string, readonly [string, string]>,

  write: {
    offline: "Sem sinal: só dá para mandar quando a página voltar.",
    failed: (what: string) => `Não deu certo: ${what}`,
    noAnswer: "o servidor não respondeu.",
    partMissing: "uma parte desta página não pôde ser buscada.",
    reload: "Recarregar a página",
    endedMeanwhile: "A execução terminou antes de o cancelamento chegar.",
    status: (status: number) => `o servidor respondeu ${status}.`,
    garbage: (where: string) => `a resposta do servidor não dá para ler${where && ` ${where}`}. Se ele foi atualizado, recarregue a página.`,
    loginEnded: "a sessão terminou; é preciso entrar de novo.",
    needsRole: (needed: string, has: string) => `isto pede o papel ${needed}, e o seu token tem ${has}. Quem administra o servidor pode fazer outro.`,
    tooOften: (span: string) => `pedidos demais em pouco tempo. ${span ? `Dá para tentar de novo em ${span}.` : "Tente de novo daqui a pouco."}`,
    broken: (status: number, detail: string) => `o servidor teve um problema (${status})${detail ? `: ${detail}` : "."}`,
    dismiss: "Entendi",
  },

  appearance: {
    open: "Aparência e idioma",
  },

  span: (ms: number) => twoUnits(ms),
};

export type Messages = typeof ptBR;
