/** The form that gives an agent a seat, or changes it. */
import "../../styles/panel.css";

import { usePanel } from "../../parts/panel";

export function SeatPanel() {
  const panel = usePanel();
  return <div class="panel is-wide" role="dialog" tabIndex={-1} ref={panel} />;
}
