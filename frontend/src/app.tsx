/** The frame of all pages: navigation, connection, language and colours; and who may come in. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { post, session } from "./api/client";
import { connection } from "./api/live";
import type { Session } from "./api/types";
import { FirstRun } from "./pages/first_run";
import { History } from "./pages/history/history";
import { LinePage } from "./pages/line/line";
import { Login } from "./pages/login";
import { MetersPage } from "./pages/meters/meters";
import { Now } from "./pages/now/now";
import { link, PAGES, type PageName, useRoute } from "./route";
import { useStore } from "./store";
import { chooseLanguage, language, say, useLanguage } from "./text/language";
import { W } from "./text/words";
import { type Choice, choice, chooseTheme, useTheme } from "./theme";
import { Icon, type IconName } from "./ui/icon";
import { Notice } from "./ui/parts";

const ICONS: Record<PageName, IconName> = {
  now: "bolt",
  history: "chart",
  line: "signal",
  meters: "meter",
};
const THEMES: readonly Choice[] = ["system", "light", "dark"];
const THEME_ICONS: Record<Choice, IconName> = { system: "auto", light: "sun", dark: "moon" };

export function App() {
  useLanguage();
  useTheme();
  const told = useStore(session);
  const { page } = useRoute();
  useEffect(() => {
    document.title = `${say(W.pages[page])} · telewatt`;
  });
  const inside = told?.authenticated === true;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={toMain}>
        {say(W.shell.skip)}
      </button>
      <header class="top">
        <div class="top-in">
          <a class="brand" href={link("now")}>
            <img src="favicon.svg" width={26} height={26} alt="" />
            <span>telewatt</span>
          </a>
          {inside && <Tabs page={page} />}
          <div class="tools">
            {inside && <Pulse />}
            <LanguageButton />
            <ThemeButton />
            {inside && told.open === false && <LogoutButton />}
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Lost />
        {told === null ? null : inside ? <Page name={page} firstRun={told.first_run} /> : <Login />}
      </main>
    </div>
  );
}

function Page({ name, firstRun }: { name: PageName; firstRun: boolean }) {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) window.scrollTo(0, 0);
    first.current = false;
  }, [name]);
  if (firstRun && name !== "meters") return <FirstRun />;
  switch (name) {
    case "history":
      return <History />;
    case "line":
      return <LinePage />;
    case "meters":
      return <MetersPage />;
    case "now":
      return <Now />;
  }
}

function toMain(): void {
  document.getElementById("main")?.focus();
}

function Tabs({ page }: { page: PageName }) {
  return (
    <nav class="tabs" aria-label={say(W.shell.pages)}>
      {PAGES.map((name) => (
        <a key={name} href={link(name)} aria-current={name === page ? "page" : undefined}>
          <Icon name={ICONS[name]} size={20} />
          {say(W.pages[name])}
        </a>
      ))}
    </nav>
  );
}

function Pulse() {
  const state = useStore(connection);
  return (
    <span class={`pulse ${state}`} data-connection={state}>
      <i />
      {say(W.shell[state])}
    </span>
  );
}

function Lost() {
  const state = useStore(connection);
  return (
    <div role="status" class="lost">
      {state === "lost" && <Notice grade="bad">{say(W.shell.lostLong)}</Notice>}
    </div>
  );
}

function LanguageButton() {
  const other = language.value === "en" ? "fr" : "en";
  return (
    <Tool label={say(W.shell.other)} lang={other} onClick={() => chooseLanguage(other)}>
      {other.toUpperCase()}
    </Tool>
  );
}

function ThemeButton() {
  const chosen = useStore(choice);
  const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] as Choice;
  const label = `${say(W.shell.theme)}: ${say(W.shell.themes[chosen])}`;
  return (
    <Tool label={label} onClick={() => chooseTheme(next)}>
      <Icon name={THEME_ICONS[chosen]} />
    </Tool>
  );
}

function LogoutButton() {
  const leave = async () => session.set(await post<Session>("logout", {}));
  return (
    <Tool label={say(W.shell.logout)} onClick={() => void leave()}>
      <Icon name="out" />
    </Tool>
  );
}

interface ToolProps {
  label: string;
  lang?: string;
  onClick: () => void;
  children: ComponentChildren;
}

function Tool({ label, lang, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      class="button quiet square"
      lang={lang}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
