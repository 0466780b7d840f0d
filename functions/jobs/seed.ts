import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError } from "pg";
import { SeedFailure, seedExitCodes } from "./seed/failure.ts";
import { createSignedFetch } from "./seed/google-cloud.ts";
import { createLog, type Log } from "./seed/log.ts";
import { seedDatabase } from "./seed/run.ts";
import { parseSettings } from "./seed/settings.ts";

/*
 * The seed runner: the program of the image that the seed step's Cloud Run job runs inside the VPC. Its environment is
 * `SeedSettings`, its exit code one of `seedExitCodes`, its output structured logs.
 */

/** 45 attempts at least 3 s apart outlast the 80 s that a new instance on Direct VPC egress may take to get through. */
const patience = { attempts: 45, pause: () => sleep(3000) };

void main().then((code) => {
  process.exitCode = code;
});

async function main(): Promise<number> {
  const { DB_PASS, APP_PASS, RUN_ID, TRACE } = process.env;
  const secrets = [DB_PASS ?? "", APP_PASS ?? ""].filter((secret) => secret !== "");
  const log = createLog({ write: (line) => process.stdout.write(line), run: RUN_ID ?? "", trace: TRACE, secrets });
  try {
    await seedDatabase(parseSettings(process.env), { signedFetch: createSignedFetch(), patience, log });
    return 0;
  } catch (error) {
    return report(error, log);
  }
}

function report(error: unknown, log: Log): number {
  if (error instanceof SeedFailure) {
    log("ERROR", error.message, { ...error.facts, kind: error.kind });
    return seedExitCodes[error.kind];
  }
  log("ERROR", error instanceof Error ? error.message : String(error));
  return error instanceof DatabaseError ? seedExitCodes.sql : 1;
}
