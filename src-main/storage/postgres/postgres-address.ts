import { StorageError } from "../../../app/storage/storage-error.ts";

/** Where the data is: `postgresql://user:password@host:5432/database?schema=handshake&sslmode=verify-full`. */
export interface DatabaseAddress {
  /** For the driver, without what only we understand. */
  readonly connectionString: string;
  /** All tables lie in it, so that a database can be shared with other programs. */
  readonly schema: string;
  /** Without the password. */
  readonly shown: string;
}

const defaultSchema = "handshake";

/** DENIED when the text is no address of a PostgreSQL database. The password is in no message. */
export function parseDatabaseAddress(text: string): DatabaseAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new StorageError(
      "DENIED",
      `The database address is not of the form postgresql://user:password@host:5432/database. ${howToEncode}`,
    );
  // The rest of a password that is cut by its own characters would be taken for a host, and be shown.
  if (text.includes("#") || /@/.test(url.pathname + url.search))
    throw new StorageError(
      "DENIED",
      `Where the host of the database address ends is not certain: there is a # in it, or an @ behind a / or ?. ${howToEncode}`,
    );
  const schema = url.searchParams.get("schema") ?? defaultSchema;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new StorageError(
      "DENIED",
      `The schema "${schema}" of the database address is no lower-case name of letters, digits and _.`,
    );
  if (schema.startsWith("pg_"))
    throw new StorageError(
      "DENIED",
      `The schema "${schema}" of the database address begins with pg_, which PostgreSQL keeps for itself. Name another one.`,
    );
  url.searchParams.delete("schema");
  requireKnownMode(url);
  const shown = new URL(url);
  shown.password = "";
  for (const secret of ["password", "sslpassword"]) shown.searchParams.delete(secret);
  shown.searchParams.set("schema", schema);
  if (mostModes.has(url.searchParams.get("sslmode") ?? "") && !asLibpq(url))
    url.searchParams.set("sslmode", "verify-full");
  return { connectionString: url.toString(), schema, shown: shown.toString() };
}

export const howToEncode =
  "Special characters in the user, the password or a path are URL-encoded: @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25.";

/** Each of them checks the certificate and its host; the driver only adds a warning to those that are not verify-full. */
const mostModes = new Set(["prefer", "require", "verify-ca", "verify-full"]);

/** Who asks for it means the weaker promises of the other clients. */
function asLibpq(url: URL): boolean {
  return url.searchParams.get("uselibpqcompat") === "true";
}

/** The driver takes any other word for something. */
function requireKnownMode(url: URL): void {
  const mode = url.searchParams.get("sslmode");
  if (mode === null || mostModes.has(mode) || mode === "disable" || mode === "no-verify") return;
  throw new StorageError(
    "DENIED",
    `The sslmode "${mode}" of the database address is not known. Use verify-full, or disable where the network is your own.`,
  );
}
