/** One councilor's lane: who it is, what ran and was lost, what it does now, what is to come. */
import { now } from "../../clock";
import { isMaintained } from "../../council/journal";
import { displayName } from "../../council/names";
import { nextSlot } from "../../council/next";
import { isPaused, moodOf, standingOf } from "../../council/standing";
import { formats, language, messages } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { Mark } from "../../parts/mark";
import { memo } from "../../parts/memo";
import { Portrait } from "../../parts/portrait";
import { councilorAddress } from "../../route";
import { plainWords } from "../../text/schedule";
import type { Lane } from "../../timeline/lanes";
import {
  type BarMark,
  type FutureMark,
  futureMarks,
  type LostMark,
  partsOf,
  pastMarks,
  repeatsOf,
  type RunMark,
  type StretchMark,
} from "../../timeline/layout";
import { cutTo, placeOf, type Span } from "../../timeline/span";
import type { Agent, MaintenanceWindow } from "../../wire";
import { box, percent } from "./axis";
import { type About, addressFor, type AnyMark, type Hearing, labelOf, laneWords } from "./words";

const MARK_PX = 14;
/** A run that took no longer than its mark is wide has no tail. */
const LEAST_TAIL_PX = 10;
/** Slots to come that are closer than this are drawn smaller. */
const CLOSE_PX = 14;
const LEAST_DOTS_PX = 6;
const MOST_DOTS_PX = 24;

interface LaneProps {
  lane: Lane;
  agent: Agent | undefined;
  span: Span;
  /** Of the span, in pixels. */
  width: number;
  /** The height of its highest bar, in pixels. */
  bar: number;
  /** Slots up to here have passed. */
  after: number;
  windows: readonly MaintenanceWindow[];
  lost: boolean;
  /** Changes only while the signal is lost. */
  heardAt: number;
  language: string;
}

/** What a lane shows, in the order of time; the card finds its mark among them. */
export function marksOf({ lane, span, width, after }: Pick<LaneProps, "lane" | "span" | "width" | "after">): AnyMark[] {
  const current: AnyMark[] = lane.current
    ? [{ type: "current", key: lane.current.id, current: lane.current }]
    : [];
  return [...pastMarks(lane, span, width), ...current, ...futureMarks(lane, span, after)];
}

export const LaneView = memo(function LaneView(props: LaneProps) {
  const { lane, agent, span, width, windows, after, bar } = props;
  const about: About = { lane, span, agent, windows };
  const hearing: Hearing = { lost: props.lost, heardAt: props.heardAt };
  const past = pastMarks(lane, span, width);
  const future = futureMarks(lane, span, after);
  const current = lane.current;
  const close = future.length > 1 && ((future.at(-1)!.from - future[0]!.from) * width) / (future.length - 1) < CLOSE_PX;
  const link = (mark: AnyMark): Link => ({
    href: addressFor(mark, lane.id),
    "data-mark": mark.key,
    "aria-label": labelOf(mark, about, hearing),
    tabIndex: -1,
  });
  return (
    <>
      <Who lane={lane} agent={agent} />
      <div class="track">
        <Shades span={span} agent={agent} windows={windows} />
        <ul class={close ? "is-close" : ""} aria-label={laneWords(lane, past, future)}>
          {past.map((mark) => (
            <Past key={mark.key} mark={mark} width={width} bar={bar} link={link(mark)} />
          ))}
          {current && <CurrentRun current={current} span={span} link={link({ type: "current", key: current.id, current })} />}
          {future.map((mark) => (
            <Future key={mark.key} mark={mark} about={about} width={width} link={link(mark)} />
          ))}
        </ul>
        {agent && <Beyond agent={agent} span={span} future={future.length} lost={props.lost} />}
      </div>
    </>
  );
});

interface Link {
  href: string;
  "data-mark": string;
  "aria-label": string;
  tabIndex: number;
}

function Who({ lane, agent }: { lane: Lane; agent: Agent | undefined }) {
  const name = agent ? displayName(agent) : lane.name;
  const standing = agent ? standingOf(agent) : "new";
  return (
    <div class="who">
      {agent && <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={30} />}
      <div class="words">
        <h2>
          <a href={councilorAddress(lane.id)} data-mark="name" tabIndex={-1} title={name}>
            {name}
          </a>
        </h2>
        {agent && <p title={plainWords(agent, language.value)}>{plainWords(agent, language.value)}</p>}
      </div>
      {standing !== "new" && (
        <span class="state" title={messages.value.mark[standing]}>
          <Mark kind={standing} />
          <span class="unseen">{messages.value.mark[standing]}</span>
        </span>
      )}
    </div>
  );
}

interface PastProps {
  mark: RunMark | LostMark | BarMark;
  width: number;
  bar: number;
  link: Link;
}

function Past({ mark, width, bar, link }: PastProps) {
  if (mark.type === "bar") return <Bar mark={mark} height={bar} link={link} />;
  return mark.type === "lost" ? <Lost mark={mark} width={width} link={link} /> : <Run mark={mark} width={width} link={link} />;
}

function Run({ mark, width, link }: { mark: RunMark; width: number; link: Link }) {
  const { row, rows, from, to } = mark;
  const tail = (to - from) * width >= LEAST_TAIL_PX;
  return (
    <li class={`run ink-${row.kind}`} style={{ left: percent(to) }}>
      {tail && <i class="tail" style={{ width: `${Math.round((to - from) * width)}px` }} />}
      <a {...link}>
        <Mark kind={row.kind} size={MARK_PX} />
        {rows.length > 1 && <b>{rows.length}</b>}
      </a>
    </li>
  );
}

function Lost({ mark, width, link }: { mark: LostMark; width: number; link: Link }) {
  const slots = mark.row.mark.slot_count ?? 1;
  const repeats = repeatsOf(mark, width);
  const cut = `${mark.from <= 0 ? "at-start" : ""} ${mark.to >= 1 ? "at-end" : ""}`;
  return (
    <li class={`lost is-${mark.row.kind} ${cut}`} style={{ left: percent(mark.from), width: percent(mark.to - mark.from) }}>
      <a {...link}>
        {Array.from({ length: repeats }, (_, at) => (
          <Mark key={at} kind={mark.row.kind} size={MARK_PX} />
        ))}
        {repeats === 1 && slots > 1 && <b>{formats.value.number(slots)}</b>}
      </a>
    </li>
  );
}

function Bar({ mark, height, link }: { mark: BarMark; height: number; link: Link }) {
  const left = percent(mark.from);
  return (
    // The present step ends at the present moment.
    <li class="bar" style={{ left, width: `min(${percent(mark.to - mark.from)}, max(6px, var(--now) - ${left}))` }}>
      <a {...link}>
        {mark.worst && <Mark kind={mark.worst} size={12} />}
        <span class="stack">
          {partsOf(mark, height).map((part) => (
            <i key={part.kind} class={`part is-${part.kind}`} style={{ height: `${part.height.toFixed(1)}px` }} />
          ))}
        </span>
      </a>
    </li>
  );
}

function CurrentRun({ current, span, link }: { current: { works: boolean; since: number | null }; span: Span; link: Link }) {
  const from = Math.max(0, placeOf(span, current.since ?? span.until));
  return (
    <li class={`current ${current.works ? "is-working" : ""}`}>
      {current.works && current.since !== null && (
        <i class="grows" style={{ left: percent(from), width: `max(0px, var(--now) - ${percent(from)})` }} />
      )}
      <a {...link}>
        <Mark kind={current.works ? "running" : "waiting"} size={16} />
      </a>
    </li>
  );
}

interface FutureProps {
  mark: FutureMark;
  about: About;
  width: number;
  link: Link;
}

function Future({ mark, about, width, link }: FutureProps) {
  if (mark.type === "stretch") return <Stretch mark={mark} width={width} link={link} />;
  const held = about.agent !== undefined && isMaintained(about.windows, about.agent, mark.at);
  return (
    <li class={`slot ${held ? "is-held" : ""}`} style={{ left: percent(mark.from) }}>
      <a {...link} />
    </li>
  );
}

/** Dots that are as close as the slots, where that can be seen. */
function Stretch({ mark, width, link }: { mark: StretchMark; width: number; link: Link }) {
  const { from, until, every } = mark.repeats;
  const room = (((mark.to - mark.from) * width) / (until - from)) * every;
  const dots = Math.min(MOST_DOTS_PX, Math.max(LEAST_DOTS_PX, room));
  return (
    <li
      class="stretch"
      style={{
        left: `max(${percent(mark.from)}, var(--now))`,
        right: percent(1 - mark.to),
        backgroundSize: `${dots.toFixed(1)}px 100%`,
      }}
    >
      <a {...link} />
    </li>
  );
}

/** Maintenance of this councilor. */
function Shades({ span, agent, windows }: { span: Span; agent: Agent | undefined; windows: readonly MaintenanceWindow[] }) {
  if (!agent) return null;
  return (
    <>
      {windows.map((window) => {
        const from = Date.parse(window.starts_at);
        const shown = cutTo(span, { from, until: window.ends_at === null ? span.until : Date.parse(window.ends_at) });
        if (!shown || !isMaintained([window], agent, from)) return null;
        return <i key={window.window_id} class="maintained" style={box(span, shown.from, shown.until)} aria-hidden="true" />;
      })}
    </>
  );
}

/** What stands in place of slots where none is in sight. */
function Beyond({ agent, span, future, lost }: { agent: Agent; span: Span; future: number; lost: boolean }) {
  const t = timelineMessages.value;
  if (future > 0) return null;
  if (isPaused(agent)) {
    return (
      <p class="beyond is-paused">
        <Mark kind="paused" size={12} /> {t.paused}
      </p>
    );
  }
  const next = nextSlot(agent, now.peek());
  if (next === null || next < span.until) return null;
  const at = formats.value.moment(next, now.peek());
  return <p class="beyond">{lost ? t.beyondLost(at) : t.beyond(at)}</p>;
}
