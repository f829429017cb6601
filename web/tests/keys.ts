/** Every path to a leaf with the kind of leaf: `footer.open string`, `seats.inOrder function 1`. */
export function keys(node: unknown, path = ""): string[] {
  if (typeof node === "function") return [`${path} function ${node.length}`];
  if (typeof node !== "object" || node === null) return [`${path} ${typeof node}`];
  return Object.entries(node).flatMap(([key, value]) => keys(value, path ? `${path}.${key}` : key));
}
