/** What the contract says of today and tomorrow: Tempo colours, EJP. */

import type { Colour, Situation } from "../../api/types";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { Notice } from "../../ui/parts";

export function Tariff({ situation }: { situation: Situation }) {
  return (
    <>
      {situation.ejp_today && <Notice grade="bad">{say(W.now.ejpRunning)}</Notice>}
      {situation.ejp_notice && !situation.ejp_today && (
        <Notice grade="fair">{say(W.now.ejpNotice)}</Notice>
      )}
      {(situation.tempo_today || situation.tempo_tomorrow) && <Tempo {...situation} />}
    </>
  );
}

function Tempo({ tempo_today, tempo_tomorrow, tempo_source }: Situation) {
  const title = tempo_source ? fill(W.now.tempoSource, { source: tempo_source }) : undefined;
  return (
    <div class="days" title={title}>
      <Day name={say(W.now.tempoToday)} colour={tempo_today} />
      <Day name={say(W.now.tempoTomorrow)} colour={tempo_tomorrow} />
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
