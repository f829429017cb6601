/** A text as it was written, however long it and its lines are. */
import { useMemo, useState } from "preact/hooks";

import { formats } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { slices } from "../../text/report";

/** Shown before the reader asks for more. */
const FIRST_SLICES = 4;

interface RawTextProps {
  text: string;
  label: string;
  /** Offered as a file of this name. */
  fileName?: string;
}

export function RawText({ text, label, fileName }: RawTextProps) {
  const t = executionMessages.value;
  const [all, setAll] = useState(false);
  const parts = useMemo(() => slices(text), [text]);
  const shown = all ? parts : parts.slice(0, FIRST_SLICES);
  const isPart = shown.length < parts.length;
  return (
    <>
      <div class="raw" tabIndex={0} role="group" aria-label={label}>
        {shown.map((part, at) => (
          <pre key={at} class={at === 0 ? "" : "is-far"}>
            {part}
          </pre>
        ))}
      </div>
      {(isPart || fileName) && (
        <p class="more">
          {isPart && <span>{t.partOf(sizeWords(shown.join("\n")), sizeWords(text))}</span>}
          {isPart && (
            <button type="button" class="button" onClick={() => setAll(true)}>
              {t.showAll(sizeWords(text))}
            </button>
          )}
          {fileName && (
            <button type="button" class="button" aria-label={t.downloadRaw} onClick={() => save(text, fileName)}>
              {t.download}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function save(text: string, fileName: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const KB = 1_000;

/** The size of a text for a glance; of its characters, which is close enough. */
export function sizeWords(text: string | number): string {
  const size = typeof text === "number" ? text : text.length;
  const { number } = formats.value;
  if (size < KB) return `${number(size)} B`;
  if (size < KB * KB) return `${number(Math.round(size / KB))} kB`;
  return `${number(Math.round(size / KB / KB / 0.1) * 0.1)} MB`;
}
