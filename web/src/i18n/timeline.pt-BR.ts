/** The words of the timeline, in Portuguese; `timeline.en.ts` has the same keys. */
const count = (n: number, text: string, one: string, many: string) => `${text} ${n === 1 ? one : many}`;

export const timelinePtBR = {
  label: "Linha do tempo",
  title: {
    hours: "Seis horas para trás, seis para a frente",
    day: "Um dia para trás, um dia para a frente",
    week: "Uma semana para trás, uma para a frente",
  },
  reach: "Quanto tempo",
  reaches: { hours: "6 horas", day: "24 horas", week: "7 dias" },
  order: "Ordem",
  orders: { seats: "por cadeira", needs: "quem precisa primeiro" },

  present: (n: number, needing: number) =>
    `${count(n, String(n), "conselheiro", "conselheiros")}, ${needing === 0 ? "ninguém precisa de você" : needing === 1 ? "1 precisa de você" : `${needing} precisam de você`}`,
  werePresent: (n: number, needing: number) =>
    `${n === 1 ? "era 1 conselheiro" : `eram ${n} conselheiros`}, ${needing === 0 ? "ninguém precisava de você" : needing === 1 ? "1 precisava de você" : `${needing} precisavam de você`}`,
  lanes: "Uma linha para cada conselheiro. As setas andam entre as marcas e entre as linhas.",

  loading: "Buscando a linha do tempo",
  failed: (why: string) => `Não deu para buscar a linha do tempo: ${why}`,
  again: "Tentar de novo",
  stale: "Este retrato é de antes: o novo não chegou.",
  empty: "O plenário está aberto. Falta quem sente.",
  promote: "Promover conselheiro",

  legend: "Legenda",
  legendOf: {
    planned: "Marcado",
    stretch: "Marcados, muitos",
    bar: { 900: "15 minutos de execuções", 3600: "Uma hora de execuções", 21600: "Seis horas de execuções", 86400: "Um dia de execuções" } as Record<number, string>,
    night: "Noite",
  },

  hour: (hours: string, minutes: string) => (minutes === "00" ? `${hours}h` : `${hours}:${minutes}`),
  today: "hoje",
  yesterday: "ontem",
  tomorrow: "amanhã",
  now: (at: string) => `agora ${at}`,
  lastSignal: (at: string) => `último sinal ${at}`,
  unknown: "sem notícia",
  unknownSince: (at: string) => `Sem notícia desde ${at}`,

  absence: { away: "Fora do ar", suspended: "A máquina dormiu", blocked: "O servidor travou" },
  maintenance: (reason: string) => (reason ? `Manutenção: ${reason}` : "Manutenção"),
  at: (clock: string) => `às ${clock}`,
  atOn: (date: string, clock: string) => `em ${date}, ${clock}`,
  fromTo: (from: string, to: string) => `das ${from} às ${to}`,
  fromToOn: (date: string, from: string, to: string) => `${date}, das ${from} às ${to}`,
  fromDayTo: (from: string, to: string) => `de ${from} a ${to}`,
  fromOn: (from: string) => `desde ${from}, até alguém encerrar`,
  forWhom: (whom: string) => `para ${whom}`,

  paused: "de licença",
  pausedLong: "De licença: nenhum horário marcado.",
  beyond: (at: string) => `próximo: ${at}`,
  beyondLost: (at: string) => `previsto: ${at}`,

  lane: (name: string, parts: string) => `${name}: ${parts}`,
  nothing: "nada neste tempo",
  runs: (n: number, text: string) => count(n, text, "execução", "execuções"),
  missedSlots: (n: number, text: string) => count(n, text, "horário perdido", "horários perdidos"),
  skippedSlots: (n: number, text: string) => count(n, text, "horário pulado", "horários pulados"),
  plannedSlots: (n: number, text: string) => count(n, text, "horário marcado", "horários marcados"),
  manyPlanned: "muitos horários marcados",
  kind: {
    success: (_n: number, text: string) => `${text} em ordem`,
    info: (n: number, text: string) => count(n, text, "nota", "notas"),
    warning: (_n: number, text: string) => `${text} com atenção`,
    error: (n: number, text: string) => count(n, text, "erro", "erros"),
    cancelled: (n: number, text: string) => count(n, text, "cancelada", "canceladas"),
    skipped: (n: number, text: string) => count(n, text, "horário pulado", "horários pulados"),
    missed: (n: number, text: string) => count(n, text, "horário perdido", "horários perdidos"),
  },

  took: (span: string) => `levou ${span}`,
  workingSince: (at: string) => `Trabalhando desde ${at}`,
  workingFor: (span: string) => `Trabalhando há ${span}`,
  workedAt: (at: string) => `Trabalhava às ${at}`,
  began: (when: string) => `Começou ${when}.`,
  waiting: "Na fila",
  wasWaiting: (at: string) => `Estava na fila às ${at}`,
  several: (n: number, when: string) => `${n} execuções, ${when}`,
  moreInReport: (n: number) => (n === 1 ? "Mais um no relatório" : `Mais ${n} no relatório`),
  why: (reason: string) => `Motivo: ${reason}`,
  slot: (when: string) => `Era para rodar ${when}.`,
  slots: (n: string, when: string) => `${n} horários, ${when}.`,
  planned: (at: string) => `Marcado para ${at}`,
  wasPlanned: (at: string) => `Estava marcado para ${at}`,
  plannedIn: (span: string) => `Em ${span}.`,
  every: (span: string, when: string) => `A cada ${span}, ${when}`,
  wasEvery: (span: string, when: string) => `Seria a cada ${span}, ${when}`,
  about: (n: string) => `Cerca de ${n} horários.`,
  maintained: "Vai ser pulado: janela de manutenção.",
  wouldBeMaintained: "Seria pulado: janela de manutenção.",

  seeRun: "Ver a execução",
  seeSlot: "Ver o que houve",
  seeCouncilor: "Ver o relatório",
  seeAgenda: "Ver a agenda",
};

export type TimelineMessages = typeof timelinePtBR;
