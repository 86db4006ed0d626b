// `npm start`: set up, then show the product. Until the window exists that is the demo.
import { spawn } from "node:child_process";
import { projectNode, projectRoot, setUp } from "./bootstrap.mjs";

setUp();
const demo = spawn(projectNode, ["scripts/demo.ts", ...process.argv.slice(2)], {
  cwd: projectRoot,
  stdio: "inherit",
});
// A Ctrl-C reaches the demo by itself; this process only waits for it to end.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => demo.kill("SIGTERM"));
demo.on("error", (error) => {
  console.error(`The demo could not be started: ${error.message}`);
  process.exitCode = 1;
});
demo.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
