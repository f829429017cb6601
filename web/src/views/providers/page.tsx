/** What runs the agents, and whether it can. */
export function ProvidersView() {
  return <section class="providers" />;
}
