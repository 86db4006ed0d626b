/** JSON text whose strings that look like keys, tokens and passwords are replaced by what they are. */
export interface MaskedText {
  /** Still JSON. */
  readonly text: string;
  readonly masked: number;
}

/**
 * Masks by pattern, for views, copies and exports: what is stored stays as it is. Known secrets never
 * get this far (engine.md §8); this is for those that nobody declared.
 */
export function maskSecrets(text: string): MaskedText {
  let masked = 0;
  const mark = (what: string): string => {
    masked += 1;
    return `••••• (${what})`;
  };
  const byName = text.replaceAll(
    namedSecret,
    (whole, name: string, between: string, value: string) =>
      value === "" ? whole : `"${name}"${between}"${mark(name.toLowerCase())}"`,
  );
  const byShape = shapes.reduce(
    (rest, [what, shape]) => rest.replaceAll(shape, () => mark(what)),
    byName,
  );
  return { text: byShape, masked };
}

/** A member whose name says that its string is secret. */
const namedSecret =
  /"((?:x-)?api[_-]?key|(?:access|refresh|auth|id|session)[_-]?token|authorization|proxy-authorization|password|passwd|client[_-]?secret|private[_-]?key|set-cookie|cookie)"(\s*:\s*)"((?:[^"\\]|\\.)*)"/gi;

// Quantifiers are bounded or single, so that a line of 10 MB takes linear time.
const shapes = [
  ["jwt", /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,2048}/g],
  ["bearer", /\b[Bb]earer [A-Za-z0-9._~+/=-]{12,4096}/g],
  ["api_key", /\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{1,12}[-_]){0,3}[A-Za-z0-9_-]{20,256}/g],
  ["github_token", /\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{40,255})/g],
  ["aws_key", /\bA(?:KIA|SIA)[0-9A-Z]{16}\b/g],
  ["slack_token", /\bxox[abprs]-[A-Za-z0-9-]{10,250}/g],
  ["google_key", /\bAIza[0-9A-Za-z_-]{35}/g],
  [
    "private_key",
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\\nr\s]{0,16384}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  ],
] as const;
