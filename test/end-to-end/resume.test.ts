import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Boundary, drawOf } from "./resume/boundary.ts";
import type { Case } from "./resume/case.ts";
import { type CrashCloud, settled, startCrashCloud } from "./resume/crash-cloud.ts";
import { type Asked, askFor, environment, strike } from "./resume/perform.ts";
import type { Standing } from "./resume/standing.ts";
import { installAndPack, type Packed } from "./resume/undisturbed.ts";

jest.setTimeout(300_000);

/** Another pair every day; a seed that was printed gives its own again. */
const seed = process.env.RESUME_SEED ?? new Date().toISOString().slice(0, 10);

/** Callers and methods with an effect, in an up and in a rebuild. */
const calls: Readonly<Record<"up" | "rebuild", readonly (readonly [string, string])[]>> = {
  up: [
    ["alloyrun-network", "google.cloud.compute.v1.Networks.Insert"],
    ["alloyrun-cluster", "google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster"],
    ["alloyrun-instance", "google.cloud.alloydb.v1.AlloyDBAdmin.CreateInstance"],
    ["alloyrun-image", "google.devtools.cloudbuild.v1.CloudBuild.CreateBuild"],
    ["alloyrun-seed", "google.cloud.run.v2.Jobs.CreateJob"],
    ["alloyrun-service", "google.cloud.run.v2.Services.CreateService"],
  ],
  rebuild: [
    ["alloyrun-seed", "google.cloud.run.v2.Jobs.UpdateJob"],
    ["alloyrun-service", "google.cloud.run.v2.Services.UpdateService"],
    ["alloyrun-traffic", "google.cloud.run.v2.Services.UpdateService"],
    ["alloyrun-workflow", "google.pubsub.v1.Publisher.Publish"],
  ],
};

describe("a run that something stops", () => {
  let directory: string;
  let cloud: CrashCloud;
  let packed: Packed;
  let built: Standing;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    cloud = await startCrashCloud({ state: join(directory, "state") });
    packed = await installAndPack(cloud);
  });

  afterAll(async () => {
    packed?.remove();
    await cloud?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it("ends as if nothing had been, when the process of a step is killed", async () => {
    const one = draw("up", "function");
    const view = await play(one, { action: "up", spec: packed.spec, folders: packed.folders });
    expect(view).toMatchObject({ state: "succeeded", failures: [] });
    built = await settled(cloud, environment);
    expect(built.problems).toEqual([]);
    expect(built.counts).toEqual({ builds: 1, seeds: 1, revisions: 1 });
    expect(built.resources).toContain("answer 200 Select Users: [{3 sasashun}]");
  });

  it("ends as if nothing had been, when its execution is cancelled and it is resumed", async () => {
    const one = draw("rebuild", "execution");
    const cancelled = await play(one, { action: "rebuild", level: "data", environment });
    expect(cancelled.state).toBe("cancelled");
    await cloud.ask("POST", `/v1/runs/${cancelled.run}:resume`, {});
    expect(await end(cancelled.run)).toMatchObject({ state: "succeeded", failures: [] });
    const standing = await settled(cloud, environment);
    expect(standing.problems).toEqual([]);
    expect(standing.counts).toEqual({ builds: 1, seeds: 2, revisions: 2 });
    expect(standing.resources).toEqual(built.resources);
  });

  function draw(action: "up" | "rebuild", victim: Case["victim"]): Case {
    const [caller, method] = calls[action][Math.floor(drawOf(seed, action) * calls[action].length)] ?? ["", ""];
    const boundary: Boundary = { action, caller, method, nth: 1, resource: "" };
    return { boundary, when: drawOf(seed, victim) < 0.5 ? "before" : "after", victim, goesOn: "resume" };
  }

  async function play(one: Case, body: object) {
    await cloud.arm({ ...one.boundary, when: one.when });
    const asked: Asked = askFor(body, cloud);
    await cloud.reached();
    const pids = await strike(one, { asked, cloud });
    process.stderr.write(`RESUME_SEED=${seed}: killed ${pids.join(" ") || "nobody"} at ${JSON.stringify(one)}\n`);
    return end((await asked.run()) ?? "");
  }

  async function end(run: string) {
    const { body } = await cloud.ask("GET", `/v1/runs/${run}`);
    await cloud.end(body.execution);
    return (await cloud.ask("GET", `/v1/runs/${run}`)).body;
  }
});
