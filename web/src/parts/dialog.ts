/**
 * How a dialog over the whole page behaves. The browser's own keeps the focus in it, makes the rest
 * inert and gives the focus back; what lies below hears nothing of its keys.
 */
import type { RefObject, TargetedKeyboardEvent, TargetedMouseEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { dialog } from "../keys";

type Handlers = {
  readonly onClose: () => void;
  readonly onClick: (event: TargetedMouseEvent<HTMLDialogElement>) => void;
  readonly onKeyDown: (event: TargetedKeyboardEvent<HTMLDialogElement>) => void;
};

export function useDialog(): { ref: RefObject<HTMLDialogElement | null>; leave: () => void; handlers: Handlers } {
  const ref = useRef<HTMLDialogElement>(null);
  const left = useRef(false);
  useEffect(() => {
    const shown = ref.current;
    shown?.showModal();
    return () => {
      left.current = true;
      shown?.close();
    };
  }, []);
  // The next key is for the page already. The event that tells of the close waits its turn, and where
  // nothing had the focus before, the browser takes it from a hidden field only when it draws again.
  const leave = () => {
    const shown = ref.current;
    left.current = true;
    shown?.close();
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && shown?.contains(focused)) focused.blur();
    dialog.value = null;
  };
  return {
    ref,
    leave,
    handlers: {
      // By the browser itself. Of one that was left it comes late, when another may be open.
      onClose: () => {
        if (!left.current) dialog.value = null;
      },
      onClick: ({ target, currentTarget }) => {
        if (target === currentTarget) leave();
      },
      onKeyDown: (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      },
    },
  };
}
