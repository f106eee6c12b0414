/** The page "Now". */

import { meters } from "../../api/live";
import { useStore } from "../../store";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { Notice } from "../../ui/parts";
import { MeterCard } from "./meter_card";
import { counts } from "./today_panel";
import { Total } from "./total";
import { VirtualCard } from "./virtual_card";

export function Now() {
  const all = useStore(meters);
  if (!all) return <p class="faint">{say(W.shell.wait)}</p>;
  const live = all.filter(({ line }) => line !== null);
  const virtual = all.filter(({ kind }) => kind === "virtual");
  return (
    <>
      <h1 class="hidden-text">{say(W.pages.now)}</h1>
      {!live.length && <Notice>{say(W.now.noMeter)}</Notice>}
      {live.length > 1 && (
        <Total
          key={live.map((meter) => `${meter.who} ${counts(meter, "import_wh")}`).join()}
          meters={live}
        />
      )}
      <div class={live.length + virtual.length === 1 ? "now-grid one" : "now-grid"}>
        {live.map((meter) => (
          <MeterCard key={meter.who} meter={meter} />
        ))}
        {virtual.map((meter) => (
          <VirtualCard key={meter.who} meter={meter} />
        ))}
      </div>
    </>
  );
}
