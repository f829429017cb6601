/** A view that is fetched when first shown; a fetch that fails says so and is tried again next time. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { messages } from "../i18n";

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
    if (View) return <View />;
    return failed ? (
      <p class="notice" role="alert">
        {messages.value.write.failed(messages.value.write.noAnswer)}
      </p>
    ) : null;
  };
}
