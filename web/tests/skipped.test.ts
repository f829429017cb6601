import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { EXECUTION_MESSAGES } from "../src/i18n/execution";
import { formatsFor } from "../src/text/format";
import { skippedSentence } from "../src/views/execution/skipped";
import type { TaskRow } from "../src/wire";

const pt = EXECUTION_MESSAGES["pt-BR"].skipped;
type Reason = TaskRow["skip_reason"];
const inPt = (skip_reason: Reason, error: string | null) => skippedSentence("pt-BR", { skip_reason, error }, pt, formatsFor("pt-BR"));

/** As the server says them, and as a Brazilian reads them. */
const SAID = [
  [
    "quiet_hours",
    "Tuesday 07:05 (America/Sao_Paulo) is outside the active hours mon-fri 09:00-18:00, sat 10:00-12:00.",
    "Terça-feira, 07:05 (America/Sao_Paulo): fora do horário de atividade, mon-fri 09:00-18:00, sat 10:00-12:00.",
  ],
  ["excluded_date", "25 December 2026 is excluded.", "25 de dezembro de 2026 está fora da agenda."],
  ["excluded_date", "29 February is excluded.", "29 de fevereiro está fora da agenda."],
  [
    "excluded_date",
    "7 September is excluded (Independência (feriado), calendar br).",
    "7 de setembro está fora da agenda: Independência (feriado), calendário br.",
  ],
  ["excluded_date", "1 May is excluded (calendar br).", "1 de maio está fora da agenda: calendário br."],
  ["maintenance", "A maintenance window was set.", "Alguém marcou uma janela de manutenção."],
  [
    "budget",
    "The council has spent 1200.50 of 1200.00 USD today (max_cost_usd_per_day). Raise the limit, or wait for the next day.",
    "O conselho já gastou US$ 1.200,50 dos US$ 1.200,00 de hoje (max_cost_usd_per_day). Aumente o limite ou espere o dia virar.",
  ],
  [
    "budget",
    "The councilor has spent 9.00 of 8.00 USD this month (policies.max_cost_usd_per_month). Raise the limit, or wait for the next month.",
    "O conselheiro já gastou US$ 9,00 dos US$ 8,00 deste mês (policies.max_cost_usd_per_month). Aumente o limite ou espere o mês virar.",
  ],
] as const;

describe("why a slot was skipped", () => {
  it.each(SAID)("is said in the reader's language: %s, %s", (reason, said, meant) => {
    const { text, ...rest } = inPt(reason, said)!;
    expect(text.replaceAll("\u00a0", " ")).toBe(meant);
    expect(rest).toEqual({});
  });

  it("stands in English as it came", () => {
    for (const [reason, said] of SAID) {
      expect(skippedSentence("en", { skip_reason: reason, error: said }, EXECUTION_MESSAGES.en.skipped, formatsFor("en"))).toEqual({ text: said });
    }
  });

  it("is marked as English where the sentence is not known, and not where a person wrote it", () => {
    expect(inPt("budget", "No money.")).toEqual({ text: "No money.", lang: "en" });
    expect(inPt("excluded_date", "25 Smarch is excluded.")).toEqual({ text: "25 Smarch is excluded.", lang: "en" });
    expect(inPt("maintenance", "Troca do banco")).toEqual({ text: "Troca do banco" });
    expect(inPt("overlap", null)).toBeNull();
  });

  it("has the words that the server uses", () => {
    const of = (name: string) => readFileSync(new URL(`../../src/conselho/services/${name}.py`, import.meta.url), "utf8");
    expect(of("quiet")).toContain("is outside the active hours {hours}.");
    expect(of("quiet")).toContain("{day} is excluded ({which}).");
    expect(of("ledger")).toContain("A maintenance window was set.");
    expect(of("budget")).toContain("{who} has spent {amount:.2f} of {limit:.2f} USD {span}");
    expect(of("budget")).toContain("Raise the limit, or wait for the next {word}.");
  });
});
