import { isTerminal, JobState } from "../../app/model/job.ts";
import { settleMicrotasks } from "./sim-clock.ts";
import type { RunRow } from "./sim-database.ts";
import type { SimProcess } from "./sim-process.ts";
import type { World } from "./world.ts";
import { startNext } from "./world.ts";

/** Without any event for this long, with everybody answering, a run hangs. */
const longestSilenceMs = 15 * 60_000;
const mostMoves = 40_000;
/** A read that failed is tried again before that. */
const longestPauseMs = 60_000;

/**
 * Nothing goes wrong any more, the clock goes on, and people answer everything: every run has to end,
 * and whoever asked for something has to get an answer.
 */
export async function calmDown(world: World): Promise<void> {
  const { machine } = world;
  world.trace("calm");
  world.zombie?.kill();
  world.zombie = null;
  if (world.process !== null) {
    world.process.crashIn = null;
    if (world.process.fault !== null) world.process.fault.remaining = 0;
  }
  let events = -1;
  /** The number of events when people last did something; null after a timer. */
  let helpedAt: number | null = null;
  let silentSince = machine.time.monotonic;
  for (let moves = 0; world.problems.length === 0; moves += 1) {
    if (moves > mostMoves) return machine.problem(`it never rests: ${unfinished(world)}`);
    const process = await livingProcess(world);
    if (process === null) return machine.problem("no process could be started");
    if (await workOff(world, process)) continue;
    // Once between two timers: whoever is told to try again later does so later.
    const before = countEvents(world);
    if (helpedAt !== before && (await help(world, process))) {
      helpedAt = before;
      continue;
    }
    helpedAt = null;
    if (isAllOver(world) && !process.isStopping) break;
    if (events !== countEvents(world)) {
      events = countEvents(world);
      silentSince = machine.time.monotonic;
    }
    if (machine.time.monotonic - silentSince > longestSilenceMs + world.setBackMs)
      return machine.problem(`it hangs: ${unfinished(world)}`);
    process.clock.fireEarliest();
    await settleMicrotasks();
  }
  await checkNobodyWaits(world);
}

export function countEvents({ database }: World): number {
  return database.runs().reduce((sum, run) => sum + run.lastSeq, 0);
}

async function livingProcess(world: World): Promise<SimProcess | null> {
  if (world.process?.isDead === true) world.process = null;
  if (world.process === null) await startNext(world, null);
  return world.process;
}

/** Lets something go on that can without time passing; false when there was nothing. */
async function workOff(world: World, process: SimProcess): Promise<boolean> {
  const { clock, storageTurns, gates } = process;
  const turn = clock.turns.shift() ?? storageTurns.shift();
  if (turn !== undefined) turn();
  else {
    const index = world.machine.random.below(Math.max(1, gates.length));
    const [gate] = gates.splice(index, 1);
    if (gate === undefined) return false;
    gate.open();
  }
  await settleMicrotasks();
  return true;
}

async function help(world: World, process: SimProcess): Promise<boolean> {
  if (!process.isAccepting || process.isStopping || !world.people.help(process)) return false;
  await settleMicrotasks();
  return true;
}

function isOver(run: RunRow): boolean {
  return isTerminal(JobState.parse(run.status));
}

function isAllOver({ database }: World): boolean {
  return database.runs().every(isOver);
}

function unfinished({ database }: World): string {
  const describe = ({ runId, status }: RunRow): string => {
    const nodes = database.nodes(runId).map((node) => `${node.nodePath} ${node.status}`);
    return `run ${runId} is ${status} (${nodes.join(", ")})`;
  };
  return database
    .runs()
    .filter((run) => !isOver(run))
    .map(describe)
    .join("; ");
}

async function checkNobodyWaits(world: World): Promise<void> {
  const { process, people, machine } = world;
  if (process === null || process.isDead) return;
  const endsAt = machine.time.monotonic + longestPauseMs;
  while (await workOff(world, process));
  while (people.waiting(process).length > 0 && machine.time.monotonic < endsAt) {
    process.clock.fireEarliest();
    await settleMicrotasks();
    while (await workOff(world, process));
  }
  for (const what of people.waiting(process)) machine.problem(`never answered: ${what}`);
}
