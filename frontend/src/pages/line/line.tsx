/** The page "Line": how well the meters are heard, and what they say word by word. */

import { lines as allLines } from "../../api/live";
import { useRoute, visit } from "../../route";
import { useStore } from "../../store";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { Choice, Notice } from "../../ui/parts";
import { Capture } from "./capture";
import { LastFrame } from "./last_frame";
import { Quality } from "./quality";
import { Raw } from "./raw";

export function LinePage() {
  const { query } = useRoute();
  const names = Object.keys(useStore(allLines)).sort();
  const asked = query.get("line");
  const name = asked && names.includes(asked) ? asked : names[0];
  return (
    <>
      <div class="page-head">
        <h1>{say(W.line.verdict)}</h1>
        {names.length > 1 && (
          <Choice
            label={say(W.line.choose)}
            options={names.map((value) => ({ value, name: value }))}
            chosen={name ?? null}
            onChoose={(line) => visit("line", new URLSearchParams({ line }), "push")}
          />
        )}
      </div>
      {name ? (
        <div class="stack" key={name}>
          <Quality line={name} />
          <LastFrame line={name} />
          <Raw line={name} />
          <Capture line={name} />
        </div>
      ) : (
        <Notice>{say(W.line.noLine)}</Notice>
      )}
    </>
  );
}
