import { expect, test } from "vitest";
import { machineIdentity } from "./machine-identity.ts";

test("[R4] this process, boot and machine are the same at every look, and the machine's own id is not in them", () => {
  const identity = machineIdentity();
  expect(machineIdentity()).toEqual(identity);
  expect(identity).toMatchObject({
    pid: process.pid,
    processStartedAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    bootId: expect.stringMatching(/./) as unknown,
    machineId: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
  });
  expect(Date.parse(identity.processStartedAt)).toBeLessThanOrEqual(Date.now());
});
