import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { commonOptions, optionTable } from "./options.ts";

export function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return [
    "handshake: runs workflows that survive a crash",
    "",
    "Usage: handshake COMMAND [ARGUMENTS] [--data DIR] [--database URL] [--json] [--help]",
    "",
    ...list,
    "",
    "RUN is a run's id, the first 6 or more characters of it, or the word last.",
    "`handshake COMMAND --help` explains a command. Exit codes: 0 completed, 1 failed or",
    "cancelled, 2 wrong usage or file, 3 waits for a person or stalled, 4 storage or",
    "ownership, 130 interrupted (the run can be resumed).",
  ].join("\n");
}

export function commandHelp(command: Command): string {
  const names = [...command.options, ...commonOptions];
  const options = names.map((name) => {
    const { takes, about } = optionTable[name];
    return { left: `--${name}${takes === null ? "" : ` ${takes}`}`, about };
  });
  const width = Math.max(...options.map(({ left }) => left.length)) + 2;
  return [
    `handshake ${command.name}: ${command.summary}`,
    "",
    `Usage: handshake ${command.name} ${command.usage}`.trimEnd(),
    "",
    ...(command.help === "" ? [] : [command.help, ""]),
    ...options.map(({ left, about }) => `  ${left.padEnd(width)}${about}`),
  ].join("\n");
}
