/** The configuration as it was loaded; it is changed in its file only. */

import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { Configuration } from "../../api/types";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { useLoad } from "../../ui/load";
import { Facts, Notice } from "../../ui/parts";

export function ConfigurationCard() {
  const { data } = useLoad<Configuration>("configuration", (signal) =>
    get("configuration", {}, signal),
  );
  if (!data) return null;
  return (
    <section class="card">
      <h2>{say(W.meters.configuration)}</h2>
      <p class="small soft">{say(W.meters.readOnly)}</p>
      <Facts
        rows={[[say(W.meters.file), <code key="file">{data.file ?? say(W.meters.noFile)}</code>]]}
      />
      <div class="problems">
        {data.problems.length ? (
          data.problems.map((problem) => (
            <Notice key={problem.en} grade="fair">
              {say(problem)}
            </Notice>
          ))
        ) : (
          <Notice grade="good">{say(W.meters.noProblem)}</Notice>
        )}
      </div>
      <Sections sections={data.sections} />
      <details class="toml">
        <summary class="small">{say(W.meters.asToml)}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
        <pre class="sheet" tabIndex={0}>
          {data.toml.trim()}
        </pre>
      </details>
    </section>
  );
}

function Sections(props: Pick<Configuration, "sections">) {
  const [all, setAll] = useState(false);
  const sections = props.sections.map((section) => ({
    ...section,
    keys: section.keys.filter((key) => all || !key.default),
  }));
  return (
    <>
      <label class="small row">
        <input
          type="checkbox"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
        {say(W.meters.allKeys)}
      </label>
      <SectionTables sections={sections} />
    </>
  );
}

function SectionTables({ sections }: Pick<Configuration, "sections">) {
  return (
    <div class="sections">
      {sections
        .filter(({ keys }) => keys.length)
        .map(({ name, keys }) => (
          <section key={name}>
            <h3>
              <code>[{name}]</code>
            </h3>
            <table>
              <tbody>
                {keys.map(({ key, value, default: isDefault }) => (
                  <tr key={key} class={isDefault ? "is-default" : ""}>
                    <th scope="row">
                      <code>{key}</code>
                    </th>
                    <td>
                      <code>{shown(value)}</code>
                      {isDefault && <span class="faint tiny"> {say(W.meters.isDefault)}</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        ))}
    </div>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
