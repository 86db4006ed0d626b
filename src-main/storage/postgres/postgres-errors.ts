import { DatabaseError } from "pg";
import { StorageError, type StorageErrorCode } from "../../../app/storage/storage-error.ts";

/**
 * The driver's and the server's errors as StorageErrors; nothing else in the code reads SQLSTATEs. What
 * fails without an answer of the server (a cut connection, a timeout) is IO: nothing was acknowledged, and
 * the same batch can be sent again. `attempted` begins the message.
 */
export function storageErrorOf(error: unknown, attempted: string): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  if (error instanceof DatabaseError) {
    const code = codeOfRefusal(error.message) ?? codeOfState(error.code ?? "");
    if (code === null) return error;
    return storageError(code, `${attempted}: ${error.message}`, error, error.code ?? null);
  }
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const nodeCode = "code" in error && typeof error.code === "string" ? error.code : null;
  if (isOfFile(error, nodeCode))
    return storageError("DENIED", `${attempted}: ${error.message}`, error, unreadableFile);
  const code = codeOfConnection(nodeCode, error.message);
  return code === null
    ? error
    : storageError(code, `${attempted}: ${messageOf(error)}`, error, nodeCode);
}

/** A conflict between transactions, which the same transaction may not meet again. */
export function isWorthRepeating(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    (error.details["driverCode"] === "40001" || error.details["driverCode"] === "40P01")
  );
}

function storageError(
  code: StorageErrorCode,
  message: string,
  cause: Error,
  driverCode: string | null,
): StorageError {
  const toDo =
    adviceOnPooler(driverCode, message) ??
    adviceOnSettings(message) ??
    (code === "DENIED"
      ? (adviceOnTls(driverCode, message) ?? adviceOnRights(driverCode, message))
      : undefined);
  const text = `${message.replace(/\.$/, "")}. ${toDo ?? advice[code] ?? ""}`.trimEnd();
  return new StorageError(code, text, { details: { driverCode }, cause });
}

function codeOfState(state: string): StorageErrorCode | null {
  return exactStates[state] ?? stateClasses[state.slice(0, 2)] ?? null;
}

const exactStates: Readonly<Record<string, StorageErrorCode>> = {
  // Raised by the functions of the first migration.
  HSILL: "ILLEGAL_TRANSITION",
  HSIMM: "CONSTRAINT",
  HSROW: "CONFLICT",
  HSREF: "CONSTRAINT",
  "25006": "READ_ONLY",
  // Somebody else uses the session of this connection: a new one is looked at first.
  "26000": "IO",
  "3D000": "NOT_FOUND",
  "40001": "BUSY",
  "40P01": "BUSY",
  "42501": "DENIED",
  "42703": "CORRUPT",
  "42710": "DENIED",
  "42723": "DENIED",
  "42P01": "CORRUPT",
  "42P05": "IO",
  "42P07": "DENIED",
  "42883": "CORRUPT",
  "53100": "FULL",
  "53300": "BUSY",
  "55P03": "BUSY",
  "57014": "BUSY",
};

const stateClasses: Readonly<Record<string, StorageErrorCode>> = {
  "08": "IO",
  "22": "CONSTRAINT",
  "23": "CONSTRAINT",
  "25": "IO",
  "28": "DENIED",
  "40": "BUSY",
  "53": "IO",
  "54": "CONSTRAINT",
  "57": "IO",
  "58": "IO",
  XX: "IO",
};

function codeOfConnection(code: string | null, message: string): StorageErrorCode | null {
  if (code !== null) {
    if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) return "DENIED";
    if (/^(E[A-Z]+|ENOTFOUND)$/.test(code)) return "IO";
  }
  if (/does not support SSL|SASL|password|certificate/i.test(message)) return "DENIED";
  return /connection|connect|timeout|not queryable|terminated|socket/i.test(message) ? "IO" : null;
}

/** A connection that breaks is a failed `read` as well; of a file only a folder in its place is. */
function isOfFile(error: Error, code: string | null): boolean {
  const syscall = "syscall" in error ? error.syscall : null;
  return syscall === "open" || (syscall === "read" && code === "EISDIR");
}

/** In place of a code of the driver: the driver reads files of the address itself. */
const unreadableFile = "UNREADABLE_FILE";

/** Node names a host with several addresses by an error without a message of its own. */
function messageOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (!(error instanceof AggregateError)) return error.name;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
}

const advice: Partial<Record<StorageErrorCode, string>> = {
  FULL: "The database server's disk is full; work is paused, nothing was lost. Free space there.",
  BUSY: "The database server is busy or has no connection left (max_connections, or the limit of the role; 10 for each window and worker). Work that has begun is tried again by itself.",
  IO: "The database server cannot be reached or gave no answer; nothing acknowledged was lost. Check that it runs and the network to it.",
  READ_ONLY:
    "The database server takes no writes, such as a standby does. Connect to the primary. Where it is the primary, default_transaction_read_only is on for the server, the database or the role: turn it off.",
  DENIED: "Check user, password, rights and the TLS settings (sslmode) of the database address.",
  CORRUPT: "The tables are not what this app made. Restore the newest backup of the database.",
  NOT_FOUND: "Create the database, or correct its name in the address.",
};

function codeOfRefusal(message: string): StorageErrorCode | null {
  if (isRefusalOfPooler(message)) return "DENIED";
  return isUnknownSetting(message) ? "READ_ONLY" : null;
}

/** Of a server that is too old to know what each of our sessions asks for. */
function isUnknownSetting(message: string): boolean {
  return message.includes("unrecognized configuration parameter");
}

/** As PgBouncer and its like say it: our settings are sent as the startup parameter `options`. */
function isRefusalOfPooler(message: string): boolean {
  return /unsupported (options )?startup parameter/.test(message);
}

function adviceOnPooler(driverCode: string | null, message: string): string | undefined {
  if (isRefusalOfPooler(message))
    return "This is a pooler. Set pool_mode = session and ignore_startup_parameters = options there: Handshake then makes its settings itself. Or give the address of the server itself.";
  if (driverCode === "26000" || driverCode === "42P05")
    return "Somebody else has used the session of this connection. Is there a pooler? It needs pool_mode = session and server_reset_query = DISCARD ALL. Or give the address of the server itself.";
  return undefined;
}

/** Limits that the administrator has set, and that a session does not lift by itself. */
function adviceOnSettings(message: string): string | undefined {
  if (isUnknownSetting(message))
    return "Handshake needs PostgreSQL 14 or newer. Where the address sets options of its own, correct them.";
  if (/due to statement timeout/.test(message))
    return "The statement_timeout of the server, the database or the role is too short for this. Raise it: alter role … set statement_timeout = '60s'.";
  return undefined;
}

function adviceOnRights(driverCode: string | null, message: string): string | undefined {
  if (driverCode === unreadableFile)
    return "A file that the database address names (sslrootcert, sslcert or sslkey) cannot be read here. Correct its path, or put it there.";
  if (/client password must be a string/.test(message))
    return "The server wants a password and there is none. Put it into the address, into PGPASSWORD or into ~/.pgpass.";
  const database = /permission denied for database (.+)$/.exec(message)?.[1];
  if (database !== undefined)
    return `The role has no right to make its schema there. As an administrator: grant create on database ${database} to the role of the address.`;
  if (driverCode === "42P07" || driverCode === "42710" || driverCode === "42723")
    return "The schema holds something else already. Name another one in the address: ?schema=…";
  if (driverCode === "42501")
    return "Schema and tables have to be the role's own: another role made them. Connect as that one, or name another schema in the address.";
  return undefined;
}

/** What to do about TLS, where that is what failed: by Node's codes, and the words of driver and server. */
function adviceOnTls(driverCode: string | null, message: string): string | undefined {
  if (driverCode === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "The server's certificate is of another host. Name the host in the address as its certificate does, or give the server a certificate of this name.";
  if (driverCode === "CERT_HAS_EXPIRED")
    return "The server's certificate has expired. Renew it on the server.";
  if (/^(UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(driverCode ?? ""))
    return "The server's certificate is of an authority that is not known here. Add sslrootcert=/path/ca.pem to the database address, with the authority of this server; where it is there, the file holds another authority.";
  if (/does not support SSL/.test(message))
    return "The address asks for TLS (sslmode), and the server has none. Turn it on there (ssl = on), or leave sslmode out where the network is your own.";
  if (/no pg_hba\.conf entry.*no encryption/.test(message))
    return "The server may want TLS: add sslmode=verify-full to the database address. Else pg_hba.conf does not let this user in from here.";
  return undefined;
}
