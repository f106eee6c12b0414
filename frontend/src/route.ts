/** Where the person is: `#/history?who=house&start=…`. Reload and back work. */

import { Store, useStore } from "./store";

export const PAGES = ["now", "history", "line", "meters"] as const;
export type PageName = (typeof PAGES)[number];

interface Route {
  page: PageName;
  query: URLSearchParams;
}

export const route = new Store<Route>(parse(location.hash));

window.addEventListener("hashchange", () => route.set(parse(location.hash)));
window.addEventListener("popstate", () => route.set(parse(location.hash)));

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const page = PAGES.find((name) => name === path) ?? "now";
  return { page, query: new URLSearchParams(query) };
}

export function link(page: PageName, query?: Record<string, string> | URLSearchParams): string {
  const text = query ? new URLSearchParams(query).toString() : "";
  return `#/${page}${text ? `?${text}` : ""}`;
}

/** Show this view in the address: as a new step to come back from, or in place of this one. */
export function visit(page: PageName, query: URLSearchParams, step: "push" | "replace"): void {
  const address = link(page, query);
  if (address === location.hash) return;
  if (step === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  route.set({ page, query });
}

export function useRoute(): Route {
  return useStore(route);
}
