/**
 * A region of the page. What goes wrong in one shows there, in a sentence, and nowhere else; the next
 * snapshot of the council, or the reader, has it drawn again.
 */
import { effect } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";

import { messages } from "../i18n";
import { snapshots, tryAgain } from "../session";

interface Props {
  readonly children: ComponentChildren;
}

interface State {
  readonly broken: boolean;
}

export class Boundary extends Component<Props, State> {
  override state: State = { broken: false };
  #end = (): void => undefined;

  override componentDidMount(): void {
    this.#end = effect(() => {
      if (snapshots.value > 0) this.#drawAgain();
    });
  }

  override componentWillUnmount(): void {
    this.#end();
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ broken: true });
  }

  #drawAgain(): void {
    if (this.state.broken) this.setState({ broken: false });
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    const ask = () => {
      void tryAgain();
      this.#drawAgain();
    };
    return <Trouble text={messages.value.region.broken} act={ask} />;
  }
}

/** `label` names what `act` does: it asks again, unless something else is said. */
export function Trouble({ text, act, label }: { text: string; act: () => void; label?: string }) {
  return (
    <div class="broken" role="alert">
      <p>{text}</p>
      <button type="button" class="button" onClick={act}>
        {label ?? messages.value.region.again}
      </button>
    </div>
  );
}
