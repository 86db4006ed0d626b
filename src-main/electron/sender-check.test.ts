import { expect, test } from "vitest";
import { whyRefused, type Sender } from "./sender-check.ts";

const origin = "app://handshake";
const ours = { origin, isOurs: (id: number) => id === 1 };

test("the main frame of a window of ours is listened to", () => {
  expect(whyRefused(sentBy({}), ours)).toBeNull();
});

test.for([
  ["its frame is gone", { senderFrame: null }],
  ["it is not a main frame", { senderFrame: { parent: {}, origin } }],
  [
    "it is of a foreign origin",
    { senderFrame: { parent: null, origin: "https://foreign.example" } },
  ],
  ["it is of a foreign origin", { senderFrame: { parent: null, origin: "null" } }],
  [
    "it is of a foreign origin",
    { senderFrame: { parent: null, origin: `${origin}.evil.example` } },
  ],
  ["its window has no bridge", { sender: { id: 2 } }],
] as const)("refused: %s", ([reason, sender]) => {
  expect(whyRefused(sentBy(sender), ours)).toBe(reason);
});

function sentBy(part: Partial<Sender>): Sender {
  return { senderFrame: { parent: null, origin }, sender: { id: 1 }, ...part };
}
