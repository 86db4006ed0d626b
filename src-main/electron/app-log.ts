import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import logger from "electron-log/node.js";
import type { LogLevel } from "../../app/contract/run.ts";

/** The app's own log. Paths, inputs and outputs of runs are never written at info. */
export interface AppLog {
  write(level: LogLevel, source: string, message: string): void;
}

/** Where there is no folder to write into. */
export const noLog: AppLog = { write: () => undefined };

const maxBytes = 2 * 1024 * 1024;
const longestMessage = 8_000;

/** Written by the main thread only; other threads send their records here. */
export function openAppLog(dataFolder: string): AppLog {
  const file = join(dataFolder, "logs", "handshake.log");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { transports } = logger;
  transports.console.level = process.env["HANDSHAKE_DEBUG"] === "1" ? "debug" : false;
  transports.file.level = "info";
  // It would look for a package.json around the current folder, and write nothing where there is none.
  transports.file.setAppName("handshake");
  transports.file.resolvePathFn = () => file;
  transports.file.maxSize = maxBytes;
  transports.file.writeOptions = { flag: "a", mode: 0o600, encoding: "utf8" };
  return {
    write(level, source, message) {
      logger[level](`[${source}] ${message.slice(0, longestMessage)}`);
    },
  };
}
