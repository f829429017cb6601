/** Words of the login, fetched with it. `login.en.ts` has the same keys. */
export const loginPtBR = {
  title: "O plenário está a portas fechadas.",
  about: "Este conselho só recebe quem mostra um token.",
  ended: "Sua sessão terminou. Entre de novo: o que estava aberto continua aqui.",
  form: "Entrar",
  token: "Token",
  show: "Mostrar",
  hide: "Esconder",
  enter: "Entrar",
  entering: "Entrando",
  how: "Não tem um? Quem administra o servidor faz um token com este comando, e ele aparece uma única vez:",
  roles: "viewer olha; operator também executa, pausa e cancela; admin também edita.",
  missing: "Cole aqui o token.",
  wrong: "Este token não é aceito: está errado, venceu ou foi revogado.",
  slow: (seconds: number) => `Tentativas demais deste endereço. Dá para tentar de novo em ${seconds} s.`,
  slowOver: "Já dá para tentar de novo.",
  away: "O servidor não respondeu. Tente de novo daqui a pouco.",
  failed: (what: string) => `Não deu para entrar: ${what}`,
};

export type LoginMessages = typeof loginPtBR;
