/** The next slots of a schedule, as the server reckons them, day by day. */
import { useEffect, useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { slotDays, type SlotDay } from "../../agenda/days";
import { Preview, type PreviewState } from "../../agenda/preview";
import { ApiError, getNextSlots } from "../../api";
import { now } from "../../clock";
import { formats, language } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { Mark } from "../../parts/mark";
import { connection } from "../../session";
import { capital } from "../../text/format";
import { wallTime } from "../../text/zoned";
import type { Agent, SlotsAnswer } from "../../wire";
import { ByItsClock } from "./by_clock";

export const SLOTS_SHOWN = 10;
const DAY_MS = 86_400_000;

export type SlotsState = PreviewState<SlotsAnswer>;
const NOTHING: SlotsState = { asking: true, answer: null, error: null };

/** Asks `ask` about `question` whenever it is another one, and again when the signal is back. */
export function useSlots<Question>(
  question: Question,
  ask: (question: Question) => Promise<SlotsAnswer>,
  pauseMs: number,
): SlotsState {
  const [state, setState] = useState(NOTHING);
  const [preview] = useState(() => new Preview<Question, SlotsAnswer>(ask, setState));
  const live = connection.value.kind === "live";
  const asked = JSON.stringify(question);
  useEffect(() => {
    preview.change(question, state.answer === null ? 0 : pauseMs);
  }, [asked, live]);
  useEffect(() => () => preview.stop(), []);
  return state;
}

/** Of a councilor as it is: another schedule, a pause, or a slot that has passed asks anew. */
export function useNextSlots(agent: Agent): SlotsState {
  const schedule = agent.councilor_config?.schedule;
  const question = [agent.agent_id, schedule, agent.next_execution, agent.current?.task_id];
  return useSlots(question, () => getNextSlots(agent.agent_id, SLOTS_SHOWN), 0);
}

interface NextSlotsProps {
  title: string;
  state: SlotsState;
  /** True when a field says what is wrong with the question. */
  marked?: boolean;
}

export function NextSlots({ title, state, marked = false }: NextSlotsProps) {
  const t = agendaMessages.value.next;
  const { answer, error, asking } = state;
  const away = error instanceof ApiError && error.status === 0;
  return (
    <section class={`box next-slots ${asking || error !== null ? "is-before" : ""}`} aria-labelledby="next-title" aria-busy={asking}>
      <header>
        <h3 id="next-title">{title}</h3>
        <span>{asking ? t.asking : ""}</span>
      </header>
      {error !== null && (
        <p class="trouble" role="status">
          <Mark kind={away ? "missed" : "warning"} /> {troubleWords(error, away, answer !== null, marked)}
        </p>
      )}
      {answer && <ByItsClock zone={answer.timezone} />}
      {answer && <Answer answer={answer} />}
    </section>
  );
}

function troubleWords(error: unknown, away: boolean, before: boolean, marked: boolean): string {
  const t = agendaMessages.value.next;
  if (away) return before ? t.away : t.awayNone;
  if (marked) return before ? t.wrongBefore : t.wrong;
  if (error instanceof ApiError && (error.status === 429 || error.status >= 500)) return capital(reasonOf(error));
  return `${t.wrongElse} ${error instanceof ApiError ? error.message : String(error)}`;
}

function Answer({ answer }: { answer: SlotsAnswer }) {
  const t = agendaMessages.value;
  const leftOut = Object.entries(answer.left_out);
  return (
    <>
      {answer.slots.length === 0 && <p>{t.next.none}</p>}
      <ol class="days">
        {slotDays(answer.slots).map((day) => (
          <Day key={day.date} day={day} zone={answer.timezone} />
        ))}
      </ol>
      {leftOut.map(([reason, n]) => (
        <p class="left-out" key={reason}>
          <Mark kind="skipped" /> {t.next.leftOut(n, formats.value.number(n), t.next.leftOutFor[reason] ?? reason)}
        </p>
      ))}
      {answer.warnings.map(({ code, message }) => (
        <p class="left-out" key={code} title={message}>
          <Mark kind="warning" /> {t.warning[code] ?? message}
        </p>
      ))}
    </>
  );
}

function Day({ day, zone }: { day: SlotDay; zone: string }) {
  const t = agendaMessages.value.next;
  return (
    <li>
      <h4>{dayWords(day.date, zone)}</h4>
      <ul>
        {day.slots.map(({ at, time, note }) => (
          <li key={at}>
            <time dateTime={at} title={formats.value.full(Date.parse(at))}>
              {time}
            </time>
            {note && <em>{t.note[note]}</em>}
          </li>
        ))}
      </ul>
    </li>
  );
}

function dayWords(date: string, zone: string): string {
  const t = agendaMessages.value.next;
  const elsewhen = wallTime(now.peek(), zone)?.slice(0, 4) !== date.slice(0, 4);
  const format = new Intl.DateTimeFormat(language.value, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(elsewhen && { year: "numeric" }),
    timeZone: "UTC",
  });
  const words = format.format(Date.parse(date));
  const isOn = (at: number) => wallTime(at, zone)?.slice(0, 10) === date;
  if (isOn(now.peek())) return `${t.today}, ${words}`;
  return isOn(now.peek() + DAY_MS) ? `${t.tomorrow}, ${words}` : words;
}
