/** The last thirty runs as bars: the height is the duration, the shape is the outcome. */
import { verdictOf } from "../council/standing";
import { RECENT_KEPT } from "../state";
import type { RecentMark } from "../wire";

const BAR = 3;
const STEP = BAR + 1;
const HEIGHT = 20;
const LEAST = 4;
/** The newest stand out: they are what the verdict above speaks of. */
const FRESH = 3;

export function Sparkline({ recent, label }: { recent: readonly RecentMark[]; label: string }) {
  const shown = recent.slice(-RECENT_KEPT);
  const longest = Math.max(1, ...shown.map((mark) => mark.duration_ms ?? 0));
  const offset = (RECENT_KEPT - shown.length) * STEP;
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${RECENT_KEPT * STEP - 1} ${HEIGHT}`}
      width={RECENT_KEPT * STEP - 1}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      {shown.length > 0 && <path class="floor" d={`M0 ${HEIGHT - 0.5}H${RECENT_KEPT * STEP - 1}`} />}
      {shown.map((mark, at) => (
        <Bar
          key={mark.task_id}
          mark={mark}
          x={offset + at * STEP}
          share={share(mark, longest)}
          fresh={at >= shown.length - FRESH}
        />
      ))}
    </svg>
  );
}

/** Square root, so that one very long run does not flatten all others. */
function share(mark: RecentMark, longest: number): number {
  return Math.sqrt((mark.duration_ms ?? 0) / longest);
}

interface BarProps {
  mark: RecentMark;
  x: number;
  /** Of the full height, 0 to 1. */
  share: number;
  fresh: boolean;
}

function Bar({ mark, x, share, fresh }: BarProps) {
  const height = Math.round(LEAST + share * (HEIGHT - LEAST - 4));
  const top = HEIGHT - height;
  switch (mark.status) {
    case "missed":
      return <rect class="bar missed" x={x + 0.5} y={8.5} width={2} height={11} />;
    case "cancelled":
      return <path class="bar cancelled" d={`M${x} ${HEIGHT - 1}l3-4`} />;
    case "skipped":
      return <rect class="bar skipped" x={x + 0.5} y={14.5} width={2} height={5} />;
    default:
  }
  switch (verdictOf(mark)) {
    case "error":
      return <rect class="bar error" x={x} y={0} width={BAR} height={HEIGHT} />;
    case "warning":
      return <path class="bar warning" d={`M${x} ${HEIGHT}V${top}l1.5-4 1.5 4V${HEIGHT}z`} />;
    case "info":
      return <path class="bar info" d={`M${x} ${HEIGHT}V${top}h3V${HEIGHT}zM${x} ${top - 3}h3v2h-3z`} />;
    default:
      return <rect class={`bar success ${fresh ? "fresh" : ""}`} x={x} y={top} width={BAR} height={height} />;
  }
}
