import { useState, type ReactNode } from "react";
import type { UpdateAction, UpdateState } from "../../app/contract/update.ts";
import { api } from "../api.ts";
import { updateMessages as words } from "../messages/update-messages.ts";
import { runStore } from "../run-store.ts";
import barStyles from "../shell/ConnectionBars.module.css";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { schemaWords } from "./schema-words.ts";

/** The quiet bar: asks once whether to look for new versions, and says when there is one. */
export function UpdateBar(): ReactNode {
  const engine = useStoreValue(runStore.engine);
  const settings = useStoreValue(runStore.settings.settings);
  const isRead = useStoreValue(runStore.settings.isRead);
  const [putOff, setPutOff] = useState<string | null>(null);
  if (engine === null || !isRead) return null;
  const { update } = engine;
  // "Later" puts off this version in this state; the next one speaks again.
  const what = `${update.state} ${"version" in update ? update.version : ""}`;
  if (putOff === what) return null;
  if (update.state === "idle" && settings.checkForUpdates === "ask") {
    return <Question host={update.host} />;
  }
  return <News update={update} onLater={() => setPutOff(what)} />;
}

function Question({ host }: { readonly host: string }): ReactNode {
  const decide = (checkForUpdates: "yes" | "no"): void => {
    void runStore.settings.change({ checkForUpdates }).then((answer) => {
      if (answer.ok && checkForUpdates === "yes") ask("check");
    });
  };
  return (
    <Bar
      actions={
        <>
          <Button size="small" onClick={() => decide("yes")}>
            {words.askYes}
          </Button>
          <Button size="small" onClick={() => decide("no")}>
            {words.askNo}
          </Button>
        </>
      }
    >
      {words.ask(host)}
    </Bar>
  );
}

function News(props: { readonly update: UpdateState; readonly onLater: () => void }): ReactNode {
  const { update } = props;
  const counters = useStoreValue(runStore.list.counters);
  const later = (
    <Button size="small" onClick={props.onLater}>
      {words.later}
    </Button>
  );
  switch (update.state) {
    case "unavailable":
    case "idle":
    case "checking":
    case "failed":
      // Settings has it; it is nothing that a person must hear of.
      return null;
    case "available":
      return (
        <Bar
          actions={
            <>
              {update.byHand === null && <Act action="download">{words.download}</Act>}
              {later}
            </>
          }
        >
          <strong>{words.available(update.version)}</strong>{" "}
          {update.byHand !== null && words.byHand[update.byHand]} {schemaWords(update.schema)}
        </Bar>
      );
    case "downloading":
      return <Bar>{words.downloading(update.version, Math.floor(update.fraction * 100))}</Bar>;
    case "ready":
      return (
        <Bar
          actions={
            <>
              <Act action="install">
                {counters?.running === 0 ? words.install : words.installLater}
              </Act>
              {later}
            </>
          }
        >
          <strong>{words.ready(update.version)}</strong> {schemaWords(update.schema)}
        </Bar>
      );
    case "waiting":
      return (
        <Bar actions={<Act action="wait">{words.wait}</Act>}>
          {words.waiting(update.version, counters?.running ?? 0)}
        </Bar>
      );
  }
}

function Bar(props: { readonly children: ReactNode; readonly actions?: ReactNode }): ReactNode {
  return (
    <div className={barStyles.bars}>
      <Notice tone="info" actions={props.actions}>
        {props.children}
      </Notice>
    </div>
  );
}

function Act(props: { readonly action: UpdateAction; readonly children: ReactNode }): ReactNode {
  return (
    <Button size="small" onClick={() => ask(props.action)}>
      {props.children}
    </Button>
  );
}

/** What comes of it is in the engine's state. */
function ask(action: UpdateAction): void {
  void api.request("update.act", { action });
}
