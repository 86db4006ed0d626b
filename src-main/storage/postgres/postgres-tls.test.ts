import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { serverUser, startPostgresServer } from "./postgres-server.conformance.ts";
import { openPostgresStorage } from "./postgres-storage.ts";

const appVersion = "0.1.0";

test("a server that wants TLS is reached with its authority alone, and each other case says what to do", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "handshake-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  let right: Certificate;
  let wrong: Certificate;
  try {
    [right, wrong] = [makeCertificate(folder, "right"), makeCertificate(folder, "wrong")];
  } catch (error) {
    return context.skip(`no openssl to make a certificate with: ${String(error)}`);
  }
  const rules = join(folder, "pg_hba.conf");
  writeFileSync(rules, "hostssl all all 127.0.0.1/32 scram-sha-256\n");
  const start = async (settings: Readonly<Record<string, string>>) => {
    const server = await startPostgresServer({ settings });
    onTestFinished(() => server.stop());
    return (host: string, parameters: Readonly<Record<string, string>>) => {
      const url = new URL(server.url);
      url.hostname = host;
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.toString();
    };
  };
  let secured: Awaited<ReturnType<typeof start>>;
  try {
    secured = await start({
      ssl: "on",
      ssl_cert_file: right.certificate,
      ssl_key_file: right.key,
      hba_file: rules,
    });
  } catch (error) {
    return context.skip(`no PostgreSQL server: ${String(error)}`);
  }
  const plain = await start({});
  const full = { sslmode: "verify-full" };
  const known = { ...full, sslrootcert: right.certificate };

  const storage = await openPostgresStorage({ url: secured("localhost", known), appVersion });
  expect(await storage.countRunsByState()).toMatchObject({ running: 0 });
  await storage.close();

  const refusals: readonly (readonly [url: string, why: RegExp])[] = [
    [secured("localhost", { ...full, sslrootcert: wrong.certificate }), /add sslrootcert=/i],
    [secured("localhost", full), /add sslrootcert=/i],
    [secured("127.0.0.1", known), /certificate is of another host/],
    [secured("127.0.0.1", {}), /add sslmode=verify-full/],
    [plain("127.0.0.1", known), /the server has none.*ssl = on/],
  ];
  for (const [url, why] of refusals) {
    const error: unknown = await openPostgresStorage({ url, appVersion }).catch(
      (reason: unknown) => reason,
    );
    const told = error instanceof StorageError ? `${error.code} ${error.message}` : error;
    expect(told).toMatch(/^DENIED Could not open/);
    expect(told).toMatch(why);
  }
}, 120_000);

interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Its own authority, of `localhost` alone; the key is the server's. */
function makeCertificate(folder: string, name: string): Certificate {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key].concat(
      ["-out", certificate, "-subj", `/CN=${name}`],
      ["-addext", "subjectAltName=DNS:localhost"],
    ),
    { stdio: "pipe" },
  );
  chmodSync(key, 0o600);
  const user = serverUser();
  if (user !== null) chownSync(key, user.uid, user.gid);
  return { certificate, key };
}
