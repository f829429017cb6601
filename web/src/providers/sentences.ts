/**
 * The server tells in English what is wrong and what cures it. Its known sentences are said in the
 * reader's language; any other stands as it came, marked as English.
 */
import { capital } from "../text/format";
import type { Language } from "../i18n";
import type { ProvidersMessages } from "../i18n/providers.pt-BR";

export interface Said {
  readonly text: string;
  /** Of the text, when it is not the page's. */
  readonly lang?: "en";
}

type Translate = (found: RegExpExecArray, t: ProvidersMessages["trouble"]) => string;

/** `Label: ` is left out: the sentence stands under the label. */
const KNOWN: readonly (readonly [RegExp, Translate])[] = [
  [/^(?:.+?: )?there is no program '(.+?)' to run\.(?: (.+))?$/is, ([, name, cure], t) => t.noProgram(name!, install(cure, t))],
  [/^There is no program '(.+?)' to run: install it, or correct its command\.$/s, ([, name], t) => t.noProgram(name!, t.orCommand)],
  [/^.+?: '(.+?)' may not be executed\. Allow it: (.+)$/s, ([, name, cure], t) => t.notExecutable(name!, cure!)],
  [/^.+?: there are no credentials\. Set (.+?) for the server, or log in .*$/s, ([, names], t) => t.noCredentials(either(names!, t))],
  [/^.+?: version (\S+) is too old: (\S+) is needed\.(?: (.+))?$/s, ([, has, needs, cure], t) => t.tooOld(has!, needs!, install(cure, t))],
  [/^The working directory (.+) does not exist\. .*$/s, ([, cwd], t) => t.noFolder(cwd!)],
  [/^The working directory (.+) may not be entered\. .*$/s, ([, cwd], t) => t.closedFolder(cwd!)],
  [/^(.+) needs a model\. .*$/s, ([, label], t) => t.noModel(label!)],
  [/^Context file (.+?): (.+)\. Correct task\.context_files\.$/s, ([, file], t) => t.contextFile(file!)],
  [/^(\S+) has no effect: provider '(.+?)' runs a plain program.*$/s, ([, field], t) => t.noEffect(field!)],
  [/^(.+) has no permission profiles: .*$/s, (_, t) => t.ownAffair],
  [/^.+ tells no cost, so max_cost_usd cannot hold it\..*$/s, (_, t) => t.noCost],
  [/^(.+) cannot be kept: provider '(.+?)' does not tell what a run costs\. (.+)$/s, ([, fields, , cure], t) => t.noLimit(fields!.replace(" and ", t.and), cure === "Remove it." ? t.removeIt : t.givePrices)],
  [/^There is no provider '(.+?)'; known: (.+?)\. .*$/s, ([, name, known], t) => t.noProvider(name!, known!)],
  [/^HOME is not set: .*$/s, (_, t) => t.noHome],
  [/^HOME is (.+?), where this user may not write .*$/s, ([, home], t) => t.closedHome(home!)],
  [/^Agents run as root, .*$/s, (_, t) => t.root],
];

export function saidIn(language: Language, sentence: string, t: ProvidersMessages): Said {
  if (language === "en") return { text: sentence };
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(sentence);
    if (found) return { text: say(found, t.trouble) };
  }
  return { text: sentence, lang: "en" };
}

/** Without the label in front: it stands above. */
export function withoutLabel(sentence: string, label: string): string {
  if (!label || !sentence.startsWith(`${label}: `)) return sentence;
  return capital(sentence.slice(label.length + 2));
}

function install(cure: string | undefined, t: ProvidersMessages["trouble"]): string {
  const command = /^Install it with (`.+`)\.$/s.exec(cure ?? "");
  return command ? t.install(command[1]!) : (cure ?? "");
}

function either(names: string, t: ProvidersMessages["trouble"]): string {
  return names.split(" or ").join(t.or);
}

/** Text and code by turns: what stands between backticks is code. */
export function inParts(text: string): readonly { readonly text: string; readonly code: boolean }[] {
  return text
    .split("`")
    .map((part, at) => ({ text: part, code: at % 2 === 1 }))
    .filter((part) => part.text !== "");
}
