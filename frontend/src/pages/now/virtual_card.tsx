/** A virtual meter, now: what its formula gives of the newest readings. */

import { isFresh } from "../../api/fresh";
import { ageS, readings } from "../../api/live";
import type { Meter, Reading } from "../../api/types";
import { useStore } from "../../store";
import { fill } from "../../text/language";
import { W } from "../../text/words";
import { useClock } from "../../ui/clock";
import { TodayEnergy } from "./against";
import { Drawn } from "./power";
import { signedSum, termsOf } from "./today";
import { useToday } from "./today_panel";

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
        <Drawn va={drawn} />
      </div>
      <section class="today">
        <TodayEnergy items={asked?.items ?? []} wh={wh} />
      </section>
    </article>
  );
}

/** What is older is no value of now. */
export function freshPower(reading: Reading | undefined): number | null {
  if (!reading || !isFresh(reading, ageS(reading))) return null;
  return reading.gauges.apparent_va ?? null;
}
