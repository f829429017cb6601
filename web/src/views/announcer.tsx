/**
 * For screen readers: a lost signal, and a new trouble that no notice tells, are said once; everything
 * else stays silent.
 */
import { useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";

import type { Attention } from "../council/attention";
import { displayName } from "../council/names";
import { formats, messages } from "../i18n";
import { tells } from "../notifications/rules";
import { attention } from "../overview";
import { loaded, lost } from "../session";
import { markNews } from "../text/news";

export function Announcer() {
  const [said, setSaid] = useState("");
  const known = useRef<ReadonlySet<string> | null>(null);
  const wasLost = useRef(false);

  useSignalEffect(() => {
    if (!loaded.value) return;
    const t = messages.value;
    const open = attention.value;
    const isNew = ({ agent, kind, mark }: Attention) => known.current?.has(mark.task_id) === false && !tells(agent, kind, "toast");
    const news = open.filter(isNew).slice(0, 3);
    known.current = new Set(open.map((each) => each.mark.task_id));
    if (news.length === 0) return;
    setSaid(
      news
        .map((each) => {
          const what = markNews(each.mark, t, formats.value);
          return `${t.mark[each.kind]}: ${displayName(each.agent)}. ${what}`;
        })
        .join(" "),
    );
  });

  useSignalEffect(() => {
    const t = messages.value.connection;
    if (lost.value !== wasLost.current) setSaid(lost.value ? t.announceLost : t.announceBack);
    wasLost.current = lost.value;
  });

  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
