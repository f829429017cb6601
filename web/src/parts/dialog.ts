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

export function useDialog(): { ref: RefObject<HTMLDialogElement | null>; handlers: Handlers } {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = ref.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return {
    ref,
    handlers: {
      onClose: () => (dialog.value = null),
      onClick: ({ target, currentTarget }) => {
        if (target === currentTarget) currentTarget.close();
      },
      onKeyDown: (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        event.currentTarget.close();
      },
    },
  };
}
