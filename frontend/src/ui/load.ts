/** What is asked of the API, again when the key changes or after a while. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../api/client";

interface Loaded<T> {
  data: T | null;
  fault: unknown;
  reload: () => void;
}

/**
 * Ask when `key` changes (`null`: not now), `delayMs` later, and every `everyMs`; older data stay
 * until then.
 */
export function useLoad<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMs = 0,
  delayMs = 0,
): Loaded<T> {
  const [state, set] = useState<{ data: T | null; fault: unknown }>({ data: null, fault: null });
  const [count, again] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const go = () =>
      asking.current(stop.signal).then(
        (data) => set({ data, fault: null }),
        (fault) => {
          if (!isAbort(fault)) set(({ data }) => ({ data, fault }));
        },
      );
    const first = window.setTimeout(go, delayMs);
    const timer = everyMs ? setInterval(() => !document.hidden && void go(), everyMs) : 0;
    return () => {
      stop.abort();
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [key, everyMs, delayMs, count]);
  return { ...state, reload: () => again((value) => value + 1) };
}
