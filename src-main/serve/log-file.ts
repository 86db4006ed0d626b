import { join } from "node:path";
import log from "electron-log/node.js";
import type { LogLevel } from "../../app/contract/run.ts";

export type Log = (level: LogLevel, source: string, message: string) => void;

const mostBytes = 5 * 1024 * 1024;

/** The app's own log, in the data folder, one older file beside it. Never payloads. */
export function openLogFile(dataFolder: string): Log {
  log.transports.console.level = false;
  // It would look for a package.json around the current folder, and write nothing where there is none.
  log.transports.file.setAppName("handshake");
  log.transports.file.resolvePathFn = () => join(dataFolder, "logs", "handshake.log");
  log.transports.file.maxSize = mostBytes;
  log.transports.file.writeOptions = { mode: 0o600, flag: "a", encoding: "utf8" };
  log.transports.file.format = "{iso} [{level}] {text}";
  return (level, source, message) => log[level](`${source}: ${message}`);
}
