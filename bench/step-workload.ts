import { join } from "node:path";
import type { LongestBlock } from "./block-ticker.ts";
import { type EngineRounds, openEngineRounds, type RoundWork } from "./engine-rounds.ts";
import { type Figure, figureOf, median, type Target } from "./figure.ts";
import { openFloorA } from "./floor-a.ts";
import { openFloorB } from "./floor-b.ts";
import { preSizing } from "./pre-size-wal.ts";
import { alternateRounds, ratios, type Side, type SideTimes } from "./rounds.ts";
import type { WorkloadOptions, WorkloadReport } from "./workload.ts";

/** Runs whose steps do nothing, so that what is measured is the engine. */
export interface StepWork extends RoundWork {
  /** How many steps the engine can end in one turn: floor (b) ends as many. */
  readonly width: number;
  /** Those steps are side by side in one run, and not one of each run. */
  readonly isOneRun?: boolean;
  readonly conditions?: readonly string[];
  readonly targets: {
    readonly ratio: Target;
    readonly commits?: Target;
    readonly block?: Target;
  };
}

/** Floor (a) costs the same for each step: it needs no more of them. */
const mostFloorSteps = 1_000;
const watchedRounds = 3;

/** Measures the engine beside its floors. */
export async function measureSteps(
  work: StepWork,
  options: WorkloadOptions,
): Promise<WorkloadReport> {
  const steps = work.runs * work.nodesARun;
  const engine = await openEngineRounds(join(options.folder, "engine"), work);
  const sides: Side[] = [{ name: "engine", steps, round: () => engine.timed() }];
  const floors = options.isEngineOnly ? null : openFloors(work, steps, options.folder);
  if (floors !== null) sides.push(...floors.sides);
  const times = await alternateRounds({ ...options, sides });
  const blocks = options.isEngineOnly ? [] : await watch(engine);
  floors?.close();
  const failures = await engine.close();

  const kept = (rounds: readonly number[]): readonly number[] => rounds.slice(options.warmUps);
  return {
    conditions: [preSizing, ...(work.conditions ?? [])],
    figures: [
      ...timeFigures(work, times),
      figureOf("engine, processor time", kept(engine.processorUsAStep), "µs a step"),
      figureOf("commits a step", kept(engine.commitsAStep), "", work.targets.commits),
      ...blockFigures(blocks, work.targets.block),
    ],
    rounds: Object.fromEntries(
      times.map(({ name, usPerStep }) => [`${name}, µs a step`, usPerStep]),
    ),
    failures,
  };
}

async function watch(engine: EngineRounds): Promise<readonly LongestBlock[]> {
  const blocks: LongestBlock[] = [];
  for (let round = 0; round < watchedRounds; round += 1) blocks.push(await engine.watched());
  return blocks;
}

function openFloors(work: StepWork, steps: number, folder: string) {
  const floorA = openFloorA(folder);
  const floorB = openFloorB(folder);
  const stepsOfA = Math.min(steps, mostFloorSteps);
  const { width, isOneRun = false } = work;
  const shape = { turns: Math.ceil(steps / width), width, isOneRun };
  const sides: readonly Side[] = [
    { name: "floor (a)", steps: stepsOfA, round: () => floorA.run(stepsOfA) },
    { name: "floor (b)", steps: shape.turns * width, round: () => floorB.run(shape) },
  ];
  return {
    sides,
    close(): void {
      floorA.close();
      floorB.close();
    },
  };
}

function timeFigures({ targets }: StepWork, times: readonly SideTimes[]): Figure[] {
  const [engine, floorA, floorB] = times;
  const figures = times.map(({ name, usPerStep }) => figureOf(name, usPerStep, "µs a step"));
  if (engine === undefined || floorA === undefined || floorB === undefined) return figures;
  const perSecond = engine.usPerStep.map((us) => 1_000_000 / us);
  return [
    ...figures,
    figureOf("engine", perSecond, "steps/s"),
    figureOf("× floor (a)", ratios(engine, floorA), "×", targets.ratio),
    figureOf("× floor (b)", ratios(engine, floorB), "×"),
  ];
}

/** The longest of all watched rounds is judged, and what the disk had to do with it is said. */
function blockFigures(blocks: readonly LongestBlock[], target: Target | undefined): Figure[] {
  const [worst] = blocks.toSorted((a, b) => b.ms - a.ms);
  if (worst === undefined) return [];
  const inCommit = `${worst.commitMs.toFixed(1)} ms of it in a commit`;
  const typical = `median of ${blocks.length} rounds ${median(blocks.map(({ ms }) => ms)).toFixed(1)} ms`;
  const otherMs = Math.max(...blocks.map((block) => block.otherMs));
  return [
    {
      name: "longest block of the thread",
      value: worst.ms,
      unit: "ms",
      note: `${inCommit}; ${typical}; outside commits at most ${otherMs.toFixed(1)} ms`,
      ...(target === undefined ? {} : { target }),
    },
  ];
}
