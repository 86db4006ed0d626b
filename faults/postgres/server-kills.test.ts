import { expect, test } from "vitest";
import { startPostgresServer } from "../../src-main/storage/postgres/postgres-server.conformance.ts";
import { serverKills } from "./server-kills.ts";

const kills = 5;
const seed = 1;

// The other 50 by hand: node faults/postgres/run.ts --kills 50
test(
  `[ST-01] [ST-06] the database server is killed ${kills} times under load: nothing acknowledged is lost, nothing is done twice`,
  { timeout: 240_000 },
  async (context) => {
    const reason = await whyNoServer();
    if (reason !== null) return context.skip(`no PostgreSQL server: ${reason}`);
    const { problems, ...figures } = await serverKills({ seed, kills });
    console.log(`server kills: ${JSON.stringify(figures)}`);
    const again = `node faults/postgres/run.ts --seed ${seed} --kills ${kills}`;
    expect(problems, again).toEqual([]);
    expect(figures.kills).toBe(kills);
    expect(figures.pauses).toBeGreaterThan(0);
  },
);

/** A server that can be killed has to be our own: TEST_DATABASE_URL is no help here. */
async function whyNoServer(): Promise<string | null> {
  try {
    await (await startPostgresServer()).stop();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
