/** Documentation that the screens may link to; whatever else a run's text holds stays text. */
const documentationHosts: ReadonlySet<string> = new Set(["docs.jsonata.org", "json-schema.org"]);

/** Only https, only these hosts, no port, no user: a link never carries anything of ours away. */
export function mayOpenOutside(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port, username, password } = new URL(url);
  const isPlain = port === "" && username === "" && password === "";
  return protocol === "https:" && isPlain && documentationHosts.has(hostname);
}
