import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { hasEffect } from "./resume/boundary.ts";
import { type CrashCloud, startCrashCloud } from "./resume/crash-cloud.ts";
import { environment } from "./resume/perform.ts";
import { type Packed, packEnvironment } from "./resume/undisturbed.ts";
import { region } from "./support/environment.ts";
import { installationSnapshot } from "./support/installation.ts";

jest.setTimeout(300_000);

const service = `run.googleapis.com/v2/projects/my-project/locations/${region}/services/alloyrun-network`;
const lock = `storage.googleapis.com/storage/v1/b/my-project-alloyrun/o/${encodeURIComponent(`locks/${environment}.json`)}`;
/** A call with which the step has found that its network is not there: it would make it next. */
const look = {
  caller: "alloyrun-network",
  method: "google.cloud.compute.v1.Networks.Get",
  nth: 1,
  when: "after",
} as const;

/** A function goes on working when nobody waits for its answer any more; only the fence keeps it from changing things. */
describe("a step's call that outlives its run", () => {
  let directory: string;
  let cloud: CrashCloud;
  let packed: Packed;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    cloud = await startCrashCloud({ state: join(directory, "state"), from: await installationSnapshot() });
    packed = await packEnvironment(cloud);
    await giveUpEarly();
  });

  afterAll(async () => {
    packed?.remove();
    await cloud?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("changes nothing once another run holds the environment", async () => {
    const first = await ask();
    await holdUnderLock();
    const { body: cancelled } = await cloud.ask("POST", `/v1/runs/${first.run}:cancel`, {});
    expect(cancelled.state).toBe("cancelled");

    const second = await ask();
    await cloud.end(second.execution);
    const { body: taken } = await cloud.ask("GET", `/v1/runs/${second.run}`);
    expect(taken.failures).toEqual([]);
    expect(taken.state).toBe("succeeded");
    expect(await lost()).toEqual([]);
    const standing = await cloud.standing(environment);
    const { length } = await cloud.journal();

    await cloud.release("go");
    while ((await lost()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await lost()).toEqual([first.run]);
    const since = (await cloud.journal(length)).filter((entry) => entry.kind === "call" && hasEffect(entry.method));
    expect(since.filter(({ principal }) => principal.startsWith("alloyrun-"))).toEqual([]);
    expect(await cloud.standing(environment)).toEqual(standing);
  });

  async function ask(): Promise<{ readonly run: string; readonly execution: string }> {
    const body = { action: "up", spec: packed.spec, folders: packed.folders };
    const answer = await cloud.ask<{ readonly run: string; readonly execution: string }>("POST", "/v1/requests", body);
    expect(answer.status).toBe(202);
    return answer.body;
  }

  /** The step is asked for its plan before the run holds the lock. */
  async function holdUnderLock(): Promise<void> {
    await cloud.arm({ ...look, isPatient: true });
    await cloud.reached();
    if (await isLocked()) return;
    await cloud.release("go");
    await holdUnderLock();
  }

  async function isLocked(): Promise<boolean> {
    return (JSON.parse(await cloud.api(`GET ${lock}`)) as { readonly name?: string }).name !== undefined;
  }

  /** Runs of which a function has said that they lost the lock. */
  async function lost(): Promise<string[]> {
    const filter = 'jsonPayload.reason="LOCK_LOST"';
    const body = { resourceNames: ["projects/my-project"], filter };
    const { entries = [] } = JSON.parse(await cloud.api("POST logging.googleapis.com/v2/entries:list", body));
    return (entries as readonly { readonly jsonPayload: { readonly run: string } }[]).map(
      ({ jsonPayload }) => jsonPayload.run,
    );
  }

  /** The front end lets go of a call after some seconds, so that the clock need not wait for it. */
  async function giveUpEarly(): Promise<void> {
    const { template } = JSON.parse(await cloud.api(`GET ${service}`));
    const { revision: _, ...kept } = template;
    const [worker] = kept.containers;
    // What Cloud Functions may give a container, Cloud Run refuses when it is asked.
    const resources = { ...worker.resources, limits: { ...worker.resources.limits, memory: "512Mi" } };
    const wanted = { ...kept, timeout: "5s", containers: [{ ...worker, resources }] };
    const operation = JSON.parse(await cloud.api(`PATCH ${service}?updateMask=template`, { template: wanted }));
    const ended = JSON.parse(await cloud.api(`POST run.googleapis.com/v2/${operation.name}:wait`, {}));
    expect(ended).toMatchObject({ done: true, response: { template: { timeout: "5s" } } });
  }
});
