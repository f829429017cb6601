/** The card of one mark: what happened, when, and where to read more. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { displayName } from "../../council/names";
import { timelineMessages } from "../../i18n/timeline";
import { grown } from "../../parts/grown";
import { Mark } from "../../parts/mark";
import { councilorAddress, executionAddress } from "../../route";
import { heardAt, lost } from "../../session";
import { isLost, type Row, type Timeline } from "../../timeline/lanes";
import type { BarMark, RunMark } from "../../timeline/layout";
import { marksOf } from "./lane";
import type { CardState, Open } from "./use_card";
import { addressFor, type AnyMark, kindWords, leadWord, newsOfRow, tell, whenOf, wordOf } from "./words";

/** So many of several are told by themselves. */
const TOLD_ROWS = 4;
const GAP_PX = 8;
const EDGE_PX = 8;

interface CardProps {
  card: CardState;
  told: Timeline;
  width: number;
  after: number;
}

export function Card({ card, told, width, after }: CardProps) {
  const open = card.open.value;
  const lane = open && told.lanes.get(open.lane);
  const mark = lane && marksOf({ lane, span: told.span, width, after }).find((each) => each.key === open.mark);
  if (!open || !lane || !mark) return null;
  const agent = told.agents.get(lane.id);
  const about = { lane, span: told.span, agent, windows: told.maintenance };
  const { title, lines, mark: kind } = tell(mark, about, { lost: lost.value, heardAt: heardAt.value });
  return (
    <Placed card={card} open={open}>
      <p class="of">{agent ? displayName(agent) : lane.name}</p>
      <h3>
        {kind === "planned" ? <i class="hollow" /> : kind && <Mark kind={kind} />} {title}
      </h3>
      {mark.type === "bar" ? <Counts mark={mark} /> : lines.map((line) => <p key={line}>{line}</p>)}
      <Rows mark={mark} />
      <p class="lead">
        <Lead mark={mark} laneId={lane.id} />
      </p>
    </Placed>
  );
}

function Counts({ mark }: { mark: BarMark }) {
  return (
    <ul class="counts">
      {kindWords(mark.counts).map(([kind, words]) => (
        <li key={kind}>
          <Mark kind={kind} size={12} /> {words}
        </li>
      ))}
    </ul>
  );
}

/** The runs and lost slots that a bar or a group stands for, as far as they are known. */
function Rows({ mark }: { mark: AnyMark }) {
  const rows = rowsOf(mark);
  if (rows.length === 0) return null;
  const left = leftOut(mark, rows);
  return (
    <ul class="rows">
      {rows.map((row) => (
        <li key={row.id}>
          <a href={executionAddress(row.id)}>
            <Mark kind={row.kind} size={12} />
            <span class="unseen">{wordOf(row.kind)}</span>
            <time>{whenOf(row)}</time> <span>{newsOfRow(row)}</span>
          </a>
        </li>
      ))}
      {left > 0 && <li class="left">{timelineMessages.value.moreInReport(left)}</li>}
    </ul>
  );
}

function rowsOf(mark: AnyMark): readonly Row[] {
  if (mark.type === "run" && mark.rows.length > 1) return mark.rows.slice(0, TOLD_ROWS);
  return mark.type === "bar" ? mark.rows.slice(0, TOLD_ROWS) : [];
}

function leftOut(mark: AnyMark, shown: readonly Row[]): number {
  if (mark.type === "run") return mark.rows.length - shown.length;
  if (mark.type !== "bar" || shown.some((row) => isLost(row.kind))) return 0;
  const { error = 0, warning = 0, cancelled = 0 } = mark.counts;
  return Math.max(0, error + warning + cancelled - shown.length);
}

function Lead({ mark, laneId }: { mark: AnyMark; laneId: string }) {
  const several = mark.type === "bar" || (mark.type === "run" && isSeveral(mark));
  if (several) return <a href={councilorAddress(laneId)}>{timelineMessages.value.seeCouncilor}</a>;
  return <a href={addressFor(mark, laneId)}>{leadWord(mark)}</a>;
}

function isSeveral(mark: RunMark): boolean {
  return mark.rows.length > 1;
}

interface PlacedProps {
  card: CardState;
  open: Open;
  children: ComponentChildren;
}

/** Below its mark or above it, wherever there is room, and within the window. */
function Placed({ card, open, children }: PlacedProps) {
  const element = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    if (!element.current) return;
    const [mark, own] = [open.element.getBoundingClientRect(), element.current.getBoundingClientRect()];
    const middle = Math.min(Math.max(mark.left + mark.width / 2, 0), window.innerWidth);
    const left = Math.max(EDGE_PX, Math.min(middle - own.width / 2, document.documentElement.clientWidth - own.width - EDGE_PX));
    const bottom = mark.bottom + GAP_PX + own.height;
    const footer = document.querySelector(".footer")?.getBoundingClientRect().top ?? window.innerHeight;
    const top = bottom <= footer - EDGE_PX ? mark.bottom + GAP_PX : Math.max(EDGE_PX, mark.top - GAP_PX - own.height);
    const [x, y] = [left / grown(), top / grown()];
    setPlace((had) => (had.left === x && had.top === y ? had : { left: x, top: y }));
  });
  return (
    <div
      class="mark-card"
      ref={element}
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
      onPointerEnter={card.keep}
      onPointerLeave={card.leave}
      onFocusIn={card.keep}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (!(next instanceof Element) || !next.closest(".mark-card")) card.leave();
      }}
    >
      {children}
    </div>
  );
}
