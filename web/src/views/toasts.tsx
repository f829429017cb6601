/**
 * What has just happened, for those who asked to be told: above the footer, never over it. It takes no
 * focus; `t` goes there, and whoever is there, by pointer or keyboard, stops its time.
 */
import "../styles/toasts.css";

import { useEffect, useRef } from "preact/hooks";

import { messages } from "../i18n";
import { notificationMessages } from "../i18n/notifications";
import { onShortcut } from "../keys";
import { board, dismiss, dismissAll, held, spoken } from "../notifications/live";
import { type Card, size, sortOf, worstOf } from "../notifications/board";
import { summaryOf } from "../notifications/words";
import { Mark } from "../parts/mark";
import { executionAddress } from "../route";
import { showAlerts } from "./footer";

export function Toasts() {
  const t = notificationMessages.value;
  const region = useRef<HTMLElement>(null);
  useEffect(() => onShortcut("notices", () => region.current?.querySelector<HTMLElement>(".toast")?.focus()), []);
  const { cards } = board.value;
  return (
    <>
      <p class="unseen" role="status">
        {spokenWords()}
      </p>
      {cards.length > 0 && (
        <section
          ref={region}
          class="toasts"
          aria-label={t.region}
          onPointerEnter={() => (held.value = true)}
          onPointerLeave={() => (held.value = false)}
          onFocusIn={() => (held.value = true)}
          onFocusOut={() => (held.value = false)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            leave(region.current);
            dismissAll();
          }}
        >
          {cards.length > 1 && (
            <button type="button" class="button dismiss-all" onClick={dismissAll}>
              {t.dismissAll}
            </button>
          )}
          {cards.map((card) => (
            <Toast key={card.id} card={card} region={() => region.current} />
          ))}
        </section>
      )}
    </>
  );
}

/** What came at once is said at once: one by its name, several by their number. */
function spokenWords(): string {
  const t = notificationMessages.value;
  const [first, ...rest] = spoken.value;
  if (!first) return "";
  return rest.length > 0 ? `${summaryOf(spoken.value, t)}.` : `${t.kind[first.kind]}: ${first.name}. ${first.text}`;
}

function Toast({ card, region }: { card: Card; region: () => HTMLElement | null }) {
  const t = notificationMessages.value;
  const kind = worstOf(card);
  const [only] = card.notices;
  const one = size(card) === 1 && only ? only : null;
  const title = one ? one.name : summaryOf(card.notices, t, card.more);
  const names = [...new Set(card.notices.map((notice) => notice.name))];
  const end = () => {
    leaveCard(region());
    dismiss(card.id);
  };
  return (
    <div class={`toast is-${kind}`} role="group" aria-label={title} tabIndex={-1}>
      <Mark kind={kind} />
      <p>
        {one && <span class={`ink-${kind}`}>{t.kind[kind]}</span>} <b title={title}>{title}</b>
        <span class="toast-text" title={one?.text ?? ""}>
          {one ? one.text : t.names(names, card.more)}
        </span>
      </p>
      {one ? (
        <a class="button" href={executionAddress(one.taskId)} onClick={() => dismiss(card.id)}>
          {kind === "missed" ? t.seeMissed : t.see}
        </a>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            showAlerts(sortOf(kind) === "needs");
            dismiss(card.id);
          }}
        >
          {t.seeAll}
        </button>
      )}
      <button type="button" class="button icon" aria-label={t.dismiss(title)} title={messages.value.write.dismiss} onClick={end}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path class="cross" d="M3.5 3.5l9 9M12.5 3.5l-9 9" />
        </svg>
      </button>
    </div>
  );
}

/** The focus goes to a neighbour before its place is gone, or to the page when there is none. */
function leaveCard(region: HTMLElement | null): void {
  const here = document.activeElement?.closest(".toast");
  if (!here || !region) return;
  const next = [...region.querySelectorAll<HTMLElement>(".toast")].find((each) => each !== here);
  if (next) next.focus();
  else leave(region);
}

function leave(region: HTMLElement | null): void {
  if (region?.contains(document.activeElement)) document.getElementById("council")?.focus({ preventScroll: true });
  held.value = false;
}
