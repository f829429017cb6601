/** The heading of a part of a large council: what it is, how many, how they stand; it folds the part. */
import { filter } from "../council/filter";
import { fold, isFolded } from "../council/folds";
import { NEEDING, OTHERS, type Section, WORKING } from "../council/sections";
import type { MarkKind, Standing } from "../council/standing";
import { formats, messages } from "../i18n";
import { standings } from "../overview";
import { Mark } from "../parts/mark";

/** In which order they are counted; the worst first. */
const COUNTED = ["error", "missed", "warning", "success", "info", "skipped", "paused"] as const satisfies readonly MarkKind[];

export interface Folds {
  readonly areFolded: (key: string) => boolean;
  /** Those that can be folded; the first one bears the button for all. */
  readonly tags: readonly string[];
}

/** What needs the reader, and who is at work, is never folded, nor is what a search has found. */
export function useFolds(sections: readonly Section[]): Folds {
  const { search, group } = filter.value;
  const isFiltered = search !== "" || group !== "";
  const tags = isFiltered ? [] : sections.map(({ key }) => key).filter((key) => !["", NEEDING, WORKING].includes(key));
  const shown = sections.reduce((sum, { agents }) => sum + agents.length, 0);
  return { areFolded: (key) => tags.includes(key) && isFolded(key, shown), tags };
}

export function SectionHead({ section: { key, agents }, folds }: { section: Section; folds: Folds }) {
  const t = messages.value.council;
  const words = { [NEEDING]: t.needs, [WORKING]: messages.value.kpis.running, [OTHERS]: t.others }[key] ?? key;
  const name = (
    <>
      <span class="name">{words}</span> <b>{formats.value.number(agents.length)}</b>
    </>
  );
  const folded = folds.areFolded(key);
  return (
    <div class="part-head">
      <h3>
        {folds.tags.includes(key) ? (
          <button type="button" class="fold" aria-expanded={!folded} onClick={() => fold([key], !folded)}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="M4 6l4 4 4-4" />
            </svg>
            {name}
          </button>
        ) : (
          name
        )}
      </h3>
      {folds.tags.includes(key) && <Tally section={{ key, agents }} />}
      {key === folds.tags[0] && <FoldAll folds={folds} />}
    </div>
  );
}

function Tally({ section }: { section: Section }) {
  const { mark: t, mood } = messages.value;
  const counts = new Map<Standing, number>();
  for (const { agent_id } of section.agents) {
    const standing = standings.value.get(agent_id) ?? "new";
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  return (
    <ul class="tally">
      {COUNTED.map((kind) => {
        const count = counts.get(kind);
        return (
          count !== undefined && (
            <li key={kind} title={t[kind]}>
              <Mark kind={kind} size={13} /> {formats.value.number(count)} <span class="unseen">{t[kind]}</span>
            </li>
          )
        );
      })}
      {counts.has("new") && <li>{`${formats.value.number(counts.get("new") ?? 0)} ${mood.new}`}</li>}
    </ul>
  );
}

function FoldAll({ folds }: { folds: Folds }) {
  const t = messages.value.council;
  const anyOpen = folds.tags.some((tag) => !folds.areFolded(tag));
  return (
    <button type="button" class="button quiet" onClick={() => fold(folds.tags, anyOpen)}>
      {anyOpen ? t.foldAll : t.openAll}
    </button>
  );
}
