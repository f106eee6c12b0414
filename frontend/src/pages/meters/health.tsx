/** How the service itself is. */

import { get } from "../../api/client";
import type { Health } from "../../api/types";
import { bytes, duration, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useLoad } from "../../ui/load";
import { Facts, Notice } from "../../ui/parts";

export function HealthCard() {
  const { data } = useLoad<Health>("health", (signal) => get("health", {}, signal), 10_000);
  if (!data) return null;
  const { journal } = data;
  return (
    <section class="card">
      <h2>{say(W.meters.health)}</h2>
      {data.alarms.map(({ kind, text, remedy }) => (
        <Notice key={kind} grade="bad">
          <strong>{say(text)}</strong>
          <p>{say(remedy)}</p>
        </Notice>
      ))}
      <Facts
        wide
        rows={[
          [say(W.meters.version), data.version],
          [say(W.meters.up), duration(data.uptime_s)],
          [say(W.meters.memory), bytes(data.memory_bytes)],
          [
            say(W.meters.journal),
            `${bytes(journal.bytes)}, ${fill(W.meters.entries, { n: number(journal.last_seq) })}`,
          ],
          [say(W.meters.historyFile), bytes(journal.history_bytes)],
          [say(W.meters.disk), bytes(journal.disk_free_bytes)],
          ...data.sinks.map(({ name, working, trouble, waiting }) => {
            const state = working ? say(W.meters.working) : say(trouble);
            const rest = waiting ? ` · ${fill(W.meters.waiting, { n: number(waiting) })}` : "";
            return [`${say(W.meters.sinks)}: ${name}`, state + rest] as const;
          }),
        ]}
      />
    </section>
  );
}
