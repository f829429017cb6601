/** A component that renders again only when one of its properties is another value. */
import { Component, type ComponentType } from "preact";

/** Signals read inside still render it: they are its own, not its parent's. */
export function memo<Props extends object>(View: ComponentType<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return !same(this.props, next);
    }

    override render() {
      return <View {...(this.props as Props)} />;
    }
  };
}

function same<Props extends object>(a: Props, b: Props): boolean {
  const keys = Object.keys(b) as (keyof Props)[];
  return keys.length === Object.keys(a).length && keys.every((key) => Object.is(a[key], b[key]));
}
