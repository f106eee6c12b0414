/** Which meter, which time, which charts, compared with what. */

import { nowMs } from "../../api/live";
import type { Meter } from "../../api/types";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { fromIsoDay, isoDay } from "../../time/paris";
import { moved, neighbour, rangeAt, SPANS, type Span, spanOf } from "../../time/spans";
import { Icon } from "../../ui/icon";
import { Choice } from "../../ui/parts";
import { rangeName } from "./names";
import { type Other, PANELS, type Panel, type View } from "./view";

interface ToolbarProps {
  view: View;
  meters: readonly Meter[];
  change: (change: Partial<View>) => void;
  all: () => void;
  savePicture: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { view, change } = props;
  const go = (direction: 1 | -1) => change({ range: neighbour(view.range, view.span, direction) });
  const now = nowMs() / 1000;
  const choose = (span: Span) => {
    if (span === "all") return props.all();
    const middle = (view.range.start + view.range.end) / 2;
    const seen = view.range.start <= now && now < view.range.end;
    const at = view.span === "all" || seen ? now : middle;
    change({ span, range: rangeAt(span, at) });
  };
  return (
    <div class="toolbar">
      <div class="page-head">
        <div class="when">
          <button
            type="button"
            class="button square"
            aria-label={say(W.history.before)}
            onClick={() => go(-1)}
          >
            <Icon name="left" />
          </button>
          <button
            type="button"
            class="button square"
            aria-label={say(W.history.after)}
            disabled={view.range.end > now}
            onClick={() => go(1)}
          >
            <Icon name="right" />
          </button>
          <h1 aria-live="polite">{rangeName(view.range)}</h1>
          <button
            type="button"
            class="button quiet today-button"
            onClick={() => change({ span: "day", range: rangeAt("day", now) })}
          >
            {say(W.history.today)}
          </button>
        </div>
        <Choice
          label={say(W.history.span)}
          options={SPANS.map((value) => ({ value, name: say(W.history.spans[value]) }))}
          chosen={view.span === "all" ? "all" : spanOf(view.range)}
          onChoose={choose}
        />
      </div>
      <div class="row">
        {props.meters.length > 1 && (
          <Choice
            label={say(W.history.meter)}
            options={props.meters.map(({ who }) => ({ value: who, name: who }))}
            chosen={view.who}
            onChoose={(who) => change({ who, other: otherWithout(view.other, who) })}
          />
        )}
        <Shown view={view} change={change} />
        <CompareChoice {...props} />
        <button
          type="button"
          class="button quiet save"
          title={say(W.history.pngLong)}
          aria-label={say(W.history.png)}
          onClick={props.savePicture}
        >
          <Icon name="save" size={16} />
          <span>{say(W.history.png)}</span>
        </button>
      </div>
    </div>
  );
}

function otherWithout(other: Other | null, who: string): Other | null {
  return other && "who" in other && other.who === who ? null : other;
}

function Shown({ view, change }: Pick<ToolbarProps, "view" | "change">) {
  const toggle = (panel: Panel) => {
    const shown = PANELS.filter((name) => view.panels.includes(name) !== (name === panel));
    if (shown.length) change({ panels: shown });
  };
  return (
    <fieldset>
      <legend class="hidden-text">{say(W.history.show)}</legend>
      <div class="choice">
        {PANELS.map((panel) => (
          <button
            key={panel}
            type="button"
            aria-pressed={view.panels.includes(panel)}
            onClick={() => toggle(panel)}
          >
            {say(W.history.panelsShort[panel])}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function CompareChoice({ view, meters, change }: ToolbarProps) {
  const { range, other } = view;
  const previous = neighbour(range, view.span, -1).start;
  const yearAgo = moved("year", range.start, -1);
  const chosen = chosenOf(other, previous, yearAgo);
  const choose = (value: string) => {
    if (value === "none") change({ other: null });
    else if (value === "previous" || value === "date") change({ other: { start: previous } });
    else if (value === "year") change({ other: { start: yearAgo } });
    else change({ other: { who: value.slice(4) } });
  };
  const words = W.history.others;
  return (
    <div class="compare">
      <label class="compare-label">
        <span>{say(W.history.compare)}</span>
        <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="none">{say(words.none)}</option>
          <optgroup label={say(words.periods)}>
            <option value="previous">{say(words.previous)}</option>
            <option value="year">{say(words.year)}</option>
            <option value="date">{say(words.date)}</option>
          </optgroup>
          {meters.length > 1 && (
            <optgroup label={say(words.meters)}>
              {meters
                .filter(({ who }) => who !== view.who)
                .map(({ who }) => (
                  <option key={who} value={`who ${who}`}>
                    {who}
                  </option>
                ))}
            </optgroup>
          )}
        </select>
      </label>
      {other && "start" in other && (
        <input
          type="date"
          aria-label={say(W.history.otherDate)}
          value={isoDay(other.start)}
          onChange={(event) => {
            const start = fromIsoDay(event.currentTarget.value);
            if (start !== null) change({ other: { start } });
          }}
        />
      )}
    </div>
  );
}

function chosenOf(other: Other | null, previous: number, yearAgo: number): string {
  if (!other) return "none";
  if ("who" in other) return `who ${other.who}`;
  if (other.start === previous) return "previous";
  return other.start === yearAgo ? "year" : "date";
}
