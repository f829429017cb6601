/**
 * Lets go of what Preact no longer shows, so that a page open for a week does not grow.
 *
 * A component that renders itself again (as every reader of a signal does) gets a new virtual node;
 * the old one stays in its parent's `props.children`, and with it the whole tree it once stood for.
 * Parts that did not change are shared between the old and the new tree, so that tree after tree
 * hangs on the first. See preactjs/preact issue 4909. Measured here: 6 kB and two removed elements
 * for each event. The cure is to empty an old node once nothing works with it any more.
 */
import { options, type VNode } from "preact";

/** Preact's own short names, which its tools rely on too: children, component, after a commit. */
interface Inner {
  __k?: unknown;
  __c?: object | null;
}
interface Hooks {
  __c?: (root: VNode, queue: unknown[]) => void;
}

export function forgetOldTrees(): void {
  const shown = new WeakMap<object, Inner>();
  let old: Inner[] = [];
  const { diffed } = options;
  const hooks = options as Hooks;
  const committed = hooks.__c;

  options.diffed = (vnode) => {
    const node = vnode as Inner;
    if (node.__c) {
      const before = shown.get(node.__c);
      if (before && before !== node) old.push(before);
      shown.set(node.__c, node);
    }
    diffed?.(vnode);
  };
  hooks.__c = (root, queue) => {
    committed?.(root, queue);
    for (const node of old) node.__k = null;
    old = [];
  };
}
