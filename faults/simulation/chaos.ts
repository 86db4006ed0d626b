import { pass, settleMicrotasks } from "./sim-clock.ts";
import type { SimProcess } from "./sim-process.ts";
import type { World } from "./world.ts";
import { bury, startNext } from "./world.ts";

/** One thing that may happen next. */
interface Move {
  readonly name: string;
  readonly weight: number;
  perform(): void | Promise<void>;
}

/** Makes one random move: something goes on, a person acts, or something goes wrong. */
export async function chaos(world: World): Promise<void> {
  const { process, zombie } = world;
  const { random } = world.machine;
  if (process === null || process.isDead) {
    const crashes = mayCrash(world) && random.chance(0.25);
    await startNext(world, crashes ? random.between(1, 40) : null);
    return;
  }
  await perform(world, [
    ...movesOf(world, process),
    ...(zombie === null ? [] : movesOf(world, zombie)),
    ...accidents(world, process),
  ]);
}

async function perform(world: World, moves: readonly Move[]): Promise<void> {
  const { random, time } = world.machine;
  let choice = random.next() * moves.reduce((sum, { weight }) => sum + weight, 0);
  for (const move of moves) {
    choice -= move.weight;
    if (choice >= 0) continue;
    world.trace(`${Math.round(time.monotonic)} ms: ${move.name}`);
    await move.perform();
    break;
  }
  await settleMicrotasks();
  await bury(world);
}

/** What goes on by itself in a process. */
function movesOf(world: World, process: SimProcess): Move[] {
  if (process.isDead) return [];
  const { clock, storageTurns, gates } = process;
  const moves: Move[] = [];
  const add = (what: string, weight: number, performIt: () => void): void => {
    moves.push({ name: `process ${process.number}: ${what}`, weight, perform: performIt });
  };
  if (clock.turns.length > 0) add("turn", 40, () => clock.turns.shift()?.());
  if (storageTurns.length > 0) add("storage", 40, () => storageTurns.shift()?.());
  if (gates.length > 0) {
    const index = world.machine.random.below(gates.length);
    add(gates[index]?.label ?? "", 20, () => gates.splice(index, 1)[0]?.open());
  }
  const remainingMs = clock.remainingMs();
  if (remainingMs !== null) {
    add(`timer in ${remainingMs}`, remainingMs < 1_000 ? 8 : 3, () => clock.fireEarliest());
  }
  return moves;
}

function accidents(world: World, process: SimProcess): Move[] {
  const { random, time } = world.machine;
  const moves: Move[] = [];
  const add = (name: string, weight: number, performIt: Move["perform"]): void => {
    moves.push({ name, weight, perform: performIt });
  };
  add("time passes", 2, () => pass(time, random.below(2_000)));
  if (process.isAccepting && !process.isStopping) {
    add("a person acts", 4, () => world.people.act(process));
  }
  if (!process.isStopping) add("quit", 0.2, () => quit(world, process));
  add("the clock jumps", 0.3, () => jump(world));
  if (process.fault === null || process.fault.remaining <= 0) {
    add("storage fails", 0.5, () => beginFault(world, process));
  }
  if (!mayCrash(world)) return moves;
  add("crash", 1, () => crash(world, process));
  add("crash in storage soon", 1, () => {
    process.crashIn = random.between(1, 60);
  });
  if (world.zombie === null) add("takeover", 0.4, () => takeOver(world, process));
  return moves;
}

function mayCrash({ figures, mostCrashes }: World): boolean {
  return figures.crashes < mostCrashes;
}

function crash(world: World, process: SimProcess): void {
  world.figures.crashes += 1;
  process.kill();
  if (world.machine.random.chance(0.25)) world.machine.boot += 1;
}

function quit(world: World, process: SimProcess): void {
  world.figures.quits += 1;
  process.isStopping = true;
  const drainMs = world.machine.random.pick([0, 500, 20_000]);
  const isSpoilt = (): boolean => process.isDead || process.hadFault || process.isFenced;
  process.engine.stop({ drainMs }).then(
    () => {
      if (!isSpoilt()) checkStopped(world);
      process.kill();
    },
    (error: unknown) => {
      if (!isSpoilt()) world.machine.problem(`the quit failed: ${String(error)}`);
      process.kill();
    },
  );
}

function checkStopped({ database, machine }: World): void {
  for (const run of database.runs())
    if (run.status === "running") machine.problem(`run ${run.runId} is running after a clean quit`);
}

/** A second process takes over while the first one goes on, as after a lost lease. */
async function takeOver(world: World, process: SimProcess): Promise<void> {
  world.figures.takeovers += 1;
  world.figures.crashes += 1;
  process.isFenced = true;
  world.zombie = process;
  world.process = null;
  await startNext(world, null);
}

function beginFault(world: World, process: SimProcess): void {
  world.figures.faults += 1;
  const { random } = world.machine;
  process.fault = {
    code: random.pick(["FULL", "BUSY", "IO"]),
    reaches: random.pick(["reads", "writes", "writes", "all"]),
    isAnswerLost: random.chance(0.3),
    remaining: random.between(1, 6),
  };
}

function jump(world: World): void {
  const { random, time } = world.machine;
  const jumpMs = random.pick([-600_000, -60_000, -500, 500, 60_000, 600_000, 86_400_000]);
  time.wall += jumpMs;
  world.setBackMs += Math.max(0, -jumpMs);
}
