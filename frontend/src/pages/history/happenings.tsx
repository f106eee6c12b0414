/** What happened to the meter in this range. */

import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { LifeEvent } from "../../api/types";
import { moment } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import type { Range } from "../../time/spans";
import { useLoad } from "../../ui/load";

const MOST = 200;
const CHARTS_FIRST_MS = 250;
const FEW = 6;

export function useHappenings(who: string, range: Range): LifeEvent[] {
  const { data } = useLoad<{ events: LifeEvent[] }>(
    `${who} ${range.start} ${range.end}`,
    (signal) =>
      get(
        "events",
        { who, start: Math.floor(range.start), end: Math.ceil(range.end), limit: MOST },
        signal,
      ),
    0,
    CHARTS_FIRST_MS,
  );
  return data?.events ?? [];
}

export function Happenings({ events }: { events: readonly LifeEvent[] }) {
  const [all, setAll] = useState(false);
  if (!events.length) return null;
  const shown = all ? events : events.slice(0, FEW);
  return (
    <section class="card">
      <h2>{say(W.history.events)}</h2>
      <ul class="happenings">
        {shown.map((event) => (
          <li key={`${event.at} ${event.kind} ${event.subject}`}>
            <i class="mark" />
            <time dateTime={event.at}>{moment(event.at, "moment")}</time>
            <span>{say(event.text)}</span>
          </li>
        ))}
      </ul>
      {events.length > shown.length && (
        <button type="button" class="button quiet" onClick={() => setAll(true)}>
          {fill(W.history.moreEvents, { n: events.length - shown.length })}
        </button>
      )}
    </section>
  );
}
