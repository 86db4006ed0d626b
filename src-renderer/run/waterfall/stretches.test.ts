import { describe, expect, test } from "vitest";
import { endedAxis } from "./axis-end.ts";
import { listBandSwitches, listStretches, nameOfStretch, switchPx } from "./stretches.ts";
import { makeTimeScale } from "./time-scale.ts";

const minute = 60_000;
const timeline = {
  startMs: 0,
  busy: [
    { startMs: 0, endMs: minute },
    { startMs: 4 * minute, endMs: 5 * minute },
    { startMs: 8 * minute, endMs: 9 * minute },
  ],
  busySinceMs: null,
  gaps: [{ kind: "app_closed" as const, startMs: 5 * minute, endMs: 8 * minute }],
};
const endMs = 9 * minute;
const stretches = listStretches(timeline, { endMs, knownMs: endMs });

/** The switches of a lane of 400 px in which `opened` stand at full length. */
function switchesOf(opened: readonly string[], { factor = 1, panX = 0 } = {}) {
  const collapsed = stretches.filter(({ key }) => !opened.includes(key));
  const scale = makeTimeScale({ startMs: 0, endMs, widthPx: 400 * factor, collapsed });
  const given = { stretches, opened: new Set(opened), scale, panX, laneWidthPx: 400 };
  return { scale, switches: listBandSwitches(given) };
}

describe("stretches without work", () => {
  test("are idle time and the time while the app was closed, in order", () => {
    expect(stretches.map(({ key }) => key)).toEqual([`idle ${minute}`, `app_closed ${5 * minute}`]);
    expect(stretches.map(nameOfStretch)).toEqual(["Idle 3 min", "App closed 3 min"]);
    const unended = {
      ...timeline,
      gaps: [{ ...timeline.gaps[0], kind: "app_closed", startMs: 5 * minute, endMs: null }],
    } as const;
    expect(listStretches(unended, { endMs, knownMs: endMs }).map(nameOfStretch)).toEqual([
      "Idle 3 min",
      "App closed since then",
    ]);
  });

  test("end with the run, and those of a live run have no length yet", () => {
    const ended = { ...timeline, endMs: 20 * minute, lastMs: 9 * minute };
    const axis = endedAxis(ended);
    // It worked for three minutes.
    expect(axis).toEqual({ endMs: 20 * minute + 0.06 * 3 * minute, knownMs: 20 * minute });
    expect(listStretches(ended, axis).map(nameOfStretch)).toEqual([
      "Idle 3 min",
      "App closed 3 min",
      "Idle 11 min",
    ]);
    const live = listStretches(timeline, { endMs: 20 * minute, knownMs: 20 * minute });
    expect(live.map(nameOfStretch).at(-1)).toBe("Idle since then");
  });

  test("have a switch over their band, and at their beginning once they are open", () => {
    const closed = switchesOf([]);
    const [idleBand, closedBand] = closed.scale.bands;
    expect(closed.switches.map(({ name, isOpen, x }) => ({ name, isOpen, x }))).toEqual([
      { name: "Idle 3 min", isOpen: false, x: (idleBand?.x ?? 0) + 2 },
      { name: "App closed 3 min", isOpen: false, x: (closedBand?.x ?? 0) + 2 },
    ]);
    const open = switchesOf([`idle ${minute}`]);
    expect(open.scale.bands).toHaveLength(1);
    expect(open.switches.map(({ key, isOpen }) => [key, isOpen])).toEqual([
      [`idle ${minute}`, true],
      [`app_closed ${5 * minute}`, false],
    ]);
    expect(open.switches[0]?.x).toBeCloseTo(open.scale.toX(minute) + 2, 6);
  });

  test("that are open keep their switch in view while any of them is", () => {
    // The lane shows the middle of what is open.
    const { switches } = switchesOf([`idle ${minute}`], { factor: 10, panX: 1_500 });
    expect(switches.map(({ key, x }) => [key, x])).toEqual([[`idle ${minute}`, 0]]);
    expect(switchesOf([`idle ${minute}`], { factor: 10, panX: 0 }).switches).toEqual([]);
  });

  test("have switches that never lie over each other, however many they are", () => {
    const many = Array.from({ length: 60 }, (_, index) => ({
      kind: "sleep" as const,
      startMs: index * minute + 1,
      endMs: (index + 1) * minute - 1,
    }));
    const all = listStretches(
      { startMs: 0, busy: [], busySinceMs: null, gaps: many },
      { endMs: 60 * minute, knownMs: 60 * minute },
    );
    const scale = makeTimeScale({ startMs: 0, endMs: 60 * minute, widthPx: 400, collapsed: all });
    const given = { stretches: all, opened: new Set<string>(), scale, panX: 0, laneWidthPx: 400 };
    const places = listBandSwitches(given).map(({ x }) => x);
    expect(places.length).toBeGreaterThan(8);
    for (const [index, x] of places.entries()) {
      expect(x - (places[index - 1] ?? -switchPx)).toBeGreaterThanOrEqual(switchPx);
    }
  });
});
