const { contextBridge, ipcRenderer } = require("electron");

const said = [];
ipcRenderer.on("said", (_event, ...args) => said.push(args));

contextBridge.exposeInMainWorld("bridge", {
  echo: (value) => ipcRenderer.invoke("echo", value),
  fail: () => ipcRenderer.invoke("fail"),
  missing: () => ipcRenderer.invoke("nobody listens"),
  frame: () => ipcRenderer.invoke("frame"),
  say: (...args) => ipcRenderer.send("say", ...args),
  said: () => said,
  add: (a, b) => a + b,
  later: (callback, value) => Promise.resolve().then(() => callback(value)),
  throws: () => {
    throw new RangeError("from the preload");
  },
  inWorld: () => ({ process: process.type, sandboxed: process.sandboxed }),
  requireFs: () => require("node:fs"),
});
