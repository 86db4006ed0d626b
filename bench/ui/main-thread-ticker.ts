// Loaded into a process by `--import`: measures the longest time in which its main thread did nothing but
// one turn, from `begin` to `end`, which the parent sends over IPC.

const everyMs = 1;
let timer: NodeJS.Timeout | null = null;
let lastAt = 0;
let longestMs = 0;

function tick(): void {
  const at = performance.now();
  longestMs = Math.max(longestMs, at - lastAt - everyMs);
  lastAt = at;
  timer = setTimeout(tick, everyMs);
}

process.on("message", (word) => {
  if (word === "begin") {
    longestMs = 0;
    lastAt = performance.now();
    timer ??= setTimeout(tick, everyMs);
  }
  if (word === "end") {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    process.send?.({ longestMs });
  }
});
// Whoever measures does not keep the process alive.
process.channel?.unref();
