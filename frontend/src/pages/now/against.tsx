/** Today's energy against other days by the same time. */

import type { CompareItem } from "../../api/types";
import { amount, energy, moment, percent } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { AmountOf } from "../../ui/parts";
import { change } from "./today";

export function TodayEnergy({ items, wh }: { items: CompareItem[]; wh: number | null }) {
  return (
    <div class="today-top">
      <div class="today-energy">
        <h3>{say(W.now.today)}</h3>
        <p class="middle">
          <AmountOf {...energy(wh)} />
        </p>
      </div>
      <Against items={items} now={wh} />
    </div>
  );
}

export function Against({ items, now }: { items: CompareItem[]; now: number | null }) {
  return (
    <dl class="against">
      {(["previous", "same_weekday"] as const).map((name) => {
        const item = items.find((each) => each.name === name);
        const ratio = item ? change(now, item.value) : null;
        return (
          <div key={name}>
            <dt>{nameOf(name, item)}</dt>
            <dd>
              {amount(energy(item?.value ?? null))}{" "}
              {ratio !== null && <span class={ratio > 0 ? "more" : "less"}>{percent(ratio)}</span>}
              {item?.quality === "missing" && item.value !== null && (
                <span class="faint tiny"> {fill(W.now.incomplete, {})}</span>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function nameOf(name: "previous" | "same_weekday", item: CompareItem | undefined): string {
  if (name === "previous") return fill(W.now.previous, {});
  const at = item ? Date.parse(item.start) / 1000 : Date.now() / 1000 - 7 * 86_400;
  const day = moment(at, "weekday");
  return fill(W.now.same_weekday, { day: day[0]?.toUpperCase() + day.slice(1) });
}
