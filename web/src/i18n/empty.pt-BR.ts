/** Words of the plenary that nobody is seated in yet. `empty.en.ts` has the same keys. */
export const emptyPtBR = {
  steps: "Três passos até o primeiro veredito",
  step1: "Escolha alguém do catálogo",
  step1More: "As sugestões estão ao lado. Antes de dar a cadeira, dá para mudar tudo.",
  step2: "Confira a agenda",
  step2More: "Os próximos horários aparecem enquanto você escreve.",
  step3: "Mande executar agora",
  step3More: "O primeiro veredito chega aqui e no rodapé, sem recarregar.",
  candidates: "Candidatos",
  all: "Ver o catálogo",
  blank: "Começar em branco",
  mayNot: "Dar cadeiras por esta página pede o papel admin. Quem cuida do servidor pode promover, ou aplicar um arquivo.",
  free: "As sem custo não usam modelo: são checagens que vêm junto.",
  files: "Prefere arquivos?",
  filesMore: "Um .md por conselheiro em council/, guardado com o código, e depois:",
  example: "Um conselheiro inteiro, que já funciona",
  exampleFile: "council/arquivos-grandes.md",
  exampleTitle: "Faxineiro de arquivos",
  exampleTask: "Arquivos que cresceram demais",
  exampleBody: "Aponte os arquivos grandes demais para uma pessoa ler.",
  faces: "O rosto é o veredito",
  face: {
    proud: "Melhorou",
    serene: "Em ordem",
    attentive: "Nota",
    worried: "Atenção",
    distressed: "Erro",
    absent: "Faltou",
    on_leave: "De licença",
  },
};

export type EmptyMessages = typeof emptyPtBR;
