import { spawn } from "node:child_process";

/** Runs the checks beside each other, which one core alone would do one after the other, and tells of each as a whole. */
const checks = ["check:types", "check:format", "check:dead-code"];

const codes = await Promise.all(
  checks.map(async (check) => {
    const child = spawn("npm", ["run", check], { stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
    const code = await new Promise((resolve) => child.once("close", resolve));
    process.stdout.write(Buffer.concat(said));
    return code;
  }),
);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
