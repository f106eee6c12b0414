/** The log-in page. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, post, session, textOf } from "../api/client";
import { connect } from "../api/live";
import type { Session, Text } from "../api/types";
import { useStore } from "../store";
import { fill, say } from "../text/language";
import { W } from "../text/words";
import { Notice } from "../ui/parts";

export function Login() {
  const told = useStore(session);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Text | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      session.set(await post<Session>("login", { password }));
      connect();
    } catch (error) {
      setFault(wordsOf(error));
      setPassword("");
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="login">
      <form class="card stack" onSubmit={enter}>
        <img src="favicon.svg" width={44} height={44} alt="" />
        <h1>{say(W.login.title)}</h1>
        <label class="field">
          {say(W.login.password)}
          <input
            ref={field}
            type="password"
            name="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <div role="alert">{fault && <Notice grade="bad">{say(fault)}</Notice>}</div>
        <button type="submit" class="button main" disabled={busy || !password}>
          {say(W.login.enter)}
        </button>
        <p class="small faint">
          {say(told?.password_set === false ? W.login.unset : W.login.hint)}
        </p>
      </form>
    </div>
  );
}

function wordsOf(fault: unknown): Text {
  if (!(fault instanceof ApiError && fault.status === 429)) return textOf(fault);
  const seconds = fault.retryAfterS ?? 60;
  const words = fill(W.login.wait, { seconds });
  return { en: words, fr: words };
}
