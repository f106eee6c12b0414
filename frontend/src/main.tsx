import "./style/main.css";
import { render } from "preact";
import { startLive } from "./api/live";
import { App } from "./app";

startLive();
render(<App />, document.getElementById("app") as HTMLElement);
