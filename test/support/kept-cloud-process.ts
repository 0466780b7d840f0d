import { startLocalCloud } from "../../local/main.ts";
import { testProject } from "./local-cloud.ts";

/** A local cloud on the state directory that the arguments name, in a process of its own, which tests may kill. */
const [, , state = "", pace = "max", from = ""] = process.argv;

const local = await startLocalCloud({
  ...{ state, project: testProject, offline: true },
  ...(from && { from }),
  pace: pace === "max" ? pace : Number(pace),
});
for (const { host } of local.apis) local.cloud.projects.setUsable(testProject, host, true);

process.once("SIGTERM", () => void local.stop().then(() => process.exit(0)));
process.stdout.write(`${local.port}\n`);
