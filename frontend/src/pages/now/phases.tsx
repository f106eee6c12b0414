/** Voltages and currents: two numbers with one phase, a table with three. */

import { number } from "../../text/format";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { AmountOf } from "../../ui/parts";

type Gauges = Record<string, number>;

export function Phases({ gauges, phases }: { gauges: Gauges; phases: number }) {
  const many = phases > 1 || "current_2_a" in gauges || "voltage_2_v" in gauges;
  return many ? <Three gauges={gauges} /> : <One gauges={gauges} />;
}

function One({ gauges }: { gauges: Gauges }) {
  const told = [
    { name: say(W.now.current), value: gauges.current_1_a, unit: "A" },
    { name: say(W.now.voltage), value: gauges.voltage_1_v, unit: "V" },
  ].filter(({ value }) => value !== undefined);
  if (!told.length) return null;
  return (
    <dl class="readings">
      {told.map(({ name, value, unit }) => (
        <div key={unit}>
          <dt>{name}</dt>
          <dd>
            <AmountOf value={number(value)} unit={unit} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Three({ gauges }: { gauges: Gauges }) {
  const columns = [
    { name: W.now.power, key: (n: number) => `apparent_${n}_va`, unit: "VA" },
    { name: W.now.current, key: (n: number) => `current_${n}_a`, unit: "A" },
    { name: W.now.voltage, key: (n: number) => `voltage_${n}_v`, unit: "V" },
  ].filter(({ key }) => [1, 2, 3].some((n) => key(n) in gauges));
  return (
    <div class="phases readings-table">
      <table>
        <thead>
          <tr>
            <th scope="col">{say(W.now.phase)}</th>
            {columns.map(({ name, unit }) => (
              <th key={unit} scope="col" class="number">
                {say(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[1, 2, 3].map((n) => (
            <tr key={n}>
              <th scope="row">{n}</th>
              {columns.map(({ key, unit }) => (
                <td key={unit} class="number">
                  <AmountOf value={number(gauges[key(n)])} unit={unit} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
