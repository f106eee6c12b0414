/** The verdict on a line in words, and what it rests on. */

import { useMemo, useState } from "preact/hooks";
import { get } from "../../api/client";
import { nowMs } from "../../api/live";
import type { LineQuality, QualityAnswer, Text } from "../../api/types";
import { QualityPlot } from "../../chart/quality_plot";
import { duration, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useLoad } from "../../ui/load";
import { Choice, type Grade, Notice, Swatch } from "../../ui/parts";
import { columnsOf, sumOf } from "./columns";

const GRADES: Record<LineQuality["verdict"]["grade"], Grade> = {
  good: "good",
  fair: "fair",
  poor: "bad",
  silent: "bad",
  waiting: "plain",
};
const SPANS = { day: 86_400, week: 7 * 86_400, month: 30 * 86_400, year: 365 * 86_400 };
type Span = keyof typeof SPANS;
const AGAIN_MS = 10_000;

export function Quality({ line }: { line: string }) {
  const [span, setSpan] = useState<Span>("day");
  const { data } = useLoad<QualityAnswer>(
    `${line} ${span}`,
    (signal) => {
      const end = Math.ceil(nowMs() / 60_000) * 60;
      return get("quality", { who: line, start: end - SPANS[span], end, points: 120 }, signal);
    },
    AGAIN_MS,
  );
  const told = data?.lines.find(({ name }) => name === line);
  if (!data || !told) return <section class="card quality-card" />;
  return (
    <section class="card quality-card">
      <Verdict told={told} />
      <div class="quality-parts">
        <Counts told={told} texts={data.reason_texts} />
        <OverTime data={data} line={line} span={span} onSpan={setSpan} />
      </div>
    </section>
  );
}

function Verdict({ told: { verdict } }: { told: LineQuality }) {
  const { grade, text, remedy } = verdict;
  return (
    <Notice grade={GRADES[grade]} live>
      <strong>{say(W.line.grades[grade])}</strong>
      <p>{say(text)}</p>
      {say(remedy) && <p class="soft">{say(remedy)}</p>}
    </Notice>
  );
}

function Counts({ told, texts }: { told: LineQuality; texts: Record<string, Text> }) {
  const { now, since_start: all } = told;
  const reasons = [...new Set([...Object.keys(now.rejected), ...Object.keys(all.rejected)])];
  const rows: [string, string, string, boolean][] = [
    [say(W.line.frames), number(now.frames), number(all.frames), false],
    [say(W.line.damaged), number(now.damaged), number(all.damaged), true],
    [say(W.line.datasets), number(now.datasets), number(all.datasets), false],
    [say(W.line.repaired), number(now.repaired), number(all.repaired), true],
    [say(W.line.rejected), number(sumOf(now.rejected)), number(sumOf(all.rejected)), false],
    ...reasons.map((reason): [string, string, string, boolean] => [
      say(texts[reason]) || reason,
      number(now.rejected[reason] ?? 0),
      number(all.rejected[reason] ?? 0),
      true,
    ]),
    [say(W.line.silent), duration(now.silent_s), duration(all.silent_s), false],
  ];
  return (
    <table class="counts">
      <thead>
        <tr>
          <td />
          <th scope="col" class="number">
            {now.minutes === 1 ? say(W.line.recentOne) : fill(W.line.recent, { n: now.minutes })}
          </th>
          <th scope="col" class="number">
            {say(W.line.started)}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, recent, ever, under]) => (
          <tr key={name} class={under ? "under" : ""}>
            <th scope="row">{name}</th>
            <td class="number">{recent}</td>
            <td class="number">{ever}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OverTime(props: {
  data: QualityAnswer;
  line: string;
  span: Span;
  onSpan: (span: Span) => void;
}) {
  const { data, line } = props;
  const columns = useMemo(() => columnsOf(data, line, nowMs() / 1000), [data, line]);
  const add = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const label = fill(W.line.overLabel, {
    rejected: add(columns.rejected),
    repaired: add(columns.repaired),
  });
  return (
    <div class="over-time">
      <div class="row between">
        <h2>{say(W.line.over)}</h2>
        <Choice
          label={say(W.line.spanLabel)}
          options={(Object.keys(SPANS) as Span[]).map((value) => ({
            value,
            name: say(W.line.spans[value]),
          }))}
          chosen={props.span}
          onChoose={props.onSpan}
        />
      </div>
      <ul class="legend">
        <li>
          <Swatch name="bad" /> {say(W.line.legendRejected)}
        </li>
        <li>
          <Swatch name="tone-peak" /> {say(W.line.legendRepaired)}
        </li>
        <li>
          <Swatch name="line" /> {say(W.line.legendSilent)}
        </li>
      </ul>
      <QualityPlot columns={columns} label={label} />
    </div>
  );
}
