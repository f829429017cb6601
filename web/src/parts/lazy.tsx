/**
 * A view that is fetched when first shown. A fetch that fails says so and is tried again next time;
 * after an upgrade of the server its file is gone, and only the page of the new release knows another.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { messages } from "../i18n";
import { Boundary } from "./boundary";

export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  return function Lazy() {
    const [View, setView] = useState<ComponentType | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (View) return;
      load().then(
        (view) => {
          loaded = view;
          setView(() => view);
        },
        () => setFailed(true),
      );
    }, []);
    if (View) {
      return (
        <Boundary>
          <View />
        </Boundary>
      );
    }
    return failed ? (
      <div class="notice" role="alert">
        <p>{messages.value.write.failed(messages.value.write.partMissing)}</p>
        <button type="button" class="button" onClick={() => location.reload()}>
          {messages.value.write.reload}
        </button>
      </div>
    ) : null;
  };
}
