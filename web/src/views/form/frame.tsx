/** What every form of the page has around its fields: how it is named, and what saves it. */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect } from "preact/hooks";

import { submitsByKey } from "./saving";

interface FrameProps {
  form: RefObject<HTMLFormElement | null>;
  /** Beside that of all such forms. */
  kind?: string;
  /** Called when the reader asks to save; the browser itself sends nothing. */
  submit(): void;
  /** Holds the heading `form-title`. */
  children: ComponentChildren;
}

export function FormFrame({ form, kind = "", submit, children }: FrameProps) {
  // Its panel has the focus until somebody goes to a field.
  useEffect(() => {
    const panel = form.current?.closest<HTMLElement>(".panel") ?? form.current;
    const press = submitsByKey(form);
    panel?.addEventListener("keydown", press);
    return () => panel?.removeEventListener("keydown", press);
  }, []);
  return (
    <form
      class={`schedule-form ${kind}`}
      ref={form}
      aria-labelledby="form-title"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
    </form>
  );
}
