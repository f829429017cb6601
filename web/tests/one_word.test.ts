/**
 * One word for one thing in all catalogues: a Task that runs is an "execução" in Portuguese, a "run" in English; a
 * councilor whose slots do not run is sent "on leave" there.
 */
import { expect, it } from "vitest";

const CATALOGUES = import.meta.glob<string>("../src/i18n/*.ts", { query: "?raw", import: "default", eager: true });

/** Catalogues of a language, by their file: `pt-BR.ts`, `seat.pt-BR.ts`. */
function catalogues(language: string): [string, string][] {
  return Object.entries(CATALOGUES).filter(([path]) => path.endsWith(`/${language}.ts`) || path.endsWith(`.${language}.ts`));
}

/** What may be shown: what stands in quotes, without names of keys, code between `${}`, imports and comments. */
function said(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^import .*$|\/\/.*$/gm, "");
  const texts = code.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  return texts.map((text) => text.replace(/\$\{[^}]*\}/g, " "));
}

it.each([
  ["pt-BR", "execução", /\brodadas?\b/i],
  ["en", "run", /\bexecutions?\b/i],
  ["en", "on leave", /\bgive leave\b/i],
])("in %s says %s, and nothing else", (language, word, other) => {
  const found = catalogues(language);
  expect(found.length).toBeGreaterThan(10);
  const texts = found.flatMap(([path, source]) => said(source).map((text) => `${path}: ${text}`));
  expect(texts.filter((text) => new RegExp(`\\b${word}`).test(text)).length).toBeGreaterThan(10);
  expect(texts.filter((text) => other.test(text.slice(text.indexOf(": "))))).toEqual([]);
});
