/** The head of the chart: days, hours, the present moment, and the times in which nothing could run. */
import { computed } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";

import { now } from "../../clock";
import { formats, language } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { Mark } from "../../parts/mark";
import { heardAt, lost } from "../../session";
import type { Absence, Timeline } from "../../timeline/lanes";
import { cutTo, type Day, daysOf, isOnTheHour, nightsOf, placeOf, type Span, ticksOf } from "../../timeline/span";
import type { MaintenanceWindow } from "../../wire";
import { whomWords } from "../maintenance";
import { spanWords } from "./words";

const MINUTE_MS = 60_000;
/** So much room an hour needs with its label. */
const LABEL_PX = 42;
const DAY_LABEL_PX = 40;
const WIDE_DAY_PX = 120;
/** The label of the present moment, to either side of it. */
const NOW_PX = 52;
/** Narrower than this nobody sees it. */
const LEAST_TIME_PX = 3;

/** The head is drawn anew once a minute, not once a second. */
const minute = computed(() => Math.floor((lost.value ? heardAt.value : now.value) / MINUTE_MS) * MINUTE_MS);

export function percent(place: number): string {
  return `${Math.round(place * 10_000) / 100}%`;
}

interface AxisProps {
  told: Timeline;
  width: number;
  track: RefObject<HTMLDivElement | null>;
  children: ComponentChildren;
}

export function Axis({ told, width, track, children }: AxisProps) {
  const { span } = told;
  const times = shownTimes(told, width);
  return (
    <div class="axis">
      <div class="corner">{children}</div>
      <div class="scale" ref={track}>
        <div class="days" aria-hidden="true">
          {daysOf(span, minute.value).map((day) => (
            <DayLabel key={day.offset} day={day} span={span} width={width} />
          ))}
          <NowLabel />
        </div>
        <div class="hours" aria-hidden="true">
          {ticksOf(span, width, LABEL_PX).map((at) => (
            <HourLabel key={at} at={at} span={span} width={width} />
          ))}
        </div>
        {times.length > 0 && (
          <ul class="times">
            {times.map((time) => (
              <TimeLabel key={time.key} time={time} span={span} width={width} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function DayLabel({ day, span, width }: { day: Day; span: Span; width: number }) {
  const room = (placeOf(span, day.until) - placeOf(span, day.from)) * width;
  const x = placeOf(span, day.from) * width;
  const present = placeOf(span, minute.value) * width;
  // The present moment has the first word; the day's comes after it where both would meet.
  const [taken, free] = [present - NOW_PX, present + NOW_PX];
  const shift = x + DAY_LABEL_PX > taken && x < free ? Math.max(0, free - x) : 0;
  const ends = shift === 0 && present > x && taken < x + room ? taken - x : room - shift;
  if (ends < DAY_LABEL_PX) return null;
  return (
    <span
      class={`day ${day.offset === 0 ? "is-today" : ""}`}
      style={{ left: `calc(${percent(placeOf(span, day.from))} + ${shift}px)`, maxWidth: `${Math.round(ends)}px` }}
    >
      <b>{dayWord(day)}</b>
      {ends > WIDE_DAY_PX && <> {dateOf(day, Math.abs(day.offset) <= 1)}</>}
    </span>
  );
}

function dayWord(day: Day): string {
  const t = timelineMessages.value;
  if (day.offset === 0) return t.today;
  if (day.offset === -1) return t.yesterday;
  if (day.offset === 1) return t.tomorrow;
  return new Intl.DateTimeFormat(language.value, { weekday: "short", day: "numeric" }).format(day.from);
}

function dateOf(day: Day, named: boolean): string {
  const options: Intl.DateTimeFormatOptions = named
    ? { weekday: "short", day: "numeric", month: "short" }
    : { month: "short" };
  return new Intl.DateTimeFormat(language.value, options).format(day.from);
}

const HALF_LABEL_PX = 18;

function HourLabel({ at, span, width }: { at: number; span: Span; width: number }) {
  const x = placeOf(span, at) * width;
  // It would stand across the edge; at the beginning there mostly is room.
  if (x > width - HALF_LABEL_PX) return null;
  const [hours = "", minutes = "00"] = formats.value.clock(at).split(":");
  const text = isOnTheHour(at) ? timelineMessages.value.hour(hours, "00") : timelineMessages.value.hour(hours, minutes);
  return (
    <span class={x < HALF_LABEL_PX ? "at-start" : ""} style={{ left: percent(placeOf(span, at)) }}>
      {text}
    </span>
  );
}

function NowLabel() {
  const t = timelineMessages.value;
  const at = formats.value.clock(minute.value);
  const text = lost.value ? t.lastSignal(at) : t.now(at);
  return <span class="now-label">{text}</span>;
}

// Times in which nothing could run.

interface ShownTime {
  readonly key: string;
  readonly kind: "absence" | "maintenance";
  readonly from: number;
  readonly until: number;
  readonly text: string;
  /** The whole of it, for the pointer and for who does not see how long it is. */
  readonly whole: string;
}

function shownTimes({ span, absences, maintenance }: Timeline, width: number): ShownTime[] {
  const all = [...absences.map(absenceTime), ...maintenance.map((window) => maintenanceTime(window, span))];
  return all.filter((time) => {
    const shown = cutTo(span, time);
    return shown !== null && (placeOf(span, shown.until) - placeOf(span, shown.from)) * width >= LEAST_TIME_PX;
  });
}

function absenceTime({ kind, from, until }: Absence): ShownTime {
  const t = timelineMessages.value;
  const text = t.absence[kind];
  return { key: `${kind}-${from}`, kind: "absence", from, until, text, whole: `${text}, ${spanWords(from, until)}` };
}

function maintenanceTime(window: MaintenanceWindow, span: Span): ShownTime {
  const t = timelineMessages.value;
  const from = Date.parse(window.starts_at);
  const until = window.ends_at === null ? span.until : Date.parse(window.ends_at);
  const text = t.maintenance(window.reason);
  const when = window.ends_at === null ? t.fromOn(formats.value.moment(from, now.peek())) : spanWords(from, until);
  const whole = `${text}, ${t.forWhom(whomWords(window))}, ${when}`;
  return { key: window.window_id, kind: "maintenance", from, until, text, whole };
}

/** With less room a word would be cut to what nobody can read: the shape alone tells, or the shade. */
const LEAST_WORD_PX = 64;
const LEAST_SHAPE_PX = 16;

function TimeLabel({ time, span, width }: { time: ShownTime; span: Span; width: number }) {
  const shown = cutTo(span, time) ?? time;
  const room = (placeOf(span, shown.until) - placeOf(span, shown.from)) * width;
  return (
    <li
      class={`is-${time.kind}`}
      title={time.whole}
      style={{ left: percent(placeOf(span, shown.from)), width: percent(placeOf(span, shown.until) - placeOf(span, shown.from)) }}
    >
      {room >= LEAST_SHAPE_PX && <Mark kind={time.kind === "absence" ? "missed" : "paused"} size={12} />}
      {room >= LEAST_WORD_PX && <span aria-hidden="true"> {time.text}</span>}
      <span class="unseen">{time.whole}</span>
    </li>
  );
}

/** Behind the lanes: nights, hours, and the times in which no server was there. */
export function Backdrop({ told, width }: { told: Timeline; width: number }) {
  const { span } = told;
  const days = new Set(daysOf(span, now.peek()).filter((day) => day.begins).map((day) => day.from));
  return (
    <div class="backdrop" aria-hidden="true">
      {nightsOf(span).map((night) => (
        <i key={night.from} class="night" style={box(span, night.from, night.until)} />
      ))}
      {ticksOf(span, width, LABEL_PX).map((at) => (
        <i key={at} class={`tick ${days.has(at) ? "is-midnight" : ""}`} style={{ left: percent(placeOf(span, at)) }} />
      ))}
      {told.absences.map((absence) => {
        const shown = cutTo(span, absence);
        return shown && <i key={absence.from} class="absence" style={box(span, shown.from, shown.until)} />;
      })}
      <i class="unheard" />
      <i class="now-line" />
    </div>
  );
}

export function box(span: Span, from: number, until: number): { left: string; width: string } {
  const [start, end] = [placeOf(span, from), placeOf(span, until)];
  return { left: percent(start), width: percent(end - start) };
}
