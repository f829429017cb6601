/** The council's last and next hours, a lane each. Fetched when first opened. */
import "../../styles/timeline.css";
import "../../styles/timeline_chart.css";
import "../../styles/timeline_marks.css";

import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { mayEdit } from "../../access";
import { reasonOf } from "../../actions";
import { now } from "../../clock";
import { language } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { seated } from "../../overview";
import { PROMOTE_ADDRESS } from "../../route";
import { loaded } from "../../session";
import { choose, failure, reach, retry, startTimeline, timeline } from "../../timeline/live";
import { type Reach, REACHES } from "../../timeline/span";
import { Chart } from "./chart";
import { Legend } from "./legend";
import { chooseOrder, LANE_ORDERS, type LaneOrder, order } from "./order";

export function TimelineView() {
  useEffect(startTimeline, []);
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <Head />
      <Body />
    </section>
  );
}

function Head() {
  const t = timelineMessages.value;
  return (
    <header class="timeline-head">
      <div class="what">
        <h1 id="timeline-title">{t.title[reach.value]}</h1>
        <p>{today.value}</p>
      </div>
      <div class="choices-of">
        <Choice<Reach> label={t.reach} values={REACHES} value={reach.value} words={t.reaches} choose={choose} />
        <Choice<LaneOrder> label={t.order} values={LANE_ORDERS} value={order.value} words={t.orders} choose={chooseOrder} />
      </div>
      <Legend />
    </header>
  );
}

const today = computed(() =>
  new Intl.DateTimeFormat(language.value, { weekday: "long", day: "numeric", month: "long" }).format(now.value),
);

interface ChoiceProps<Value extends string> {
  label: string;
  values: readonly Value[];
  value: Value;
  words: Readonly<Record<Value, string>>;
  choose: (value: Value) => void;
}

function Choice<Value extends string>({ label, values, value, words, choose }: ChoiceProps<Value>) {
  return (
    <div class="chips" role="group" aria-label={label}>
      {values.map((each) => (
        <button key={each} type="button" class="chip" aria-pressed={each === value} onClick={() => choose(each)}>
          {words[each]}
        </button>
      ))}
    </div>
  );
}

function Body() {
  const t = timelineMessages.value;
  const told = timeline.value;
  if (told === null) return failure.value === null ? <Loading /> : <Failed />;
  if (loaded.value && seated.value.length === 0) {
    return (
      <div class="timeline-note">
        <p>{t.empty}</p>
        {mayEdit.value && (
          <a class="button filled" href={PROMOTE_ADDRESS}>
            {t.promote}
          </a>
        )}
      </div>
    );
  }
  return (
    <>
      {failure.value !== null && (
        <p class="timeline-stale" role="status">
          {t.stale}{" "}
          <button type="button" class="button" onClick={retry}>
            {t.again}
          </button>
        </p>
      )}
      <Chart told={told} />
    </>
  );
}

function Loading() {
  return (
    <div class="timeline-blank" aria-busy="true">
      <p class="unseen" role="status">
        {timelineMessages.value.loading}
      </p>
    </div>
  );
}

function Failed() {
  const t = timelineMessages.value;
  return (
    <div class="timeline-note" role="alert">
      <p>{t.failed(reasonOf(failure.value))}</p>
      <button type="button" class="button" onClick={retry}>
        {t.again}
      </button>
    </div>
  );
}
