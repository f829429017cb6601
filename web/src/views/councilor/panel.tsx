/** The report of one councilor. */
import "../../styles/panel.css";

import { usePanel } from "../../parts/panel";

export function CouncilorPanel() {
  const panel = usePanel();
  return <div class="panel is-wide" role="dialog" tabIndex={-1} ref={panel} />;
}
