/** The last frame, dataset by dataset, with what each one means. */

import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { DatasetShown, FrameShown } from "../../api/types";
import { moment, withUnit } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useLoad } from "../../ui/load";

const AGAIN_MS = 3000;

export function LastFrame({ line }: { line: string }) {
  const [held, setHeld] = useState(false);
  const { data } = useLoad<FrameShown>(
    line,
    (signal) => get("frame", { who: line }, signal),
    held ? 0 : AGAIN_MS,
  );
  return (
    <section class="card">
      <div class="panel-head">
        <h2>{say(W.line.frame)}</h2>
        {data && (
          <button
            type="button"
            class="button quiet"
            aria-pressed={held}
            onClick={() => setHeld(!held)}
          >
            {say(held ? W.line.go : W.line.hold)}
          </button>
        )}
      </div>
      {data ? <Frame frame={data} /> : <p class="faint">{say(W.line.noFrame)}</p>}
    </section>
  );
}

function Frame({ frame }: { frame: FrameShown }) {
  return (
    <>
      <p class="small soft">
        {fill(W.line.frameAt, {
          seq: frame.seq,
          time: moment(frame.received_at, "exact"),
          mode: say(W.line.modes[frame.mode]) || frame.mode,
          status: say(W.line.statuses[frame.status]) || frame.status,
        })}
      </p>
      <table class="datasets">
        <thead>
          <tr>
            <th scope="col">{say(W.line.label)}</th>
            <th scope="col">{say(W.line.sent)}</th>
            <th scope="col">{say(W.line.value)}</th>
            <th scope="col">{say(W.line.meaning)}</th>
          </tr>
        </thead>
        <tbody>
          {frame.datasets.map((dataset) => (
            <Dataset key={dataset.label} {...dataset} />
          ))}
        </tbody>
      </table>
      {frame.rejected.length > 0 && (
        <>
          <h3 class="apart">{say(W.line.rejectedIn)}</h3>
          <ul class="rejected">
            {frame.rejected.map(({ offset, text, shown }) => (
              <li key={offset}>
                <code>{shown}</code> <span class="soft">{say(text)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Dataset(dataset: DatasetShown) {
  const { label, data, horodate, name, fields, repaired } = dataset;
  return (
    <tr>
      <th scope="row">
        <code>{label}</code>
      </th>
      <td>
        <code>{data || horodate}</code>
        {repaired && <div class="tiny fair-text">{say(W.line.repairedMark)}</div>}
      </td>
      <td class="shown-value">
        {wordsOf(dataset)}
        {data && dataset.time && <div class="faint tiny">{moment(dataset.time, "exact")}</div>}
      </td>
      <td>
        {say(name)}
        {fields.length > 0 && <Fields fields={fields} />}
      </td>
    </tr>
  );
}

function Fields({ fields }: Pick<DatasetShown, "fields">) {
  return (
    <dl class="fields">
      {fields.map((field) => (
        <div key={`${field.bits} ${field.name.en}`}>
          <dt>
            {say(field.name)}
            {field.bits && <span class="faint"> {fill(W.line.bits, { bits: field.bits })}</span>}
          </dt>
          <dd>{say(field.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The value as people write it: numbers with their unit, instants as clocks show them. */
function wordsOf({ value, unit, meaning, fields }: DatasetShown): string {
  if (typeof value === "number" && unit) return withUnit(value, unit, value % 1 ? 1 : 0);
  const words = say(meaning);
  if (fields.length && !words) return "";
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(words) ? moment(words, "exact") : words;
}
