import * as z from "zod";
import { LogLevel } from "./run.ts";

const bytes = z.number().int().nonnegative();

export const Backup = z.strictObject({
  name: z.string(),
  at: z.iso.datetime(),
  schemaVersion: z.number().int(),
  reason: z.string(),
});
export type Backup = z.infer<typeof Backup>;

/** One part of a diagnostics file, exactly as it would be saved. */
export const DiagnosticsPart = z.strictObject({
  name: z.string(),
  /** In plain words: what it holds. */
  words: z.string(),
  bytes,
  text: z.string(),
});
export type DiagnosticsPart = z.infer<typeof DiagnosticsPart>;

/** Where the data is moved by the next start. */
export const MovePlan = z.strictObject({ to: z.string(), bytes });
export type MovePlan = z.infer<typeof MovePlan>;

const FolderPath = z.string().min(1).max(4_000);

/** What a person chose in the system's own dialog; null where none was. */
export const ChosenFolder = z.strictObject({ folder: FolderPath.nullable() });
export type ChosenFolder = z.infer<typeof ChosenFolder>;

export const dataRequests = {
  "data.info": {
    input: z.strictObject({}),
    output: z.strictObject({
      folder: z.string(),
      /** Whether its host can show the folder in the system's file manager: `data.reveal`. */
      canReveal: z.boolean(),
      /** Whether its host can end and start again: `app.restart`. */
      canRestart: z.boolean(),
      /** Whether its host has a dialog to choose a folder in: `data.chooseFolder`. */
      canChooseFolder: z.boolean(),
      move: MovePlan.nullable(),
      /** The database that runs are in: its file, or its address without a password. */
      location: z.string(),
      canBackUp: z.boolean(),
      databaseBytes: bytes,
      blobBytes: bytes,
      /** Of its disk; null where the system does not tell. */
      freeBytes: bytes.nullable(),
      /** Newest first. */
      backups: z.array(Backup),
      /** What `handshake doctor` says of the database. */
      storage: z.strictObject({
        backend: z.enum(["sqlite", "postgres"]),
        version: z.string(),
        schemaVersion: z.number().int(),
        settings: z.record(z.string(), z.string()),
      }),
      app: z.strictObject({ version: z.string(), node: z.string(), platform: z.string() }),
    }),
  },
  /**
   * Which database runs are kept in from the next start on: its address, or null for the data folder's own
   * file. It is connected to first; BAD_REQUEST or UNAVAILABLE say why that cannot be. Moves no runs.
   */
  "data.chooseDatabase": {
    input: z.strictObject({ url: z.string().max(2_000).nullable() }),
    output: z.strictObject({
      /** Without its password. */
      location: z.string(),
      /** HANDSHAKE_DATABASE_URL or --database come before what is set here. */
      isOverruled: z.boolean(),
    }),
  },
  /** Shows the data folder in the system's file manager; UNAVAILABLE where there is no desktop. */
  "data.reveal": {
    input: z.strictObject({}),
    output: z.strictObject({}),
  },
  /**
   * Where the data folder is to be from the next start on, or null: where it is. BAD_REQUEST says why that
   * place will not do. Until then everything stays as it is.
   */
  "data.move": {
    input: z.strictObject({ folder: FolderPath.nullable() }),
    output: z.strictObject({ move: MovePlan.nullable() }),
  },
  /** Opens the system's dialog and waits for the person; UNAVAILABLE in browser mode. Changes nothing. */
  "data.chooseFolder": { input: z.strictObject({}), output: ChosenFolder },
  /** Ends the app and starts it again, as a person who quits: UNAVAILABLE in browser mode. */
  "app.restart": {
    input: z.strictObject({}),
    output: z.strictObject({}),
  },
  "data.backup": {
    input: z.strictObject({}),
    output: z.strictObject({ backup: Backup }),
  },
  /** Everything that `diagnostics.export` would save: no payloads, names, paths or secrets. */
  "diagnostics.preview": {
    input: z.strictObject({}),
    output: z.strictObject({ parts: z.array(DiagnosticsPart) }),
  },
  /** The file of the parts that the person left ticked. Nothing is sent anywhere. */
  "diagnostics.export": {
    input: z.strictObject({ parts: z.array(z.string()).min(1).max(20) }),
    output: z.strictObject({ fileName: z.string(), text: z.string() }),
  },
  /** A record of the screens for the app's log: at most 20 a second, else BUSY. Never payloads. */
  "log.write": {
    input: z.strictObject({ level: LogLevel, message: z.string().max(8_000) }),
    output: z.strictObject({}),
  },
} as const;
