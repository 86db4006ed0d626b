import { randomBytes, timingSafeEqual } from "node:crypto";
import { hash } from "node:crypto";

/** The token in the address that is printed: good for one exchange, and for an hour. */
export interface OneTimeTokens {
  issue(): string;
  /** Used up by the first who shows it. */
  redeem(token: string): "good" | "wrong" | "expired";
}

const lifetimeMs = 60 * 60_000;
/** A new address does not spoil the one printed before; older ones end. */
const keptTokens = 4;

export function createOneTimeTokens(now: () => number): OneTimeTokens {
  let tokens: { readonly digest: Buffer; readonly until: number }[] = [];
  return {
    issue() {
      const token = randomBytes(32).toString("base64url");
      tokens = [...tokens, { digest: digestOf(token), until: now() + lifetimeMs }].slice(
        -keptTokens,
      );
      return token;
    },
    redeem(token) {
      const digest = digestOf(token);
      const found = tokens.find((known) => timingSafeEqual(known.digest, digest));
      if (found === undefined) return "wrong";
      tokens = tokens.filter((known) => known !== found);
      return found.until >= now() ? "good" : "expired";
    },
  };
}

function digestOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
