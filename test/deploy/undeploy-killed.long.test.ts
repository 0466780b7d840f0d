import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { apis } from "../../local/apis.ts";
import type { CallEntry } from "../../local/journal.ts";
import { type LocalCloud, startLocalCloud } from "../../local/main.ts";
import { hasEffect, type Stop, toMethod } from "../end-to-end/resume/boundary.ts";
import { createGate } from "../end-to-end/resume/gate.ts";
import { takeGrants, takeInstallation } from "../end-to-end/support/inventory.ts";
import { type Session, startSession } from "../end-to-end/support/session.ts";
import { type Installer, region, startInstaller } from "../support/installer.ts";
import { rest } from "../support/local-cloud.ts";
import { cancelExecution, startWaiting } from "../support/waiting-execution.ts";

jest.setTimeout(600_000);

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const project = "my-project";
const caller = "owner";
const workflows = `projects/${project}/locations/${region}/workflows`;

/** The command line is sent SIGKILL at every kind of call that it makes, once before it and once after it, one kill after the other. */
describe("a removal that is killed", () => {
  const gate = createGate((name) => name === caller);
  let local: LocalCloud;
  let installer: Installer;
  let empty: readonly string[];
  let methods: readonly string[];

  beforeAll(async () => {
    local = await startLocalCloud({ offline: true, apis: apis.map((create) => gate.wrap(create)) });
    installer = await startInstaller(local, project);
    await install();
    const from = local.journal.entries().length;
    const { code } = await undeploy().then((session) => session.ended);
    expect(code).toBe(0);
    empty = standing();
    methods = [...new Set(effectsSince(from))];
  });
  afterAll(async () => {
    await installer?.stop();
    await local?.stop();
  });

  it("goes on when it is asked for again, until nothing is left, and can be followed by an installation", async () => {
    const killed: string[] = [];
    let left = methods;
    // Calls that are under way together with one that is held may be through by the next time.
    for (let rounds = 0; left.length > 0 && rounds < 4; rounds += 1) {
      await install();
      expect(await installer.plan()).toEqual([]);
      killed.push(...(await killAtEach(left)));
      expect(standing()).toEqual(empty);
      left = left.filter((method) => !killed.some((line) => line.endsWith(` ${method}`)));
    }
    console.log(`killed ${killed.length}:\n${killed.join("\n")}`);
    expect(left).toEqual([]);
    expect(methods.length).toBeGreaterThan(11);
  });

  it.each([
    "google.cloud.functions.v2.FunctionService.DeleteFunction",
    "google.iam.admin.v1.IAM.DeleteRole",
    "google.storage.v1.Objects.Delete",
  ])("passes over what somebody else has removed meanwhile, at %s", async (method) => {
    await install();
    const reached = gate.arm({ caller, method, nth: 1, when: "before", isPatient: true });
    const slow = await undeploy();
    await reached;
    const fast = await undeploy();
    expect(`${(await fast.ended).code} ${fast.printed()}`).toMatch(/^0 [\s\S]*alloyrun is gone/);
    gate.release("go");
    expect(`${(await slow.ended).code} ${slow.printed()}`).toMatch(/^0 [\s\S]*alloyrun is gone/);
    expect(standing()).toEqual(empty);
  });

  it("stops when a run has begun while the entrances were being closed, and says how all is put right", async () => {
    await install();
    const method = "google.cloud.functions.v2.FunctionService.DeleteFunction";
    const reached = gate.arm({ caller, method, nth: 1, when: "after", isPatient: true });
    const session = await undeploy();
    await reached;
    const labels = { run: "run-1", action: "up", environment: "staging" };
    const execution = await startWaiting(local, `${workflows}/alloyrun-environment`, labels);
    gate.release("go");
    const place = `--project ${project} --region ${region}`;
    expect(`${(await session.ended).code} ${session.printed()}`).toMatch(/^4 /);
    const printed = session.printed().replace(/ \\\n\s+|\s+/g, " ");
    expect(printed).toContain(
      `staging: up run-1 is under way alloyrun deploy ${place} && alloyrun cancel run-1 ${place}`,
    );
    expect(standing()).toContain(`workflows.workflows ${workflows}/alloyrun-environment`);
    await install();
    await cancelExecution(local, execution);
    const again = await undeploy();
    expect(`${(await again.ended).code} ${again.printed()}`).toMatch(/^0 [\s\S]*alloyrun is gone/);
    expect(standing()).toEqual(empty);
  });

  /** Asks again after each kill until the removal ends; gives who was killed where. */
  async function killAtEach(methods: readonly string[]): Promise<readonly string[]> {
    const killed: string[] = [];
    let stops: readonly Stop[] = methods.flatMap((method) =>
      (["before", "after"] as const).map((when) => ({ caller, method, nth: 1, when })),
    );
    for (;;) {
      const reached = gate.arm(...stops);
      const session = await undeploy();
      const stop = await Promise.race([reached, session.ended.then(() => undefined)]);
      if (!stop) {
        void gate.arm();
        expect(`${(await session.ended).code} ${session.printed()}`).toMatch(/^0 [\s\S]*alloyrun is gone/);
        return killed;
      }
      session.interrupt("SIGKILL");
      expect((await session.ended).signal).toBe("SIGKILL");
      // Before it, the call never came out; after it, nobody heard of the answer.
      gate.release(stop.when === "before" ? "drop" : "go");
      killed.push(`${session.pid} ${stop.when} ${stop.method}`);
      stops = stops.filter((one) => one !== stop);
    }
  }

  async function install(): Promise<void> {
    await installer.install();
    for (const object of ["runs/old/run-0.json", "chains/old.json"]) {
      const target = `storage.googleapis.com/upload/storage/v1/b/${project}-alloyrun/o?uploadType=media`;
      const answer = await rest(local, `POST ${target}&name=${encodeURIComponent(object)}`, { body: {} });
      expect(answer.status).toBe(200);
    }
  }

  async function undeploy(): Promise<Session> {
    const place = ["--project", project, "--region", region];
    return startSession({
      command: [process.execPath, "--disable-warning=ExperimentalWarning", main, "undeploy", "--yes", ...place],
      cwd: process.cwd(),
      env: { PATH: process.env.PATH ?? "", ...(await local.environment({ project })) },
    });
  }

  function standing(): readonly string[] {
    return [...takeInstallation(local), ...takeGrants(local)].sort();
  }

  /** Methods of the owner's calls that changed something, in their order. */
  function effectsSince(from: number): readonly string[] {
    return local.journal
      .entries(from)
      .filter((entry) => entry.kind === "call" && entry.principal.startsWith(`${caller}@`) && entry.code === "OK")
      .map((entry) => toMethod((entry as CallEntry).method))
      .filter(hasEffect);
  }
});
