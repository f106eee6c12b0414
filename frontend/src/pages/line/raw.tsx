/** The last frames as they came: characters with their control signs, or bytes. */

import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { RawFrames } from "../../api/types";
import { moment } from "../../text/format";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { useLoad } from "../../ui/load";
import { Choice } from "../../ui/parts";

type Shape = "text" | "hex";

export function Raw({ line }: { line: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="card table-card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say(W.line.raw)}</summary>
      {open && <Frames line={line} />}
    </details>
  );
}

function Frames({ line }: { line: string }) {
  const [shape, setShape] = useState<Shape>("text");
  const { data } = useLoad<RawFrames>(
    line,
    (signal) => get("raw", { who: line, frames: 3 }, signal),
    3000,
  );
  return (
    <div class="raw">
      <Choice<Shape>
        label={say(W.line.rawShape)}
        options={[
          { value: "text", name: say(W.line.asText) },
          { value: "hex", name: say(W.line.asHex) },
        ]}
        chosen={shape}
        onChoose={setShape}
      />
      {data?.frames.map(({ seq, received_at, shown, bytes }) => (
        <figure key={seq}>
          <figcaption class="small faint">
            {seq} · {moment(received_at, "exact")}
          </figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
          <pre class="sheet" tabIndex={0}>
            {shape === "text" ? broken(shown) : spaced(bytes)}
          </pre>
        </figure>
      ))}
    </div>
  );
}

/** A line for each dataset; the tab is shown as an arrow. */
function broken(shown: string): string {
  return shown.replaceAll("␊", "\n␊").replaceAll("\t", "→").replace("␃", "\n␃");
}

function spaced(hex: string): string {
  return hex.replace(/(..)/g, "$1 ").replace(/(.{48})/g, "$1\n");
}
