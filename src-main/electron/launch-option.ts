/** The value of `--name VALUE` or `--name=VALUE`; empty when the value is missing, undefined without the option. */
export function launchOption(argv: readonly string[], name: string): string | undefined {
  const at = argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  const argument = argv[at];
  if (argument === undefined) return undefined;
  return argument === name ? (argv[at + 1] ?? "") : argument.slice(name.length + 1);
}
