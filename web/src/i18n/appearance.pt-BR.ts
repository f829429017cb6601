/** The words of the appearance menu in Brazilian Portuguese; `appearance.en.ts` has the same keys. */
export const appearancePtBR = {
  theme: "Tema",
  themes: { system: "Do sistema", light: "Claro", dark: "Escuro" },
  language: "Idioma",
  languages: { system: "Do navegador", "pt-BR": "Português", en: "English" },
  density: "Densidade",
  densities: { auto: "Automática", comfortable: "Confortável", dense: "Densa" },
  notices: "Avisos",
  notify: "Avisar com a página escondida",
  notifyAsk: "O navegador vai perguntar se pode.",
  notifyOn: "Só quando nenhuma aba mostra o conselho, e conforme cada conselheiro manda.",
  notifyDenied: "O navegador recusou avisos deste endereço. Libere no cadeado, ao lado do endereço, e tente de novo.",
  notifyMissing: "Este navegador não deixa páginas avisarem aqui. Precisa de https ou de um endereço local.",
  sound: "Som curto com cada aviso",
  soundBlocked: "Depois de recarregar, o navegador só deixa tocar quando você clica na página.",
  keyboard: "Teclado",
  letterKeys: "Atalhos de uma letra",
  allKeys: "Ver os atalhos",
};

export type AppearanceMessages = typeof appearancePtBR;
