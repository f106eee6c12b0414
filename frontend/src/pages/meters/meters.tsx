/** The page "Meters": who they are, what their contract is, and how telewatt is set up. */

import { meters as allMeters } from "../../api/live";
import type { Meter } from "../../api/types";
import { useStore } from "../../store";
import { moment, withUnit } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { Facts, Swatch } from "../../ui/parts";
import { ConfigurationCard } from "./configuration";
import { HealthCard } from "./health";

export function MetersPage() {
  const meters = useStore(allMeters) ?? [];
  return (
    <>
      <div class="page-head">
        <h1>{say(W.pages.meters)}</h1>
      </div>
      <div class="stack">
        <div class="meter-cards">
          {meters.map((meter) => (
            <MeterFacts key={meter.who} meter={meter} />
          ))}
        </div>
        <HealthCard />
        <ConfigurationCard />
      </div>
    </>
  );
}

function MeterFacts({ meter }: { meter: Meter }) {
  if (meter.kind === "virtual") {
    return (
      <article class="card">
        <h2>{meter.who}</h2>
        <p class="small faint">{say(W.meters.virtual)}</p>
        <Facts rows={[[say(W.meters.formula), <code key="formula">{meter.formula}</code>]]} />
      </article>
    );
  }
  return (
    <article class="card">
      <h2>{meter.who}</h2>
      <Facts rows={[...identityOf(meter), ...contractOf(meter), ...lifeOf(meter)]} />
      <Registers meter={meter} />
    </article>
  );
}

type Rows = [string, string][];

function identityOf({ meter, identity, mode }: Meter): Rows {
  const rows: Rows = [[say(W.meters.address), meter ?? "–"]];
  if (identity) {
    rows.push([say(W.meters.maker), identity.maker]);
    rows.push([say(W.meters.year), String(identity.year)]);
    rows.push([say(W.meters.type), identity.type]);
  }
  if (mode) rows.push([say(W.meters.mode), say(W.line.modes[mode])]);
  return rows;
}

function contractOf({ contract, subscribed_va, phases, producer }: Meter): Rows {
  const rows: Rows = [[say(W.meters.contract), contract ? say(contract.name) : "–"]];
  if (subscribed_va !== null) {
    rows.push([
      say(W.meters.subscribed),
      withUnit(subscribed_va / 1000, "kVA", subscribed_va % 1000 ? 1 : 0),
    ]);
  }
  if (phases) rows.push([say(W.meters.phases), String(phases)]);
  rows.push([say(W.meters.producer), say(producer ? W.meters.yes : W.meters.no)]);
  return rows;
}

function lifeOf({ line, remedy, first_seen, last_seen, chain }: Meter): Rows {
  const rows: Rows = [];
  if (line) rows.push([say(W.meters.line), remedy ? say(remedy) : line]);
  rows.push([say(W.meters.known), moment(first_seen, "date")]);
  rows.push([say(W.meters.last), moment(last_seen, "exact")]);
  if (chain.length > 1) {
    const told = chain.map(({ meter, since }) =>
      since ? fill(W.meters.since, { meter, day: moment(since, "date") }) : meter,
    );
    rows.push([say(W.meters.chain), told.join("; ")]);
  }
  return rows;
}

function Registers({ meter: { registers } }: { meter: Meter }) {
  if (registers.length < 2) return null;
  return (
    <ul class="legend registers" aria-label={say(W.meters.registers)}>
      {registers.map(({ quantity, name, tone }) => (
        <li key={quantity}>
          <Swatch tone={tone} /> {say(name)}
        </li>
      ))}
    </ul>
  );
}
