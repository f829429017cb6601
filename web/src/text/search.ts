/** Finding by what people type: without accents and case, in any order, with letters left out. */

/** Who types "seguranca" means "segurança". */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
