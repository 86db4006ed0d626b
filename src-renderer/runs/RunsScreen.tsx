import { Pause, Play, Radio } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useLocation, useSearch } from "wouter";
import { RunFilter, RunTab } from "../../app/contract/runs.ts";
import { useShortcuts } from "../keyboard/use-shortcuts.ts";
import { runsMessages } from "../messages/runs-messages.ts";
import { RecoveryPanel } from "../recovery/RecoveryPanel.tsx";
import { runStore } from "../run-store.ts";
import { openStartSheet } from "../start/start-choice.ts";
import { isEngineHeard } from "../store/engine-heard.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { parseRunQuery } from "./parse-run-query.ts";
import { QueryBar } from "./QueryBar.tsx";
import { RunListPane } from "./RunListPane.tsx";
import { SlowLine } from "./SlowLine.tsx";
import { RunTabs } from "./RunTabs.tsx";
import { StatusStrip } from "./StatusStrip.tsx";
import styles from "./RunsScreen.module.css";

/** Counters, query and list. The address holds tab and query, so that both can be linked to. */
export function RunsScreen(): ReactNode {
  const search = useSearch();
  const [, navigate] = useLocation();
  const counters = useStoreValue(runStore.list.counters);
  const engine = useStoreValue(runStore.engine);
  const isHeard = useStoreValue(isEngineHeard);
  const queryField = useRef<HTMLInputElement>(null);
  const { query, tab } = useMemo(() => readAddress(search), [search]);
  const parsed = useMemo(() => parseRunQuery(query, tab), [query, tab]);

  useEffect(() => {
    if (parsed.ok && !parsed.isContradiction) runStore.list.show(parsed.filter);
    // Nothing good to keep on screen yet: all runs, dimmed, while the query is put right.
    else if (runStore.list.view.get().order.length === 0) {
      runStore.list.show(RunFilter.parse({ tab }));
    }
  }, [parsed, tab]);

  const isLoading = useStoreValue(runStore.list.view).loading !== null;
  const [isFrozen, setIsFrozen] = useState(false);
  useEffect(() => {
    runStore.list.hold("frozen", isFrozen);
    return () => runStore.list.hold("frozen", false);
  }, [isFrozen]);
  useShortcuts({
    "/": () => queryField.current?.focus(),
    z: () => setIsFrozen(!isFrozen),
  });

  const show = (next: { readonly query?: string; readonly tab?: RunTab }): void =>
    navigate(addressOf({ query, tab, ...next }), { replace: next.tab === undefined });

  return (
    <div className={styles.screen} data-stale={!isHeard}>
      {/* After a restart it is another panel: announced again, without the old outcome. */}
      <RecoveryPanel key={engine?.instanceId ?? ""} />
      <header className={styles.header}>
        <h1>{runsMessages.title}</h1>
        <div className={styles.actions}>
          <Button
            look="quiet"
            icon={isFrozen ? <Pause size={14} /> : <Radio size={14} />}
            aria-pressed={isFrozen}
            title={isFrozen ? runsMessages.frozenHint : runsMessages.liveHint}
            onClick={() => setIsFrozen(!isFrozen)}
          >
            {isFrozen ? runsMessages.frozen : runsMessages.live}
          </Button>
          <Button
            look="primary"
            icon={<Play size={14} aria-hidden="true" />}
            onClick={() => openStartSheet(null)}
          >
            {runsMessages.start}
          </Button>
        </div>
      </header>
      <StatusStrip counters={counters} query={query} onQuery={(next) => show({ query: next })} />
      <div className={styles.tools}>
        <RunTabs tab={tab} counters={counters} onTab={(next) => show({ tab: next })} />
        <QueryBar
          query={query}
          parsed={parsed}
          fieldRef={queryField}
          onQuery={(next) => show({ query: next })}
        />
      </div>
      <SlowLine isWaiting={isHeard && isLoading} />
      <RunListPane parsed={parsed} query={query} onQuery={(next) => show({ query: next })} />
    </div>
  );
}

function readAddress(search: string): { readonly query: string; readonly tab: RunTab } {
  const parts = new URLSearchParams(search);
  const tab = RunTab.safeParse(parts.get("tab"));
  return { query: parts.get("q") ?? "", tab: tab.success ? tab.data : "all" };
}

function addressOf(place: { readonly query: string; readonly tab: RunTab }): string {
  const parts = new URLSearchParams();
  if (place.tab !== "all") parts.set("tab", place.tab);
  if (place.query !== "") parts.set("q", place.query);
  const text = parts.toString();
  return text === "" ? "/runs" : `/runs?${text}`;
}
