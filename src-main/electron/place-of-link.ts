import * as z from "zod";
import { RunTab } from "../../app/contract/runs.ts";

/** Longer ones are none of ours. */
const longestLink = 2_000;

export const linkScheme = "handshake:";

/**
 * The route that a `handshake:` link leads to, or null when it is no link that only leads somewhere. The
 * route is written anew from what was understood, so that nothing else of the link comes through.
 */
export function placeOfLink(link: string): string | null {
  if (link.length > longestLink || !URL.canParse(link)) return null;
  const url = new URL(link);
  const { protocol, host, pathname, username, password, port, hash } = url;
  if (protocol !== linkScheme || username + password + port + hash !== "") return null;
  // handshake://run/ID, handshake:///run/ID and handshake:run/ID are the same.
  const [name = "", ...rest] = [host, ...pathname.split("/")].filter((part) => part !== "");
  const place = places.find((one) => one.name === name);
  const parameters = [...url.searchParams];
  const isOnce = new Set(parameters.map(([key]) => key)).size === parameters.length;
  if (place === undefined || !isOnce || rest.length > 1) return null;
  const what = place.what.safeParse(rest[0]);
  const query = place.query.safeParse(Object.fromEntries(parameters));
  if (!what.success || !query.success) return null;
  const path = what.data === undefined ? `/${name}` : `/${name}/${what.data}`;
  const given = Object.entries(query.data).filter(
    (one): one is [string, string] => one[1] !== undefined,
  );
  const text = new URLSearchParams(given).toString();
  return text === "" ? path : `${path}?${text}`;
}

interface Place {
  readonly name: string;
  /** What stands behind the name. */
  readonly what: z.ZodType<string | undefined>;
  readonly query: z.ZodType<Readonly<Record<string, string | undefined>>>;
}

const nothing = z.undefined();
const noQuery = z.strictObject({});
/** Without characters that nobody sees. */
const text = z.string().regex(/^[^\p{C}]{1,200}$/u);

const places: readonly Place[] = [
  {
    name: "runs",
    what: nothing,
    query: z.strictObject({ q: text, tab: RunTab }).partial(),
  },
  {
    name: "run",
    what: z.uuid(),
    query: z.strictObject({ view: z.enum(["timeline", "events"]), node: text }).partial(),
  },
  { name: "needs-you", what: nothing, query: noQuery },
  { name: "workflows", what: nothing, query: noQuery },
  {
    name: "settings",
    what: z
      .string()
      .regex(/^[a-z]{1,20}$/)
      .optional(),
    query: noQuery,
  },
];
