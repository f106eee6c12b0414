/** The series of a chart, as the range moves: what is there at once, what is finer a moment later. */

import { useEffect, useState } from "preact/hooks";
import { isAbort } from "../../api/client";
import type { SeriesAnswer } from "../../api/types";
import type { Store } from "../../store";
import type { Interval, Range } from "../../time/spans";
import { ask, askAround, find, type Wanted } from "./cache";

const PAUSE_MS = 70;
const AROUND_MS = 150;
const AGAIN_MS = 60_000;

export interface Asked {
  who: string;
  quantities: readonly string[];
  /** The interval for a range so long. */
  interval: (length: number) => Interval;
  /** From the range that is seen to that which is asked for. */
  move?: (range: Range) => Range;
}

export interface Series {
  /** Whose answer it is; older ones of another meter are not kept. */
  who: string;
  interval: Interval;
  answer: SeriesAnswer;
}

/** `null` asks nothing. The newest answer that fits the meter, however coarse. */
export function useSeries(asked: Asked | null, range: Store<Range>, key: string) {
  const [series, set] = useState<Series | null>(null);
  const [fault, setFault] = useState<unknown>(null);

  useEffect(() => {
    if (!asked?.quantities.length) {
      set(null);
      return;
    }
    let stop = new AbortController();
    let timer = 0;
    let wanted: Wanted;
    const { who, quantities, interval, move } = asked;

    const take = (answer: SeriesAnswer, of: Wanted) => {
      set((now) => (now?.answer === answer ? now : { who, interval: of.interval, answer }));
      setFault(null);
    };
    const go = () => {
      stop.abort();
      stop = new AbortController();
      const asking = wanted;
      const { signal } = stop;
      ask(asking, signal)
        .then((answer) => take(answer, asking))
        .then(() => pause(AROUND_MS, signal))
        .then(() => askAround(asking, signal))
        .then((answer) => take(answer, asking))
        .catch((error) => !isAbort(error) && setFault(error));
    };
    const look = (pauseMs: number) => {
      const seen = move ? move(range.value) : range.value;
      wanted = { who, quantities, interval: interval(seen.end - seen.start), range: seen };
      window.clearTimeout(timer);
      const found = find(wanted);
      if (found) take(found, wanted);
      else if (pauseMs) timer = window.setTimeout(go, pauseMs);
      else go();
    };
    look(0);
    const unlisten = range.listen(() => look(PAUSE_MS));
    const again = window.setInterval(() => !document.hidden && look(0), AGAIN_MS);
    return () => {
      stop.abort();
      unlisten();
      window.clearTimeout(timer);
      window.clearInterval(again);
    };
  }, [key, range]);

  return { series: series?.who === asked?.who ? series : null, fault };
}

/** Rejects like an aborted request if it is not wanted any more. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => (signal.aborted ? reject(signal.reason) : resolve());
    setTimeout(end, ms);
  });
}
