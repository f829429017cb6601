/** Pages of the journal, of one seat or of the whole council: newest first, older ones on demand. */
import { useEffect, useState } from "preact/hooks";

import { getJournal } from "../../api";
import { type Pages, withNewest, withOlder } from "../../council/journal";
import { connection } from "../../session";
import type { JournalAnswer } from "../../wire";

/**
 * The newest page is asked for when shown, when the signal is back, and whenever `told` is another:
 * what the stream tells has no number yet, and would not find its place.
 */
export function useJournalPages(limit: number, told: string, agentId?: string) {
  const [pages, setPages] = useState<Pages | null>(null);
  const [failed, setFailed] = useState(false);
  const read = (take: (had: Pages | null, page: JournalAnswer) => Pages, before?: number) =>
    void getJournal({ limit, ...(agentId !== undefined && { agentId }), ...(before !== undefined && { before }) }).then(
      (page) => {
        setFailed(false);
        setPages((had) => take(had, page));
      },
      () => setFailed(true),
    );
  const live = connection.value.kind === "live";
  useEffect(() => read(withNewest), [agentId, told, live]);
  const before = pages?.before ?? undefined;
  const readOlder = () => read((had, page) => (had ? withOlder(had, page) : withNewest(had, page)), before);
  return { pages, failed, readOlder };
}
