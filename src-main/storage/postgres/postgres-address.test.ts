import { expect, test } from "vitest";
import { StorageError } from "../../../app/storage/storage-error.ts";
import { parseDatabaseAddress } from "./postgres-address.ts";

test("a password with its special characters encoded reaches the driver, and is not shown", () => {
  const { connectionString, shown, schema } = parseDatabaseAddress(
    "postgresql://ada:p%40ss%2Fw%3Frd%231@db.example/team?schema=ours",
  );
  expect({ connectionString, shown, schema }).toEqual({
    connectionString: "postgresql://ada:p%40ss%2Fw%3Frd%231@db.example/team",
    shown: "postgresql://ada@db.example/team?schema=ours",
    schema: "ours",
  });
});

test("a password that cuts the address in the wrong place is refused, and no part of it is shown", () => {
  for (const password of ["p@zq/zq", "p@zq/z?zq#1", "77/zq", "77?zq", "77#zq", "pa/zq"]) {
    const message = refusalOf(`postgresql://ada:${password}@db.example:5432/team`);
    expect(message).toMatch(/URL-encoded: @ as %40/);
    expect(message).not.toMatch(/zq|77/);
  }
});

test("a schema that PostgreSQL keeps for itself is refused", () => {
  expect(refusalOf("postgresql://ada@db.example/team?schema=pg_mine")).toMatch(/begins with pg_/);
});

test("each sslmode that asks for TLS checks the certificate, and an unknown one is refused", () => {
  const modeOf = (mode: string) =>
    new URL(
      parseDatabaseAddress(`postgresql://ada@db.example/team?sslmode=${mode}`).connectionString,
    ).searchParams.get("sslmode");
  expect(["require", "verify-ca", "verify-full", "disable", "no-verify"].map(modeOf)).toEqual([
    "verify-full",
    "verify-full",
    "verify-full",
    "disable",
    "no-verify",
  ]);
  expect(refusalOf("postgresql://ada@db.example/team?sslmode=verifyfull")).toMatch(
    /sslmode "verifyfull".* is not known. Use verify-full/,
  );
});

function refusalOf(text: string): string {
  try {
    parseDatabaseAddress(text);
  } catch (error) {
    if (error instanceof StorageError && error.code === "DENIED") return error.message;
  }
  throw new Error("it was not refused as DENIED");
}
