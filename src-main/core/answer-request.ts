import type { ApiError } from "../../app/contract/api-error.ts";
import { requests, type RequestName } from "../../app/contract/contract.ts";
import { runRequests } from "../../app/contract/run.ts";
import { runsRequests } from "../../app/contract/runs.ts";
import { apiError } from "./api-error-of.ts";
import type { HandlerContext, Handlers } from "./handlers/handler.ts";
import { RequestError } from "./request-error.ts";

/** Long work that a person waits for knowingly; everything else has a minute. */
const slowRequests: ReadonlySet<RequestName> = new Set([
  "recovery.resumeSafe",
  "data.backup",
  "run.export",
]);
const limitMs = 60_000;
const slowLimitMs = 15 * 60_000;

/** Nothing was done when these are taken back; of the others the outcome is told, late or not. */
const pureReads: ReadonlySet<string> = new Set(Object.keys({ ...runsRequests, ...runRequests }));

/** Checks the input, calls the handler, checks the output. Throws what the handler throws. */
export async function answerRequest(
  handlers: Handlers,
  request: { readonly name: RequestName; readonly input: unknown },
  context: HandlerContext,
): Promise<unknown> {
  const { name } = request;
  const { input, output } = requests[name];
  const given = safely(() => input.safeParse(request.input));
  if (!given.success) {
    throw new RequestError("BAD_REQUEST", `${name} was asked in a way that it does not take.`, {
      details: { issues: given.issues },
    });
  }
  // Name, schema and handler were looked up by the same name.
  const handler = handlers[name] as (input: unknown, context: HandlerContext) => Promise<unknown>;
  const answer = await bounded(name, context.signal, () => handler(given.data, context));
  const checked = safely(() => output.safeParse(answer));
  if (checked.success) return checked.data;
  throw new Error(`The answer of ${name} breaks the contract: ${checked.issues.join("; ")}`);
}

export function unknownRequest(name: string): ApiError {
  return apiError("BAD_REQUEST", `There is no request ${JSON.stringify(name.slice(0, 100))}.`);
}

type Checked =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly issues: string[] };

/** Where a value is nested so deeply that checking it overflows the stack, it does not pass. */
function safely(
  check: () => {
    readonly success: boolean;
    readonly data?: unknown;
    readonly error?: {
      readonly issues: readonly { readonly path: PropertyKey[]; readonly message: string }[];
    };
  },
): Checked {
  try {
    const result = check();
    if (result.success) return { success: true, data: result.data };
    const issues = (result.error?.issues ?? []).slice(0, 10);
    return {
      success: false,
      issues: issues.map(({ path, message }) =>
        `/${path.map(String).join("/")}: ${message}`.slice(0, 500).toWellFormed(),
      ),
    };
  } catch (error) {
    if (error instanceof RangeError) return { success: false, issues: ["/: nested too deeply"] };
    throw error;
  }
}

async function bounded(
  name: RequestName,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const ended = Promise.withResolvers<never>();
  // Nobody may be waiting for it any more.
  ended.promise.catch(() => undefined);
  const limit = slowRequests.has(name) ? slowLimitMs : limitMs;
  const timer = setTimeout(() => {
    const message = `${name} took longer than ${limit / 1_000} s.`;
    ended.reject(new RequestError("TIMEOUT", message));
  }, limit);
  const takenBack = (): void => {
    if (pureReads.has(name)) ended.reject(new RequestError("CANCELLED", "It was taken back."));
  };
  signal.addEventListener("abort", takenBack);
  try {
    return await Promise.race([work(), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", takenBack);
  }
}
