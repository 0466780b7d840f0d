#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `alloyrun runs on Node 24, but this is Node ${process.versions.node}. In a clone, start it with \`npx alloyrun\`: ` +
      "that takes the Node which `npm ci` has installed.\n",
  );
  process.exit(2);
}
await import("./main.ts");
