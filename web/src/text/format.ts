/** Numbers, lengths and moments as text, by Intl, for one language. Moments are epoch milliseconds. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Younger than this is "now": a second more or less is not news. */
const NOW_MS = 8 * SECOND;

export interface Formats {
  number(value: number): string;
  percent(value: number, digits?: number): string;
  /** Small amounts to the hundredth of a cent. */
  money(usd: number): string;
  /** For a glance: never finer than a cent, and never nothing for something. */
  cents(usd: number): string;
  clock(at: number): string;
  clockSeconds(at: number): string;
  /** The clock today, with the day before or after it. */
  moment(at: number, now: number): string;
  momentSeconds(at: number, now: number): string;
  full(at: number): string;
  /** Two units at most, `2 min 14 s`; whole, so that it can count. */
  duration(ms: number): string;
  /** One unit for a glance, two above an hour: `6 min`, `4 h 32 min`. */
  age(ms: number): string;
}

export function formatsFor(language: string): Formats {
  const plain = new Intl.NumberFormat(language);
  const percents = [0, 1].map(
    (digits) =>
      new Intl.NumberFormat(language, {
        style: "percent",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  const money = (digits: number) =>
    new Intl.NumberFormat(language, {
      style: "currency",
      currency: "USD",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  const cents = money(2);
  const fine = money(4);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const clock = moment(language, { hour: "2-digit", minute: "2-digit" });
  const clockSeconds = moment(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dayClock = moment(language, {
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const daySeconds = moment(language, {
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const full = moment(language, { dateStyle: "long", timeStyle: "medium" });

  return {
    number: (value) => plain.format(value),
    percent: (value, digits = 0) => (percents[digits] ?? percents[0])!.format(value / 100),
    money: (usd) => (usd !== 0 && Math.abs(usd) < 0.1 ? fine : cents).format(usd),
    cents: (usd) => (usd > 0 && usd < 0.01 ? `< ${cents.format(0.01)}` : cents.format(usd)),
    clock,
    clockSeconds,
    moment: (at, now) => (sameDay(at, now) ? clock(at) : dayClock(at)),
    momentSeconds: (at, now) => (sameDay(at, now) ? clockSeconds(at) : daySeconds(at)),
    full,
    duration(ms) {
      if (ms < SECOND) return `${Math.round(ms)} ms`;
      if (ms < 10 * SECOND && ms % SECOND !== 0) return `${tenths.format(ms / SECOND)} s`;
      return twoUnits(ms);
    },
    age(ms) {
      if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
      if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
      return twoUnits(ms);
    },
  };
}

/** `2 min 14 s`, `1 h 05 min`, `3 d 4 h`: whole units, the second one left out when it is zero. */
export function twoUnits(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / SECOND)) * SECOND;
  if (whole < MINUTE) return `${whole / SECOND} s`;
  if (whole < HOUR) return pair(whole, MINUTE, "min", SECOND, "s");
  if (whole < DAY) return pair(whole, HOUR, "h", MINUTE, "min");
  return pair(whole, DAY, "d", HOUR, "h");
}

/** The largest unit alone: `40 s`, `9 min`, `1 h`, `3 d`. */
export function oneUnit(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}

/** How to say both ends of a span: with seconds where minutes would not tell them apart. */
export function endsOf(from: number, to: number, f: Formats): Formats["moment"] {
  return to - from < MINUTE ? f.momentSeconds : f.moment;
}

/** As the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function isNow(ms: number): boolean {
  return ms < NOW_MS;
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((ms % large) / small);
  const head = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}

function moment(language: string, options: Intl.DateTimeFormatOptions): (at: number) => string {
  const format = new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options });
  return (at) => format.format(at);
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
