import type { ReactNode } from "react";
import { useStoreValue } from "../store/use-store-value.ts";
import { ChooseWorkflow } from "./ChooseWorkflow.tsx";
import { PreparedStart } from "./PreparedStart.tsx";
import { startState } from "./start-choice.ts";

/** Every way to start a workflow ends here: nothing starts without this sheet. */
export function StartSheet(): ReactNode {
  const state = useStoreValue(startState);
  switch (state.step) {
    case "closed":
      return null;
    case "choose":
      return <ChooseWorkflow />;
    case "start":
      return <PreparedStart key={JSON.stringify(state.workflow)} workflow={state.workflow} />;
  }
}
