/** What the contract says of today and tomorrow: Tempo colours, EJP. */

import type { Colour, Situation } from "../../api/types";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { Notice } from "../../ui/parts";

export function Tariff({ situation }: { situation: Situation }) {
  return (
    <>
      {situation.ejp_running && <Notice grade="bad">{say(W.now.ejpRunning)}</Notice>}
      {situation.ejp_notice && !situation.ejp_running && (
        <Notice grade="fair">{say(W.now.ejpNotice)}</Notice>
      )}
      {(situation.colour_today || situation.colour_tomorrow) && <Tempo {...situation} />}
    </>
  );
}

function Tempo({ colour_today, colour_tomorrow, colour_source }: Situation) {
  const title = colour_source ? fill(W.now.tempoSource, { source: colour_source }) : undefined;
  return (
    <div class="days" title={title}>
      <Day name={say(W.now.tempoToday)} colour={colour_today} />
      <Day name={say(W.now.tempoTomorrow)} colour={colour_tomorrow} />
    </div>
  );
}

function Day({ name, colour }: { name: string; colour: Colour | null }) {
  return (
    <p class={`day-tile ${colour ?? ""}`}>
      <span>{name}</span>
      <b>{say(W.now.colours[colour ?? "none"])}</b>
    </p>
  );
}
