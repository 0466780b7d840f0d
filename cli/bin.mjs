#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const major = Number(process.versions.node.split(".")[0]);
const installed = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));

/** Goes on under the Node that `npm ci` has installed, passing on signals and the way it ends. */
function continueUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}

if (major >= 24) {
  await import("./main.ts");
} else if (existsSync(installed)) {
  continueUnder(installed);
} else {
  process.stderr.write(`alloyrun runs on Node 24, but this is Node ${process.versions.node}: run \`npm ci\` first.\n`);
  process.exitCode = 2;
}
