import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { app } from "electron";
import { isTerminal, type JobState } from "../../app/model/job.ts";
import type { CoreClient } from "../core/core-client.ts";
import type { CoreFiles } from "../core/core-files.ts";
import { builtScreens } from "../serve/screen-files.ts";
import { openCoreLine, type TopicMessage } from "./core-line.ts";
import type { DesktopObserver } from "./desktop-observer.ts";
import { launchOption } from "./launch-option.ts";
import { preloadFile } from "./main-window.ts";

/** What `--self-test FILE` writes: whether this package works, in which order, and out of which files. */
export interface SelfTestReport {
  readonly ok: boolean;
  readonly problem: string | null;
  readonly version: string;
  readonly isPackaged: boolean;
  readonly order: readonly string[];
  readonly run: { readonly runId: string; readonly status: JobState } | null;
  readonly host: HostFiles;
  readonly core: CoreFiles | null;
}

interface HostFiles {
  readonly executable: string;
  readonly resources: string;
  readonly app: string;
  readonly main: string;
  readonly preload: string;
  readonly screens: string;
}

/** No capabilities, no waiting: 202 steps side by side. */
const sample = "wide-fan-out";
const limitMs = 60_000;

export interface SelfTest {
  /** An empty one of its own: a person's runs are not touched. */
  readonly dataFolder: string;
  /** Where relative folders of workflows would begin. */
  readonly workFolder: string;
  readonly observer: DesktopObserver;
}

/** What `--self-test FILE` asks for; null without it. */
export function prepareSelfTest(argv: readonly string[]): SelfTest | null {
  const reportFile = launchOption(argv, "--self-test");
  if (reportFile === undefined) return null;
  const dataFolder = mkdtempSync(join(tmpdir(), "handshake-self-test-"));
  app.once("quit", () => rmSync(dataFolder, { recursive: true, force: true }));
  return {
    dataFolder,
    workFolder: join(dataFolder, "work"),
    observer: observeSelfTest(resolve(reportFile)),
  };
}

/**
 * Starts as always, runs a sample once the page speaks, quits, and writes what it saw. A fused package
 * cannot be driven from outside: this is how one is tried.
 */
function observeSelfTest(reportFile: string): DesktopObserver {
  const order: string[] = [];
  let core: CoreClient | null = null;
  let run: SelfTestReport["run"] = null;
  let files: CoreFiles | null = null;
  let problem: string | null = "It did not come to its end.";
  const limit = setTimeout(() => {
    problem = `It took longer than ${limitMs / 1_000} s.`;
    app.quit();
  }, limitMs);

  async function runSample(client: CoreClient): Promise<void> {
    files = await client.files();
    const line = openCoreLine(client);
    const { runId } = await line.request("run.start", {
      workflow: { from: "sample", sampleId: sample },
      grants: [],
      requestKey: "self-test",
    });
    line.close();
    order.push("run started");
    const status = await endOf(client, runId);
    order.push(`run ${status}`);
    run = { runId, status };
    problem = status === "completed" ? null : `The sample ended as ${status}.`;
  }

  return {
    onStep: (step) => order.push(step),
    onRecovered(recovered) {
      order.push("recovered");
      core = recovered;
    },
    onWindow: () => order.push("window"),
    onPage() {
      order.push("page");
      // Another page would be one that came after a crash.
      if (core === null || run !== null) return;
      runSample(core)
        .catch((error: unknown) => {
          problem = error instanceof Error ? error.message : String(error);
        })
        .finally(() => app.quit());
    },
    onFailure(error) {
      problem = error.message;
      app.quit();
    },
    onEnd() {
      clearTimeout(limit);
      order.push("ended");
      const report: SelfTestReport = {
        ok: problem === null,
        problem,
        version: app.getVersion(),
        isPackaged: app.isPackaged,
        order,
        run,
        host: hostFiles(),
        core: files,
      };
      writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
      return report.ok ? 0 : 1;
    },
  };
}

/** Resolves to the state that the run ends in. */
function endOf(core: CoreClient, runId: string): Promise<JobState> {
  return new Promise((resolve) => {
    const line = openCoreLine(core, [{ topic: { topic: "run", runId }, onMessage }]);
    function onMessage(message: TopicMessage): void {
      if (message.topic !== "run") return;
      const status =
        message.kind === "snapshot"
          ? message.snapshot.run.status
          : message.ops.findLast((op) => op.op === "run")?.run.status;
      if (status === undefined || !isTerminal(status)) return;
      line.close();
      resolve(status);
    }
  });
}

function hostFiles(): HostFiles {
  return {
    executable: app.getPath("exe"),
    resources: process.resourcesPath,
    app: app.getAppPath(),
    main: fileURLToPath(new URL("../main.ts", import.meta.url)),
    preload: preloadFile,
    screens: builtScreens,
  };
}
