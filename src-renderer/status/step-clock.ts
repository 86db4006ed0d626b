import { isEngineHeard } from "../store/engine-heard.ts";

const stepMs = 250;
const stepsPerTurn = 8;

let holders = 0;
let timer: number | null = null;
let step = 0;

isEngineHeard.subscribe(setTimer);

/** Keeps the shared 4 Hz clock going while a running glyph is on screen; returns how to let go of it. */
export function holdStepClock(): () => void {
  holders += 1;
  if (holders === 1) document.addEventListener("visibilitychange", setTimer);
  setTimer();
  return () => {
    holders -= 1;
    if (holders === 0) document.removeEventListener("visibilitychange", setTimer);
    setTimer();
  };
}

/** The clock stands still when nothing runs, when the window is hidden, and under reduced motion. */
function setTimer(): void {
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isAlive = document.visibilityState === "visible" && isEngineHeard.get();
  const isWanted = holders > 0 && isAlive && !isCalm;
  if (isWanted && timer === null) timer = window.setInterval(turn, stepMs);
  if (!isWanted && timer !== null) {
    window.clearInterval(timer);
    timer = null;
  }
}

function turn(): void {
  step = (step + 1) % stepsPerTurn;
  document.documentElement.style.setProperty("--step", String(step));
}
