/** When a reading is not the present any more: the rule of `telewatt.quality`. */

import type { Reading } from "./types";

const STALE_S = 10;
/** Of what another program passes on: Tasmota every 300 s. */
const STALE_RELAYED_S = 330;

/** Whether a reading of this age, in seconds, still shows the present. */
export function isFresh(reading: Pick<Reading, "status">, ageS: number): boolean {
  return ageS <= (reading.status === "relayed" ? STALE_RELAYED_S : STALE_S);
}
