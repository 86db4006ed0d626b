import type { Page } from "@playwright/test";
import * as z from "zod";
import {
  requests,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from "../app/contract/contract.ts";
import type { AppBridge } from "../app/contract/app-bridge.ts";

declare global {
  var handshake: AppBridge;
}

const Answer = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
]);

let lastId = 1_000;

/** A request as a screen makes it, through the bridge. Resolves to the value, or rejects with the code. */
export async function ask<Name extends RequestName>(
  page: Page,
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  const id = (lastId += 1);
  const text = await page.evaluate(
    (request) => handshake.request(request.id, request.name, request.input),
    { id, name, input },
  );
  const answer = Answer.parse(JSON.parse(text));
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  // The schema is the one of this name.
  return requests[name].output.parse(answer.value) as RequestOutput<Name>;
}

/** Starts a run of a workflow's text. */
export async function startRun(
  page: Page,
  text: string,
  grants: readonly string[] = [],
): Promise<string> {
  const { runId } = await ask(page, "run.start", {
    workflow: { from: "text", text, fileName: "workflow.json" },
    grants: [...grants],
    requestKey: crypto.randomUUID(),
  });
  return runId;
}
