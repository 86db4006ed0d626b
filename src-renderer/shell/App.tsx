import { CSPProvider } from "@base-ui/react/csp-provider";
import { useEffect, type ReactNode } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { CheatSheet } from "../keyboard/CheatSheet.tsx";
import { shellMessages } from "../messages/shell-messages.ts";
import { NeedsYouScreen } from "../needs-you/NeedsYouScreen.tsx";
import { RecoveryBar } from "../recovery/RecoveryBar.tsx";
import { RunScreen } from "../run/RunScreen.tsx";
import { RunsScreen } from "../runs/RunsScreen.tsx";
import { SettingsScreen } from "../settings/SettingsScreen.tsx";
import { StartSheet } from "../start/StartSheet.tsx";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { UpdateBar } from "../updates/UpdateBar.tsx";
import { WorkflowsScreen } from "../workflows/WorkflowsScreen.tsx";
import { ConnectionBars } from "./ConnectionBars.tsx";
import { LeftRail } from "./LeftRail.tsx";
import { LiveRegions } from "./LiveRegions.tsx";
import { RefusedOpening } from "./RefusedOpening.tsx";
import styles from "./App.module.css";

/** The frame: places on the left, what is wrong above, one screen. */
export function App(): ReactNode {
  useFocusOnArrival();
  return (
    <CSPProvider disableStyleElements>
      <a className={styles.skip} href="#content">
        {shellMessages.skip}
      </a>
      <div className={styles.shell}>
        <LeftRail />
        <div className={styles.page}>
          <ConnectionBars />
          <RecoveryBar />
          <RefusedOpening />
          <UpdateBar />
          <main id="content" className={styles.content} tabIndex={-1}>
            <Screens />
          </main>
        </div>
      </div>
      <StartSheet />
      <CheatSheet />
      <LiveRegions />
    </CSPProvider>
  );
}

/** A new screen takes the focus that the old one left behind. */
function useFocusOnArrival(): void {
  const [path] = useLocation();
  useEffect(() => {
    const frame = window.requestAnimationFrame(() => {
      if (document.activeElement === document.body) document.getElementById("content")?.focus();
    });
    return () => window.cancelAnimationFrame(frame);
  }, [path]);
}

function Screens(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/runs" replace />
      </Route>
      <Route path="/runs">
        <RunsScreen />
      </Route>
      <Route path="/run/:runId">{({ runId }) => <RunScreen key={runId} runId={runId} />}</Route>
      <Route path="/needs-you">
        <NeedsYouScreen />
      </Route>
      <Route path="/workflows">
        <WorkflowsScreen />
      </Route>
      <Route path="/settings/:section?">
        {({ section }) => <SettingsScreen section={section ?? "general"} />}
      </Route>
      <Route>
        <NoSuchScreen />
      </Route>
    </Switch>
  );
}

function NoSuchScreen(): ReactNode {
  const [, navigate] = useLocation();
  return (
    <EmptyState
      title={shellMessages.notFoundTitle}
      actions={<Button onClick={() => navigate("/runs")}>{shellMessages.toRuns}</Button>}
    >
      {shellMessages.notFound}
    </EmptyState>
  );
}
