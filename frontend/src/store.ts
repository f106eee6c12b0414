/** A value that tells whoever looks at it when it changes. */

import { useEffect, useReducer, useRef } from "preact/hooks";

export class Store<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const tell of [...this.listeners]) tell(value);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.current));
  }

  /** Calls at each change, until the returned function is called. */
  listen(tell: (value: T) => void): () => void {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  }
}

/** The part of the store that `choose` picks; draws again only when that part changes. */
export function useStore<T, P = T>(store: Store<T>, choose: (value: T) => P = same): P {
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const part = choose(store.value);
  const seen = useRef(part);
  seen.current = part;
  const chooser = useRef(choose);
  chooser.current = choose;
  useEffect(() => {
    const look = (value: T) => {
      if (!Object.is(chooser.current(value), seen.current)) draw();
    };
    look(store.value);
    return store.listen(look);
  }, [store]);
  return part;
}

function same<T, P>(value: T): P {
  return value as unknown as P;
}
