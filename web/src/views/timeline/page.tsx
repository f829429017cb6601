/** The council's last and next 24 hours, a lane each. */
export function TimelineView() {
  return <section class="timeline" />;
}
