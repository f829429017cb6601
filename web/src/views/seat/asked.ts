/** Something that is asked of the server when it is first shown, and again on demand. */
import { useEffect, useState } from "preact/hooks";

import { connection } from "../../session";

export interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly asking: boolean;
  readonly error: unknown;
  again(): void;
}

/** Asked anew for another `about`; and by itself when the signal is back after a failure. */
export function useAsked<Answer>(about: string, ask: () => Promise<Answer>): Asked<Answer> {
  const [state, setState] = useState<Omit<Asked<Answer>, "again">>({ answer: null, asking: true, error: null });
  const [round, setRound] = useState(0);
  const again = () => setRound((n) => n + 1);
  useEffect(() => {
    let current = true;
    setState((had) => ({ ...had, asking: true }));
    ask().then(
      (answer) => current && setState({ answer, asking: false, error: null }),
      (error: unknown) => current && setState((had) => ({ ...had, asking: false, error })),
    );
    return () => {
      current = false;
    };
  }, [about, round]);
  const live = connection.value.kind === "live";
  useEffect(() => {
    if (live && state.error !== null) again();
  }, [live]);
  return { ...state, again };
}
