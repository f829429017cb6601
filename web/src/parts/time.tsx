/**
 * Moments as text that keeps itself right. Each reads the clock on its own, so a second that passes
 * changes these words and renders nothing else. Without a signal they say clock times: an age would
 * claim to know what happened since.
 */
import { now } from "../clock";
import { formats, messages } from "../i18n";
import { lost } from "../session";
import { isNow } from "../text/format";

export function ageText(at: number): string {
  const t = messages.value;
  if (lost.value) return t.age.at(formats.value.moment(at, now.value));
  const age = Math.max(0, now.value - at);
  return isNow(age) ? t.age.now : t.age.ago(formats.value.age(age));
}

/** How long ago `at` (ISO) was; nothing when it is null. */
export function Ago({ at }: { at: string | null }) {
  if (at === null) return null;
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={formats.value.full(moment)}>
      {ageText(moment)}
    </time>
  );
}

/** Time since a run started, by the second. */
export function Elapsed({ since }: { since: string }) {
  const t = messages.value;
  if (lost.value) return <>{t.council.began(formats.value.clock(Date.parse(since)))}</>;
  return <>{t.council.works(t.span(Math.max(0, now.value - Date.parse(since))))}</>;
}
