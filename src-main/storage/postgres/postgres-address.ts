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
      "The database address is not of the form postgresql://user:password@host:5432/database.",
    );
  const schema = url.searchParams.get("schema") ?? defaultSchema;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new StorageError(
      "DENIED",
      `The schema "${schema}" of the database address is no lower-case name of letters, digits and _.`,
    );
  url.searchParams.delete("schema");
  const shown = new URL(url);
  shown.password = "";
  for (const secret of ["password", "sslpassword"]) shown.searchParams.delete(secret);
  shown.searchParams.set("schema", schema);
  return { connectionString: url.toString(), schema, shown: shown.toString() };
}
