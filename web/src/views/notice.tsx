/** Why an order failed, above the footer, until the reader has seen it. */
import { notice } from "../actions";
import { messages } from "../i18n";
import { Mark } from "../parts/mark";

export function Notice() {
  if (notice.value === "") return null;
  return (
    <div class="notice" role="alert">
      <Mark kind="error" />
      <p>{notice.value}</p>
      <button type="button" class="button" onClick={() => (notice.value = "")}>
        {messages.value.write.dismiss}
      </button>
    </div>
  );
}
