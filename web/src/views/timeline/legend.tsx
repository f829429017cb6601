/** What the marks mean: each shape with its word. */
import { messages } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { Mark } from "../../parts/mark";
import { timeline } from "../../timeline/live";

const MARKS = ["success", "info", "warning", "error", "missed", "skipped"] as const;

export function Legend() {
  const t = timelineMessages.value;
  const step = (timeline.value?.span.step ?? 3_600_000) / 1_000;
  return (
    <ul class="timeline-legend" aria-label={t.legend}>
      {MARKS.map((kind) => (
        <li key={kind}>
          <Mark kind={kind} size={14} /> {messages.value.mark[kind]}
        </li>
      ))}
      <li>
        <i class="hollow" /> {t.legendOf.planned}
      </li>
      <li>
        <i class="dots" /> {t.legendOf.stretch}
      </li>
      <li>
        <i class="little-bars">
          <i />
          <i />
        </i>{" "}
        {t.legendOf.bar[step]}
      </li>
    </ul>
  );
}
