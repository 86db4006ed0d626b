import "./zod-without-eval.ts";
import "./theme/tokens.css";
import "./theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { runStore } from "./run-store.ts";
import { App } from "./shell/App.tsx";
import { followOpenings } from "./shell/follow-openings.ts";
import { applyRememberedTheme, applySettings } from "./shell/apply-settings.ts";

applyRememberedTheme();
followOpenings();
runStore.settings.settings.subscribe(() => applySettings(runStore.settings.settings.get()));

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has an element with the id root.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
