import type { DiagnosticsPart } from "../../../app/contract/data.ts";
import { appVersion } from "../app-version.ts";
import type { HandlerParts } from "./handler.ts";

const listedRuns = 100;
const listedInstances = 20;

/** What a diagnostics file may hold, exactly as it would be saved: no payloads, names, paths or secrets. */
export async function diagnosticsParts(parts: HandlerParts): Promise<DiagnosticsPart[]> {
  const { core, reads, engineDesk, dataDesk, settings } = parts;
  const { backend, version, schemaVersion, settings: database } = await core.storage.describe();
  const runs = await core.storage.listRuns({ limit: listedRuns });
  const instances = await core.storage.listInstances(listedInstances);
  const { notices, ...engine } = engineDesk.state();
  return [
    part("app", "Versions of Handshake, Node and the operating system", {
      version: appVersion,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    }),
    part("engine", "The engine's state, and the kinds of notices that it gave", {
      ...engine,
      notices: notices.map(({ at, code, times }) => ({ at, code, times })),
    }),
    part("database", "The database's version, settings and sizes", {
      backend,
      version,
      schemaVersion,
      database,
      ...dataDesk.sizes(),
      backups: dataDesk.backups().map(({ at, reason }) => ({ at, reason })),
    }),
    part("settings", "Your settings", settings.get()),
    part("counters", "How many runs are in each state", await reads.counters()),
    part(
      "runs",
      `Ids, states, times and error codes of the newest ${listedRuns} runs`,
      runs.map((run) => ({
        runId: run.runId,
        status: run.status,
        createdAt: run.createdAt,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt,
        nodesDone: run.nodesDone,
        nodesTotal: run.nodesTotal,
        crashCount: run.crashCount,
        error: run.error?.code ?? null,
      })),
    ),
    part(
      "starts",
      `When the last ${listedInstances} starts began and how they ended`,
      instances.map(({ kind, appVersion: of, at, lastBeatAt, cleanAt }) => ({
        kind,
        appVersion: of,
        at,
        lastBeatAt,
        cleanAt,
      })),
    ),
  ];
}

function part(name: string, words: string, value: unknown): DiagnosticsPart {
  const text = JSON.stringify(value, null, 2);
  return { name, words, bytes: Buffer.byteLength(text), text };
}
