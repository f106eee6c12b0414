/** Requests to the API. Addresses are relative to the page, which may live under any path. */

import { Store } from "../store";
import type { Session, Text } from "./types";

/** The session as last told; `null` before the first answer. */
export const session = new Store<Session | null>(null);

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: Text,
    readonly retryAfterS: number | null,
  ) {
    super(text.en);
  }
}

const UNREACHABLE: Text = {
  en: "telewatt does not answer. Is it running? The page tries again by itself.",
  fr: "telewatt ne répond pas. Fonctionne-t-il ? La page réessaie d'elle-même.",
};

type Parameters = Record<string, string | number | readonly string[] | null | undefined>;

/** The relative address of a part of the API. */
export function address(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each));
  }
  const text = query.toString();
  return `api/v1/${path}${text ? `?${text}` : ""}`;
}

export async function get<T>(
  path: string,
  parameters: Parameters = {},
  signal: AbortSignal | null = null,
): Promise<T> {
  return ask<T>(address(path, parameters), { signal });
}

export async function post<T>(
  path: string,
  body: unknown,
  signal: AbortSignal | null = null,
): Promise<T> {
  return ask<T>(address(path), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": session.value?.csrf ?? "",
    },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, credentials: "same-origin" });
  } catch (fault) {
    if (init.signal?.aborted) throw fault;
    throw new ApiError(0, "unreachable", UNREACHABLE, null);
  }
  if (answer.ok) return (await answer.json()) as T;
  throw await toError(answer);
}

async function toError(answer: Response): Promise<ApiError> {
  const told = (await answer.json().catch(() => null)) as {
    error?: { code?: string; text?: Text };
  } | null;
  const wait = Number(answer.headers.get("Retry-After"));
  const plain = `${answer.status} ${answer.statusText}`;
  if (answer.status === 401 && session.value?.authenticated) {
    session.set({ ...session.value, authenticated: false });
  }
  return new ApiError(
    answer.status,
    told?.error?.code ?? "error",
    told?.error?.text ?? { en: plain, fr: plain },
    wait > 0 ? wait : null,
  );
}

/** Whether this fault only says that nobody wants the answer any more. */
export function isAbort(fault: unknown): boolean {
  return fault instanceof DOMException && fault.name === "AbortError";
}

export function textOf(fault: unknown): Text {
  if (fault instanceof ApiError) return fault.text;
  const text = String(fault);
  return { en: text, fr: text };
}
