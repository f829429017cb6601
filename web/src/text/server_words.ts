/** The server's own sentences about how a run ended, which it writes in English, in the reader's words. */
import type { Messages } from "../i18n";

type Translate = (found: RegExpExecArray, t: Messages["ended"]) => string;

/** Each from its beginning, since lists cut long sentences. `src/conselho/verdict/judge.py`, `services/process.py`. */
const KNOWN: readonly (readonly [RegExp, Translate])[] = [
  [/^(?:The command|The agent|It) ended with exit code (-?\d+)(?:: (.+)| without a word\.?)$/s, ([, code, last], t) => t.exit(code!, last ?? "")],
  [/^(?:The run|It) ended without any output\.$/, (_, t) => t.silent],
  // Where it was looked for may be some hundred characters.
  [/^The command (['"])(.+?)\1 was not found in PATH\b/, ([, , program], t) => t.notFound(program!)],
  [/^The command (.+?) does not exist\. Install/, ([, program], t) => t.notThere(program!)],
  [/^The command (['"])(.+?)\1 may not be executed\./, ([, , program], t) => t.notExecutable(program!)],
  [/^The working directory (.+?) does not exist\./, ([, folder], t) => t.noFolder(folder!)],
];

/** Any other text, as that of an agent, stays as it is. */
export function inReadersWords(said: string, t: Messages): string {
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(said);
    if (found) return say(found, t.ended);
  }
  return said;
}

/** True of a sentence whose other wording leaves out what may still help. */
export function leavesOut(said: string): boolean {
  return /^The command .+? was not found in PATH \(/.test(said);
}
