/** A clock that draws a component again every second. */

import { useEffect, useReducer } from "preact/hooks";
import { nowMs } from "../api/live";

/** Milliseconds since 1970 by the clock of the service, anew each `everyMs`. */
export function useClock(everyMs = 1000): number {
  const [, tick] = useReducer<number, void>((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => tick(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs();
}
