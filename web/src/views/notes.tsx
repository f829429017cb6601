/** What stands above the council only on days when something is out of the ordinary. */
import "../styles/notes.css";

export { ClockNotes } from "./clock_notes";
export { MaintenanceBanner } from "./maintenance";
export { QueueNotes } from "./queue_notes";
