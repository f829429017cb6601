/**
 * A view that is fetched when first shown. A fetch that fails says so and is tried again next time;
 * after an upgrade of the server its file is gone, and only the page of the new release knows another.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { messages } from "../i18n";
import { Boundary, Trouble } from "./boundary";

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
    if (!failed) return null;
    const { failed: said, partMissing, reload } = messages.value.write;
    return <Trouble text={said(partMissing)} act={() => location.reload()} label={reload} />;
  };
}
