/** What a meter draws and injects now, and how much of its contract that is. */

import type { ComponentChildren } from "preact";
import type { Reading } from "../../api/types";
import { number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { AmountOf, Notice } from "../../ui/parts";

export function Power({ reading, producer }: { reading: Reading; producer: boolean }) {
  const { gauges, active } = reading;
  const injected = gauges.apparent_export_va;
  return (
    <div class="power">
      <Drawn va={gauges.apparent_va}>
        {active && (
          <>
            <br />
            {fill(W.now.active, { w: number(active.w), error: number(active.error_w) })}
          </>
        )}
      </Drawn>
      {(producer || injected !== undefined) && (
        <div class="power-side injected">
          <p class="middle" data-value="apparent_export_va">
            <AmountOf value={number(injected)} unit="VA" />
          </p>
          <p class="under">{say(W.now.injected)}</p>
        </div>
      )}
    </div>
  );
}

export function Load({
  drawn,
  limit,
  reading,
}: {
  drawn: number;
  limit: number;
  reading: Reading;
}) {
  const used = drawn / limit;
  const margin = reading.situation.margin_va ?? limit - drawn;
  const over = reading.situation.over_power === true;
  const grade = over || used >= 1 ? "bad" : used > 0.8 ? "fair" : "";
  return (
    <div class="load">
      <div class={`load-bar ${grade}`} aria-hidden="true">
        <i style={{ width: `${Math.min(100, used * 100).toFixed(1)}%` }} />
      </div>
      <p class="load-words">
        <span>
          {fill(W.now.subscribed, {
            percent: `${number(used * 100)}\u00a0%`,
            kva: number(limit / 1000, limit % 1000 ? 1 : 0),
          })}
        </span>
        <span>
          {fill(margin < 0 ? W.now.over : W.now.margin, { va: number(Math.abs(margin)) })}
        </span>
      </p>
      {over && <Notice grade="bad">{say(W.now.overPower)}</Notice>}
    </div>
  );
}

/** The apparent power that is drawn; what else is known of it stands below. */
export function Drawn(props: { va: number | null | undefined; children?: ComponentChildren }) {
  return (
    <div>
      <p class="big" data-value="apparent_va">
        {number(props.va)}
        <span class="unit">VA</span>
      </p>
      <p class="under">
        {say(W.now.drawn)}
        {props.children}
      </p>
    </div>
  );
}
