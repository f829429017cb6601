/** The plenary from above: one fixed seat for each councilor, trouble larger than the rest. */
import { useMemo } from "preact/hooks";

import { displayName } from "../council/names";
import { CENTRE, hemicycle, type Seat } from "../council/seats";
import { wedgesOf } from "../council/sections";
import type { Standing } from "../council/standing";
import { formats, messages } from "../i18n";
import { inOrder, seated, standings } from "../overview";
import { MARK_SHAPES } from "../parts/mark";
import { memo } from "../parts/memo";
import { councilorAddress } from "../route";
import type { Agent } from "../wire";
import { loaded, lost } from "../session";

const EMPTY_SEATS = 24;
const LARGER = 1.6;
/** Trouble is seen from across the room, however many sit there. */
const LARGE: Readonly<Partial<Record<Standing, number>>> = { error: 7.5, missed: 6.5, warning: 7, running: 6 };
/** A seat smaller than this shows a dot: a check in it could not be seen. */
const CHECK_FROM = 3.9;
/** From here on seats are too small to be pointed at singly. */
const CROWDED_FROM = 3;

export function HemicycleView() {
  const t = messages.value.seats;
  const agents = seated.value;
  const wedges = wedgesOf(agents);
  const plan = useMemo(() => hemicycle(agents.length || EMPTY_SEATS, wedges), [wedges.join()]);
  const ok = inOrder.value;
  const caption = lost.value ? t.wereInOrder(agents.length) : t.inOrder(agents.length);
  return (
    <svg class="hemicycle" viewBox="14 0 288 164" role="img" aria-label={t.label(ok, agents.length)}>
      {plan.radii.map((radius) => (
        <path key={radius} class="bench" d={arc(radius)} stroke-width={plan.bench} />
      ))}
      {agents.length === 0 && plan.seats.map((seat, at) => <circle key={at} class="free" cx={seat.x} cy={seat.y} r="6.5" />)}
      {inFront(agents).map(([agent, at]) => (
        <Sitting
          key={agent.agent_id}
          id={agent.agent_id}
          name={displayName(agent)}
          standing={standings.value.get(agent.agent_id) ?? "new"}
          seat={plan.seats[at] as Seat}
          size={plan.seat}
        />
      ))}
      {loaded.value && (
        <text x={CENTRE.x} y={CENTRE.y - 8} class="count">
          {formats.value.number(agents.length === 0 ? 0 : ok)}
        </text>
      )}
      {loaded.value && (
        <text x={CENTRE.x} y={CENTRE.y + 9} class="caption">
          {agents.length === 0 ? t.none : caption}
        </text>
      )}
    </svg>
  );
}

/** With their seats; those in trouble are drawn last, over their neighbours. */
function inFront(agents: readonly Agent[]): [Agent, number][] {
  const large = ([agent]: [Agent, number]) => Number((standings.value.get(agent.agent_id) ?? "new") in LARGE);
  return agents.map((agent, at): [Agent, number] => [agent, at]).sort((a, b) => large(a) - large(b));
}

function arc(radius: number): string {
  const { x, y } = CENTRE;
  return `M${x - radius} ${y + 2}V${y}a${radius} ${radius} 0 0 1 ${radius * 2} 0v2`;
}

interface SittingProps {
  id: string;
  name: string;
  standing: Standing;
  seat: Seat;
  size: number;
}

/** A click opens the councilor. For the mouse only: the keyboard reaches the same by its card. */
const Sitting = memo(function Sitting({ id, name, standing, seat, size }: SittingProps) {
  const large = LARGE[standing];
  const half = large === undefined ? size : Math.max(size * LARGER, large);
  const crowded = large !== undefined && half > size * LARGER;
  return (
    <g class="sitting" data-seat={id} onClick={() => location.assign(councilorAddress(id))}>
      <title>{`${name}: ${messages.value.mark[standing]}`}</title>
      {crowded && <circle class="clearing" cx={seat.x} cy={seat.y} r={half + 1.6} />}
      <SeatMark standing={standing} seat={seat} half={half} />
      {half > CROWDED_FROM && <circle class="reach" cx={seat.x} cy={seat.y} r={Math.max(half, 4.5)} />}
    </g>
  );
});

function SeatMark({ standing, seat, half }: { standing: Standing; seat: Seat; half: number }) {
  if (standing === "new") return <circle class="free" cx={seat.x} cy={seat.y} r={half * 0.9} />;
  if (standing === "success" && half < CHECK_FROM) {
    return <circle class="mark-success solid" cx={seat.x} cy={seat.y} r={half} />;
  }
  const place = `translate(${seat.x - half} ${seat.y - half}) scale(${half / 8})`;
  return (
    <>
      {standing === "error" && <circle class="halo" cx={seat.x} cy={seat.y} r={half * 1.45} />}
      <g class={`mark mark-${standing}`} transform={place}>
        {MARK_SHAPES[standing]()}
      </g>
    </>
  );
}
