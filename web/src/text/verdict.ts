/** What a verdict rests on: its findings, and why it is not what the agent claims. */
import type { Messages } from "../i18n";
import type { Finding, Verdict } from "../wire";

const WORST_FIRST = ["error", "warning", "info", "success"] as const;

export function worstFirst(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding) => WORST_FIRST.indexOf(finding.severity);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

/** How the server begins the reason of a success that it does not take at its word. */
const CLAIM = "it says success, but ";

type Doubted = Pick<Verdict, "reason"> | null;
/** What the agent was not allowed, where it is known: the reason quotes the first of it. */
type Denied = readonly string[] | undefined;

type Translate = (found: RegExpExecArray, t: Messages["doubt"]) => string;

/** The server's reasons, each from its beginning. What is not here is shown as it came. */
const DOUBTS: readonly (readonly [RegExp, Translate])[] = [
  [/^it used no tool: there is no evidence of work/, (_, t) => t.noTool],
  [/^none of its (\d+) tool calls worked: there is no evidence of work/, (found, t) => t.noToolWorked(Number(found[1]))],
  [/^it was not allowed: (.+?)(?=; (?:it used no tool|none of its \d|\S+: )|$)/s, (found, t) => t.denied(found[1] ?? "")],
  // What is left names context files.
  [/^(.+)$/s, (found, t) => t.lacking(found[1] ?? "")],
];
const REASONS: readonly (readonly [RegExp, Translate])[] = [
  [/^exit code 0, but nothing was printed.*$/s, (_, t) => t.nothingPrinted],
  [/^exit code 0 and an output, without a report block$/, (_, t) => t.plainOutput],
  [/^the answer stops in the middle of a sentence.*$/s, (_, t) => t.breaksOff],
  [/^the report says \w+, but one of its findings is \w+/, (_, t) => t.worseFinding],
  [/^the (?:report says \w+|text reads like a success), but the exit code is (-?\d+)/, ([, code], t) => t.exitCode(code!)],
  [/^its (\S+) output says so/, ([, format], t) => t.formatSays(format!)],
  [/^nothing in the text judges$/, (_, t) => t.noWord],
];

/**
 * What speaks against a success that the agent claims, first things first; null when nothing does,
 * or when the verdict is no softened success.
 */
export function doubtOf(verdict: Doubted, denied: Denied, t: Messages): string | null {
  return verdict?.reason?.startsWith(CLAIM) ? (doubts(verdict.reason, denied, t)[0] ?? null) : null;
}

/** The whole reason, a sentence for each part of it. */
export function reasonWords(verdict: Doubted, denied: Denied, t: Messages): string[] {
  if (!verdict?.reason) return [];
  if (verdict.reason.startsWith(CLAIM)) return doubts(verdict.reason, denied, t);
  return translated(verdict.reason, REASONS, t);
}

function doubts(reason: string, denied: Denied, t: Messages): string[] {
  const rest = reason.slice(CLAIM.length);
  const quoted = `it was not allowed: ${denied?.[0]}`;
  if (!denied?.[0] || !rest.startsWith(quoted)) return translated(rest, DOUBTS, t);
  const others = rest.slice(quoted.length).replace(/^; /, "");
  return [t.doubt.denied(denied[0]), ...translated(others, DOUBTS, t)];
}

function translated(
  reason: string,
  known: readonly (readonly [RegExp, Translate])[],
  t: Messages,
): string[] {
  const sentences: string[] = [];
  let rest = reason;
  while (rest !== "") {
    const found = known.map(([pattern, say]) => [pattern.exec(rest), say] as const).find(([match]) => match);
    if (!found?.[0]) return [...sentences, rest];
    sentences.push(found[1](found[0], t.doubt));
    rest = rest.slice(found[0][0].length).replace(/^; /, "");
  }
  return sentences;
}
