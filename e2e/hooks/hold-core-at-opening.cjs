// What a core's thread says and does after it began to open the data, its end included, arrives only once a spec
// calls globalThis.releaseCore(): the start-up window stands as long as the spec looks at it.
const threads = require("node:worker_threads");
const { syncBuiltinESMExports } = require("node:module");

let isHolding = false;
let isReleased = false;
const held = [];
globalThis.releaseCore = () => {
  isHolding = false;
  isReleased = true;
  for (const deliver of held.splice(0)) deliver();
};
threads.Worker = class extends threads.Worker {
  on(event, listener) {
    if (event !== "message" && event !== "exit") return super.on(event, listener);
    return super.on(event, (said) => {
      if (isHolding) return void held.push(() => listener(said));
      if (said?.kind === "progress" && said.step === "opening") isHolding = !isReleased;
      listener(said);
    });
  }
};
syncBuiltinESMExports();
