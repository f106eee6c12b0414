/** The first page of a new installation: which port is the meter on, and what is to be written. */

import { useState } from "preact/hooks";
import { get, post, textOf } from "../api/client";
import type { Heard, Port, Text } from "../api/types";
import { fill, say } from "../text/language";
import { W } from "../text/words";
import { useLoad } from "../ui/load";
import { Notice } from "../ui/parts";

const SIMULATED = '[meters.house]\nsource = "sim:mode=standard&contract=tempo&parity=yes"\n';

export function FirstRun() {
  const { data, fault, reload } = useLoad<{ ports: Port[] }>("ports", (signal) =>
    get("ports", {}, signal),
  );
  return (
    <div class="stack first-run">
      <div>
        <h1>{say(W.first.title)}</h1>
        <p class="soft">{say(W.first.intro)}</p>
      </div>
      <section class="card stack">
        <div class="panel-head">
          <h2>{say(W.first.ports)}</h2>
          <button type="button" class="button" onClick={reload}>
            {say(W.first.again)}
          </button>
        </div>
        {fault ? <Notice grade="bad">{say(textOf(fault))}</Notice> : null}
        {data?.ports.length === 0 && <Notice>{say(W.first.none)}</Notice>}
        <ul class="ports">
          {data?.ports.map((port) => (
            <PortRow key={port.device} port={port} />
          ))}
        </ul>
      </section>
      <section class="card stack">
        <p class="small soft">{say(W.first.without)}</p>
        <Toml text={SIMULATED} />
      </section>
    </div>
  );
}

function PortRow({ port }: { port: Port }) {
  const [busy, setBusy] = useState(false);
  const [heard, setHeard] = useState<Heard | null>(null);
  const [fault, setFault] = useState<Text | null>(null);
  const listen = async () => {
    setBusy(true);
    setFault(null);
    setHeard(null);
    try {
      setHeard(await post<Heard>("ports/listen", { device: port.device }));
    } catch (error) {
      setFault(textOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li class="port">
      <div class="row between">
        <div class="grow">
          <code>{port.device}</code>
          <p class="small faint">
            {[port.description, port.stable_name]
              .filter((text) => text && text !== "n/a")
              .join(" · ")}
          </p>
        </div>
        {port.used_by ? (
          <span class="badge">{fill(W.first.used, { name: port.used_by })}</span>
        ) : (
          <button type="button" class="button main" disabled={busy} onClick={() => void listen()}>
            {say(busy ? W.first.listening : W.first.listen)}
          </button>
        )}
      </div>
      <div role="status">
        {heard && (
          <Notice grade={heard.state === "reading" ? "good" : "fair"}>{say(heard.text)}</Notice>
        )}
        {fault && <Notice grade="bad">{say(fault)}</Notice>}
      </div>
      {heard?.toml && heard.state === "reading" && (
        <>
          <p class="small">{fill(W.first.write, { file: say(W.first.file) })}</p>
          <Toml text={heard.toml} />
        </>
      )}
    </li>
  );
}

function Toml({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <div class="toml-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre class="sheet" tabIndex={0}>
        {text.trim()}
      </pre>
      {"clipboard" in navigator && (
        <button type="button" class="button" onClick={() => void copy()}>
          {say(copied ? W.first.copied : W.first.copy)}
        </button>
      )}
    </div>
  );
}
