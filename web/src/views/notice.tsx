/** What became of an order, above the footer, until the reader has seen it. */
import { notice } from "../actions";
import { messages } from "../i18n";
import { Mark } from "../parts/mark";

export function Notice() {
  const said = notice.value;
  if (said === null) return null;
  return (
    <div class={`notice is-${said.kind}`} role="alert">
      <Mark kind={said.kind} />
      <p>{said.text}</p>
      <button type="button" class="button" onClick={() => (notice.value = null)}>
        {messages.value.write.dismiss}
      </button>
    </div>
  );
}
