import * as z from "zod";
import {
  containsPath,
  formatFilePath,
  parseFilePath,
  resolveFilePath,
  type FilePath,
} from "./file-path.ts";

/** What a capability is about: sending to an origin, running a program, a folder, a secret. */
export const CapabilityFamily = z.enum(["net", "shell", "fs.read", "fs.write", "secret"]);
export type CapabilityFamily = z.infer<typeof CapabilityFamily>;

/** Something that a workflow declares, that a node needs and that a person grants. Made by `parseCapability`. */
export interface Capability {
  readonly family: CapabilityFamily;
  /** Normalised: an origin, a program's name or absolute path, a folder, a secret's name. */
  readonly scope: string;
  /** `family:scope`, the one spelling of it. */
  readonly text: string;
}

export type ParsedCapability =
  | { readonly ok: true; readonly capability: Capability }
  | { readonly ok: false; readonly problem: string };

/** Reads `net:ORIGIN`, `shell:PROGRAM`, `fs.read:DIR`, `fs.write:DIR` or `secret:NAME`; nothing else parses. */
export function parseCapability(text: string): ParsedCapability {
  const colon = text.indexOf(":");
  const family = CapabilityFamily.safeParse(text.slice(0, Math.max(colon, 0)));
  if (!family.success) return { ok: false, problem: `it begins with none of ${families}` };
  const scope = parseScope(family.data, text.slice(colon + 1));
  return scope.ok
    ? { ok: true, capability: capabilityOf(family.data, scope.scope) }
    : { ok: false, problem: scope.problem };
}

/** Whether who holds `grant` may do `wanted`. Resolve relative folders first; links are the caller's matter. */
export function covers(grant: Capability, wanted: Capability): boolean {
  if (grant.family !== wanted.family) return false;
  switch (grant.family) {
    case "net":
    case "shell":
    case "secret":
      return grant.scope === wanted.scope;
    case "fs.read":
    case "fs.write": {
      const outer = parseFilePath(grant.scope);
      const inner = parseFilePath(wanted.scope);
      return outer.ok && inner.ok && containsPath(outer.path, inner.path);
    }
  }
}

/**
 * A relative folder becomes one in `baseDir`, an absolute path; everything else stays. Throws a
 * RangeError when that is needed and `baseDir` is no folder that a capability can name.
 */
export function resolveCapability(capability: Capability, baseDir: string): Capability {
  if (capability.family !== "fs.read" && capability.family !== "fs.write") return capability;
  const path = requirePath(capability.scope);
  if (path.root !== "") return capability;
  const resolved = resolveFilePath(requirePath(baseDir), path);
  return capabilityOf(capability.family, formatFilePath(resolved));
}

/** For a person who is asked to grant it. */
export function describeCapability(capability: Capability): string {
  const { family, scope } = capability;
  switch (family) {
    case "net":
      return `Send data to ${scope}`;
    case "shell":
      return `Run the program \`${scope}\``;
    case "fs.read":
      return `Read files in ${describeFolder(scope)}`;
    case "fs.write":
      return `Write files in ${describeFolder(scope)}`;
    case "secret":
      return `Use the secret ${scope}`;
  }
}

const families = "net:, shell:, fs.read:, fs.write:, secret:";

type Scope =
  | { readonly ok: true; readonly scope: string }
  | { readonly ok: false; readonly problem: string };

function parseScope(family: CapabilityFamily, text: string): Scope {
  switch (family) {
    case "net":
      return parseOrigin(text);
    case "shell":
      return parseProgram(text);
    case "fs.read":
    case "fs.write": {
      const parsed = parseFilePath(text);
      return parsed.ok ? { ok: true, scope: formatFilePath(parsed.path) } : parsed;
    }
    case "secret":
      return /^[A-Z][A-Z0-9_]{0,63}$/.test(text)
        ? { ok: true, scope: text }
        : { ok: false, problem: "a secret's name is like NEWS_KEY" };
  }
}

function parseOrigin(text: string): Scope {
  const problem = "an origin is like https://news.example or http://localhost:8080, without a path";
  // The URL parser forgives much: what does not look like an origin does not get there.
  if (!/^https?:\/\/[^\s/\\?#@*\p{Cc}\p{Cf}]+$/iu.test(text)) return { ok: false, problem };
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || url.origin === "null"
    ? { ok: false, problem }
    : { ok: true, scope: url.origin };
}

function parseProgram(text: string): Scope {
  if (/^[^\s/\\\p{Cc}\p{Cf}:-][^/\\\p{Cc}\p{Cf}:]*$/u.test(text) && !/^\.+$|\s$/.test(text)) {
    return { ok: true, scope: text };
  }
  const path = parseFilePath(text);
  if (path.ok && path.path.root !== "" && path.path.segments.length > 0) {
    return { ok: true, scope: formatFilePath(path.path) };
  }
  return { ok: false, problem: "a program is a name like `mail` or an absolute path" };
}

function capabilityOf(family: CapabilityFamily, scope: string): Capability {
  return { family, scope, text: `${family}:${scope}` };
}

function describeFolder(scope: string): string {
  return scope === "." ? "the workflow's folder" : scope;
}

function requirePath(text: string): FilePath {
  const parsed = parseFilePath(text);
  if (!parsed.ok) throw new RangeError(`"${text}" is no folder: ${parsed.problem}.`);
  return parsed.path;
}
