import { describe, expect, it } from "vitest";

import { en } from "../src/i18n/en";
import { ptBR } from "../src/i18n/pt-BR";
import { inReadersWords, leavesOut } from "../src/text/server_words";
import { reasonWords } from "../src/text/verdict";

const NOT_FOUND = "The command 'pytest' was not found in PATH (/usr/local/bin:/usr/bin). Install it, or give its whole path.";

describe("the server's sentences about an end", () => {
  it.each([
    ["The command ended with exit code 3: algo deu errado", "Terminou com código de saída 3: algo deu errado"],
    ["The agent ended with exit code -9 without a word", "Terminou com código de saída -9, sem dizer nada"],
    ["The run ended without any output.", "Terminou sem escrever nada."],
    [NOT_FOUND, "O programa pytest não foi encontrado. Instale-o, ou dê o caminho inteiro."],
    [`The command "d'água" was not found in PATH (/bin`, "O programa d'água não foi encontrado. Instale-o, ou dê o caminho inteiro."],
    ["The command ./x does not exist. Install it, or correct its path.", "O programa ./x não existe. Instale-o, ou corrija o caminho."],
    ["The working directory /a b does not exist. Make it", "A pasta de trabalho /a b não existe. Crie-a, ou dê outra ao agente."],
  ])("are told in Portuguese: %s", (said, told) => expect(inReadersWords(said, ptBR)).toBe(told));

  it("leave the search path to where there is room", () => {
    expect(inReadersWords(NOT_FOUND, en)).toBe("The program pytest was not found. Install it, or give its whole path.");
    expect(leavesOut(NOT_FOUND)).toBe(true);
    expect(leavesOut("The run ended without any output.")).toBe(false);
  });

  it.each(["12 tests passed", "", "I saw that the run ended without any output."])("are not what an agent says: %s", (said) =>
    expect(inReadersWords(said, ptBR)).toBe(said));
});

it.each([
  ["the report says warning, but one of its findings is error", ptBR.doubt.worseFinding],
  ["the report says success, but the exit code is 2", ptBR.doubt.exitCode("2")],
  ["its pytest output says so", ptBR.doubt.formatSays("pytest")],
])("a reason is told in the reader's words: %s", (reason, told) => expect(reasonWords({ reason }, undefined, ptBR)).toEqual([told]));
