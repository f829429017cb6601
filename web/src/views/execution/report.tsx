/** The report of a run: Markdown where an agent wrote it, formatted in pieces so that nothing freezes. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { formats } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { isFinal } from "../../state";
import { beginning, FORMATTED_CHARACTERS, pieces, withoutVerdict } from "../../text/report";
import type { TaskRow } from "../../wire";
import { RawText } from "./raw";

interface ReportProps {
  row: TaskRow;
  provider: string | null;
  seeRaw: () => void;
}

export function Report({ row, provider, seeRaw }: ReportProps) {
  const t = executionMessages.value;
  const whole = row.result ?? "";
  if (whole.trim() === "") return <p>{isFinal(row.status) ? t.noResult : t.reportLater}</p>;
  const stated = row.verdict?.source === "contract";
  const text = stated ? withoutVerdict(whole) : whole;
  if (text.trim() === "") return <p>{t.onlyVerdict}</p>;
  // A program prints what it likes; one that states a verdict writes a report.
  if (provider === "command" && !stated) return <RawText text={text} label={t.report} />;
  const shown = beginning(text);
  return (
    <>
      {row.result_truncated && <p class="panel-note">{t.resultLater}</p>}
      <Markdown text={shown} />
      {shown.length < text.length && <Rest seeRaw={seeRaw} characters={text.length} />}
    </>
  );
}

function Rest({ seeRaw, characters }: { seeRaw: () => void; characters: number }) {
  const t = executionMessages.value;
  const { number } = formats.value;
  return (
    <p class="more">
      <span>{t.formattedPart(number(FORMATTED_CHARACTERS), number(characters))}</span>
      <button type="button" class="button" onClick={seeRaw}>
        {t.seeRaw}
      </button>
    </p>
  );
}

/** The library that formats is fetched with the first report; without it the text is read as it is. */
function Markdown({ text }: { text: string }) {
  const t = executionMessages.value;
  const box = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"busy" | "done" | "failed">("busy");
  useLayoutEffect(() => {
    const stop = new AbortController();
    setState("busy");
    void fill(box, text, stop.signal).then(
      () => !stop.signal.aborted && setState("done"),
      () => !stop.signal.aborted && setState("failed"),
    );
    return () => stop.abort();
  }, [text]);
  if (state === "failed") return <RawText text={text} label={t.report} />;
  return <div class="markdown" ref={box} aria-busy={state === "busy"} />;
}

/** One piece a task: between two of them the page does what else it has to. */
async function fill(box: RefObject<HTMLElement | null>, text: string, stop: AbortSignal): Promise<void> {
  const { markdownRenderer } = await import("../../text/markdown");
  const render = markdownRenderer({ picture: executionMessages.peek().picture });
  for (const [at, piece] of pieces(text).entries()) {
    if (at > 0) await new Promise((done) => setTimeout(done));
    if (stop.aborted) return;
    if (at === 0) box.current?.replaceChildren();
    const part = document.createElement("div");
    part.append(render(piece));
    box.current?.append(part);
  }
}
