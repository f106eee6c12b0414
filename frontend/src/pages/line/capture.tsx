/** An anonymous capture, to send to whoever helps. */

import { address } from "../../api/client";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { Icon } from "../../ui/icon";

export function Capture({ line }: { line: string }) {
  return (
    <section class="card row between">
      <p class="small soft grow">{say(W.line.captureHint)}</p>
      <a class="button" href={address("capture", { who: line, minutes: 10 })} download>
        <Icon name="save" size={16} />
        {say(W.line.capture)}
      </a>
    </section>
  );
}
