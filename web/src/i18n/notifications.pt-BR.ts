/** The words of toasts and notifications in Brazilian Portuguese; `notifications.en.ts` has the same keys. */
const NUMBERS = "Zero Uma Duas Três Quatro Cinco Seis Sete Oito Nove Dez Onze Doze".split(" ");
const list = (items: readonly string[]) =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} e ${items.at(-1)}`;

export const notificationsPtBR = {
  region: "Avisos",
  kind: { error: "Erro", missed: "Perdido", warning: "Atenção", success: "Em ordem" },
  needing: (n: number) => `${NUMBERS[n] ?? n} ${n === 1 ? "execução pede" : "execuções pedem"} atenção`,
  good: (n: number) => `${NUMBERS[n] ?? n} ${n === 1 ? "execução terminou" : "execuções terminaram"} em ordem`,
  names: (names: readonly string[], more: number) => list(more > 0 ? [...names, `mais ${more}`] : names),
  see: "Ver o que viu",
  seeMissed: "Ver o horário",
  seeAll: "Ver no rodapé",
  dismiss: (what: string) => `Dispensar: ${what}`,
  dismissAll: "Dispensar todos",
};

export type NotificationMessages = typeof notificationsPtBR;
