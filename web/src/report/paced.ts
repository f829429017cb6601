/** Does `act` when it is called, and then not sooner than `everyMs` later, however often it is called. */
export interface Paced {
  call(): void;
  stop(): void;
}

export function paced(act: () => void, everyMs: number): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const rest = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, everyMs);
  };
  const run = () => {
    again = false;
    rest();
    act();
  };
  return {
    call: () => {
      if (timer === undefined) run();
      else again = true;
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      again = false;
    },
  };
}
