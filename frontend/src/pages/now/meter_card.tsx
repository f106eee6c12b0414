/** One meter, now. */

import type { Curve } from "../../api/curve";
import { isFresh } from "../../api/fresh";
import { ageS, curves, lines, readings } from "../../api/live";
import type { Line, Meter, Reading } from "../../api/types";
import { LiveCurve } from "../../chart/live_curve";
import { useStore } from "../../store";
import { duration, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useClock } from "../../ui/clock";
import { Notice, Swatch } from "../../ui/parts";
import { Phases } from "./phases";
import { Load, Power } from "./power";
import { Tariff } from "./tariff";
import { Today } from "./today_panel";

const CURVE_S = 300;

export function MeterCard({ meter }: { meter: Meter }) {
  const reading = useStore(readings, (all) => all[meter.who]);
  const curve = useStore(curves, (all) => all[meter.who]);
  const line = useStore(lines, (all) => (meter.line ? all[meter.line] : undefined));
  useClock();
  const stale = !reading || !isFresh(reading, ageS(reading)) || line?.reading === false;
  return (
    <article
      class={`card meter ${stale ? "stale" : ""}`}
      data-who={meter.who}
      data-seq={reading?.seq}
      data-at={reading?.received_at}
    >
      <header class="meter-head">
        <h2>{meter.who}</h2>
        {reading && <Period reading={reading} />}
      </header>
      {stale && <Stale line={line} reading={reading} />}
      {reading && <Live meter={meter} reading={reading} curve={curve} />}
    </article>
  );
}

function Stale(props: { line: Line | undefined; reading: Reading | undefined }) {
  const words = props.reading
    ? fill(W.now.stale, { since: duration(ageS(props.reading)) })
    : say(W.now.never);
  return (
    <Notice grade="fair">
      <strong>{words}</strong>
      {props.line && !props.line.reading && <p class="soft">{say(props.line.remedy)}</p>}
    </Notice>
  );
}

function Period({ reading }: { reading: Reading }) {
  const { tariff_period: period } = reading.situation;
  if (!period) return null;
  return (
    <span class="badge">
      <Swatch tone={period.tone} />
      {say(period.name)}
    </span>
  );
}

function Live(props: { meter: Meter; reading: Reading; curve: Curve | undefined }) {
  const { meter, reading } = props;
  const { gauges, situation } = reading;
  const drawn = gauges.apparent_va ?? null;
  const limit = situation.subscribed_va ?? meter.subscribed_va;
  return (
    <>
      <div class="meter-side">
        <Power reading={reading} producer={meter.producer} />
        {limit !== null && drawn !== null && <Load drawn={drawn} limit={limit} reading={reading} />}
        <Tariff situation={situation} />
        <Phases gauges={gauges} phases={meter.phases ?? 1} />
      </div>
      <div class="meter-main">
        <LiveCurve
          curve={props.curve}
          seconds={CURVE_S}
          limit={limit}
          label={fill(W.now.curve, { va: number(drawn) })}
        />
        <Today meter={meter} reading={reading} />
      </div>
    </>
  );
}
