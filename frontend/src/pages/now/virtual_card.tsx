/** A virtual meter, now: what its formula gives of the newest readings. */

import { nowMs, readings } from "../../api/live";
import type { Meter, Reading } from "../../api/types";
import { useStore } from "../../store";
import { number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useClock } from "../../ui/clock";
import { TodayEnergy } from "./against";
import { useToday } from "./meter_card";
import { signedSum, termsOf } from "./today";

const STALE_MS = 10_000;

export function VirtualCard({ meter }: { meter: Meter }) {
  useClock();
  const all = useStore(readings);
  const asked = useToday(meter, "import_wh");
  const terms = termsOf(meter.formula ?? "") ?? [];
  const drawn = signedSum(terms, (name) => freshPower(all[name]));
  const wh = asked?.items.find(({ name }) => name === "current")?.value ?? null;
  return (
    <article class="card meter" data-who={meter.who}>
      <header class="meter-head">
        <h2>{meter.who}</h2>
        <span class="badge">{fill(W.now.computed, { formula: meter.formula ?? "" })}</span>
      </header>
      <div class="power">
        <div>
          <p class="big" data-value="apparent_va">
            {number(drawn)}
            <span class="unit">VA</span>
          </p>
          <p class="under">{say(W.now.drawn)}</p>
        </div>
      </div>
      <section class="today">
        <TodayEnergy items={asked?.items ?? []} wh={wh} />
      </section>
    </article>
  );
}

/** What is older is no value of now. */
function freshPower(reading: Reading | undefined): number | null {
  if (!reading || nowMs() - Date.parse(reading.received_at) > STALE_MS) return null;
  return reading.gauges.apparent_va ?? null;
}
