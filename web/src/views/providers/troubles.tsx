/** What is wrong, each with its cure; a command in it can be copied. */
import { useState } from "preact/hooks";

import { language } from "../../i18n";
import { providersMessages } from "../../i18n/providers";
import { Mark } from "../../parts/mark";
import type { Trouble } from "../../providers/checkup";
import { inParts, saidIn, withoutLabel } from "../../providers/sentences";

export function Troubles({ troubles, label }: { troubles: readonly Trouble[]; label: string }) {
  const t = providersMessages.value;
  if (troubles.length === 0) return null;
  return (
    <ul class="troubles">
      {troubles.map(({ level, about, sentence }) => {
        const said = saidIn(language.value, sentence, t);
        const parts = inParts(said.lang || language.value === "en" ? withoutLabel(said.text, label) : said.text);
        return (
          <li key={about + sentence}>
            <Mark kind={level} />
            <p lang={said.lang}>
              {parts.map((part, at) => (part.code ? <Command key={at} text={part.text} /> : part.text))}
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function Command({ text }: { text: string }) {
  const t = providersMessages.value;
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined);
  return (
    <span class="to-copy">
      <code>{text}</code>
      {/* Only where a page may use the clipboard: the text itself can always be selected. */}
      {"clipboard" in navigator && (
        <button type="button" class="button" aria-label={t.copyOf(text)} onClick={() => void copy()}>
          {copied ? t.copied : t.copy}
        </button>
      )}
    </span>
  );
}
