import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RunView } from "../../functions/api.ts";
import type { JsonObject } from "../../local/json.ts";
import { createRandom } from "../../local/random.ts";
import { rest } from "../support/local-cloud.ts";
import { type Door, findDoor, until } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import {
  idleRights,
  keyOf,
  otherJourneys,
  type Right,
  takeRights,
  type Watched,
  watchDecisions,
} from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";

jest.setTimeout(600_000);

const project = "my-project";
const place = `projects/${project}/locations/${region}`;
const boss = "user:boss@example.com";

/** Which of the needed rights are taken away for real, and how many: others every day, the same for whoever names the seed. */
const seed = process.env.ALLOYRUN_SEED ?? new Date().toISOString().slice(0, 10);
const samples = Number(process.env.ALLOYRUN_SAMPLES ?? 6);

/** What Google asks for and the local cloud does not, so that nobody can see here whether it is needed. */
const unasked: readonly RegExp[] = [
  // Executions write their log here whatever their account may do.
  /^alloyrun-(workflow|sweep): logging\.logEntries\.create /,
  // Operations at the root of an API belong to no project here: who knows the name may ask.
  /^alloyrun-workflow: (servicenetworking|serviceusage)\.operations\.get /,
  // Builds write their log and moved tags by the account's rights, and of two buckets of Google's the later one is read.
  /^alloyrun-build: storage\.objects\.get .*gcf-v2-uploads-/,
  // Calls are billed to nobody's quota.
  /: roles\/serviceusage\.serviceUsageConsumer on /,
];

/** Requests that are made to be refused: whether an API answers is seen by any answer that comes from it. */
const probes = /^(anonymous |alloyrun-services@)/;

/** Rights whose absence no run notices: an event that cannot be told stays in the log, or with Pub/Sub until it can. */
const madeUpFor = /pubsub\.topics\.publish|^alloyrun-(push|events): /;

describe("the accounts of an installation", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let watched: Watched;
  let door: Door;
  const held = new Map<string, Right>();
  let installed: ReadonlySet<string>;
  /** What was refused while something was taken away. */
  const deliberate = new Set<string>();

  beforeAll(async () => {
    cloud = await startInstalledCloud({
      // By this seed Google holds the connection for hours after its cluster is gone.
      seed: "time",
      onStart: (local) => {
        watched = watchDecisions(local);
      },
    });
    door = await findDoor(cloud);
    environment = createEnvironment("rights", { policy, database });
    note();
    installed = new Set(held.keys());
  });
  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("do in one journey all that they are there for: what fails at first, and then is built", async () => {
    planFaults();
    environment.edit("app/package.json", /^\{/, "no JSON");
    expect(await upTo("failed")).toEqual(["image"]);
    environment.edit("app/package.json", "no JSON", "{");
    environment.write("seed/900_more.sql", "SELECT * FROM nowhere;\n");
    expect(await upTo("failed")).toEqual(["seed"]);
    environment.write("seed/900_more.sql", "SELECT 1;\n");
    environment.edit("app/server.ts", /$/, '\nthrow new Error("crashed");\n');
    expect(await upTo("failed")).toEqual(["service"]);
    environment.edit("app/server.ts", /\nthrow new Error.*\n/, "");
    environment.configure({ policy, database, service: { smoke: { expect: { contains: "Nobody" } } } });
    expect(await upTo("failed")).toEqual(["verify"]);
    await closeSubnet();
    environment.configure(changed);
    expect(await upTo("succeeded")).toEqual([]);
    environment.configure({ ...changed, policy: { ...policy, rebuild: { ...rebuild, schedule: "0 7 * * 1" } } });
    expect(await upTo("succeeded")).toEqual([]);
  });

  it("what is rebuilt, after somebody else has approved, while another run waits", async () => {
    await door.allow(boss);
    const data = await door.request({ action: "rebuild", environment: "rights", level: "data" });
    await door.approve(boss, data);
    const app = await door.request({ action: "rebuild", environment: "rights", level: "app", onBusy: "queue" });
    for (const run of [data, app]) expect((await door.ended(run)).failures).toEqual([]);
    note();
    const cluster = await door.request({ action: "rebuild", environment: "rights", level: "database" });
    await door.approve(boss, cluster);
    expect((await door.ended(cluster)).failures).toEqual([]);
    note();
  });

  it("what is changed from outside, asked by a schedule, and called off", async () => {
    const builder = `cloudfunctions.googleapis.com/v2/${place}/functions/alloyrun-retire`;
    const { labels } = await cloud.ask(`GET ${builder}`);
    await cloud.ask(`PATCH ${builder}?updateMask=labels`, { labels: { ...(labels as JsonObject), built: "again" } });
    for (const [action, body] of [
      ["freeze", { reason: "the demo", duration: "1h" }],
      ["unfreeze", {}],
      ["extend", { by: "1h" }],
    ] as const) {
      await door.send("owner", `POST /v1/environments/rights:${action}`, body);
    }
    await cloud.ask(`POST cloudscheduler.googleapis.com/v1/${place}/jobs/alloyrun-rebuild-rights:run`, {});
    const scheduled = await door.asked(({ requesters }) => String(requesters).includes("alloyrun-scheduler@"));
    await door.send("owner", `POST /v1/runs/${scheduled.run}:cancel`, {});
    expect((await door.view(scheduled.run)).state).toBe("cancelled");
  });

  it(`refuse, and tell what is missing, when they lack what they need (seed ${seed})`, async () => {
    const steady = watchDecisions(cloud.local);
    expect(await upTo("succeeded")).toEqual([]);
    steady.end();
    const needed = takeRights(cloud.local).filter((right) => {
      const key = keyOf(right);
      return installed.has(key) && steady.decisive.has(key) && !madeUpFor.test(key);
    });
    expect(needed.length).toBeGreaterThan(30);
    for (const right of draw(needed)) {
      const giveBack = await take(right);
      const during = watchDecisions(cloud.local);
      const { code, stdout, stderr } = await cloud.alloyrun("up", environment.file, "--json");
      during.end();
      await giveBack();
      for (const line of during.refused) deliberate.add(line);
      const start = `${right.holder} ${right.permission ?? ""}`;
      const refused = [...during.refused].some((line) => line.startsWith(start));
      expect({ right: keyOf(right), refused, succeeded: code === 0 }).toEqual({
        ...{ right: keyOf(right), refused: true, succeeded: false },
      });
      if (right.permission) expect(stdout + stderr).toContain(right.permission);
    }
  });

  it("let a run be taken apart: its job is stopped, and all of it goes", async () => {
    environment.write("seed/950_slow.sql", "SELECT pg_sleep(900);\n");
    const failing = cloud.up(environment);
    await until(async () => executions().some(({ runningCount }) => runningCount === 1));
    await stopSeed();
    expect((await failing).run.failures.map(({ step }) => step)).toEqual(["seed"]);
    const down = await door.request({ action: "down", environment: "rights" });
    await door.approve(boss, down);
    expect(await door.ended(down)).toMatchObject({ state: "remaining", failures: [] });
    holdConnection();
    expect((await cloud.sweepUntilEmpty()).run.state).toBe("succeeded");
  });

  it("lack nothing that they ask for", () => {
    expect([...watched.refused].filter((line) => !probes.test(line) && !deliberate.has(line))).toEqual([]);
  });

  it("hold nothing that is idle", () => {
    const elsewhere = [...unasked, ...Object.values(otherJourneys)];
    const idle = idleRights(held.keys(), watched, /^/);
    expect(idle.filter((key) => !elsewhere.some((one) => one.test(key)))).toEqual([]);
    expect(held.size).toBeGreaterThan(200);
  });

  it("have the rest of what is listed as not asked for", () => {
    for (const pattern of unasked) expect([...held.keys()].filter((key) => pattern.test(key))).not.toEqual([]);
    expect([...watched.decisive.keys()].filter((key) => unasked.some((one) => one.test(key)))).toEqual([]);
  });

  it("grant on the project the listed roles alone", async () => {
    const email = `alloyrun-identity@${project}.iam.gserviceaccount.com`;
    const account = cloud.local.cloud.store.collection<{ readonly uniqueId: string }>("iam.serviceAccounts").get(email);
    const principal = { kind: "serviceAccount", email, uniqueId: account?.uniqueId ?? "" } as const;
    const as = cloud.local.cloud.tokens.accessToken({ principal }).token;
    const grant = async (role: string) => {
      const policies = `cloudresourcemanager.googleapis.com/v3/projects/${project}`;
      const asked = { options: { requestedPolicyVersion: 3 } };
      const { body: policy } = await rest(cloud.local, `POST ${policies}:getIamPolicy`, { as, body: asked });
      const bindings = [...(policy.bindings as readonly JsonObject[]), { role, members: [boss] }];
      return rest(cloud.local, `POST ${policies}:setIamPolicy`, { as, body: { policy: { ...policy, bindings } } });
    };
    for (const role of ["roles/owner", "roles/editor", "roles/alloydb.admin", "roles/iam.serviceAccountTokenCreator"]) {
      const refused = await grant(role);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain("resourcemanager.projects.setIamPolicy");
    }
    expect((await grant("roles/alloydb.client")).status).toBe(200);
  });

  function note(): void {
    for (const right of takeRights(cloud.local)) held.set(keyOf(right), right);
  }

  async function upTo(state: RunView["state"]): Promise<readonly string[]> {
    const { run } = await cloud.up(environment);
    note();
    expect([run.state, run.failures]).toEqual([state, run.failures]);
    return run.failures.map(({ step }) => step).sort();
  }

  /** What passes by itself, and what a step looks up before it asks again. */
  function planFaults(): void {
    const admin = "google.cloud.alloydb.v1.AlloyDBAdmin";
    const once = (method: string, code: string) => ({
      ...{ on: "call", match: `${admin}.${method}`, when: { nth: 1 } },
      effect: { kind: "error", code },
    });
    const faults = [once("CreateCluster", "FAILED_PRECONDITION"), once("CreateUser", "UNAVAILABLE")];
    cloud.local.faults.load({ faults });
  }

  /** As Google does when it does not notice at all that a database is gone. */
  function holdConnection(): void {
    const match = "google.cloud.servicenetworking.v1.ServicePeeringManager.DeleteConnection";
    cloud.local.faults.load({
      faults: [{ on: "call", match, effect: { kind: "error", code: "FAILED_PRECONDITION" } }],
    });
  }

  /** As somebody might who does not know what it is for. */
  async function closeSubnet(): Promise<void> {
    const subnets = `compute.googleapis.com/compute/v1/projects/${project}/regions/${region}/subnetworks`;
    const { items } = await cloud.ask(`GET ${subnets}`);
    for (const { name } of items as readonly { readonly name: string }[]) {
      await cloud.ask(`POST ${subnets}/${name}/setPrivateIpGoogleAccess`, { privateIpGoogleAccess: false });
    }
  }

  function executions() {
    const all = cloud.local.cloud.store.collection<{ readonly runningCount?: number }>("run.executions");
    return all.list().map(([, execution]) => execution);
  }

  /** Asks the step to remove what its own run is making, as a run that took the environment over would. */
  async function stopSeed(): Promise<void> {
    const bucket = `${project}-alloyrun`;
    const objects = `storage.googleapis.com/storage/v1/b/${bucket}/o`;
    const object = "locks/rights.json";
    const { generation } = await cloud.ask(`GET ${objects}/${encodeURIComponent(object)}`);
    const lock = await cloud.ask(`GET ${objects}/${encodeURIComponent(object)}?alt=media`);
    const noted = await cloud.ask(
      `GET ${objects}/${encodeURIComponent(`requests/${String(lock.run)}.json`)}?alt=media`,
    );
    const plan = await cloud.ask(
      `GET ${objects}/${encodeURIComponent(`plans/${String(noted.planHash)}.json`)}?alt=media`,
    );
    const step = (plan.steps as readonly { readonly name: string; readonly input: object }[]).find(
      ({ name }) => name === "seed",
    );
    const run = {
      ...{ id: lock.run, environment: "rights", action: "down", level: "app", planHash: noted.planHash },
      ...{ now: Math.floor(cloud.local.cloud.clock.now() / 1000), fence: { bucket, object, generation } },
      ...{ databaseGeneration: 1, clusterGeneration: 1 },
    };
    const body = { action: "remove", input: step?.input, outputs: {}, failures: [], failedOperations: 0, run };
    const { uri } = await cloud.ask(`GET run.googleapis.com/v2/${place}/services/alloyrun-seed`);
    const answer = await rest(cloud.local, `POST ${String(uri).replace("https://", "")}/`, { body });
    expect(answer.body).toMatchObject({ state: "pending", reason: expect.stringContaining("is being cancelled") });
  }

  /** Some of the rights, of as many accounts as there are. */
  function draw(rights: readonly Right[]): readonly Right[] {
    const random = createRandom(seed);
    const shuffled = rights.map((right) => ({ right, at: random.next() })).sort((a, b) => a.at - b.at);
    const drawn = shuffled.map(({ right }) => right);
    const isFirst = ({ holder }: Right, index: number) => drawn.findIndex((one) => one.holder === holder) === index;
    const others = drawn.filter((right, index) => !isFirst(right, index));
    return [...drawn.filter(isFirst), ...others].slice(0, samples);
  }

  /** Takes a right away until the function that comes back is called; either way it is in effect. */
  async function take(right: Right): Promise<() => Promise<void>> {
    const { access, clock } = cloud.local.cloud;
    const { role, permission, resource, holder, condition } = right;
    const settle = () => clock.advance(10 * 60_000);
    if (permission !== undefined) {
      const address = `iam.googleapis.com/v1/${role}`;
      const { includedPermissions } = await cloud.ask(`GET ${address}`);
      const set = async (permissions: unknown) => {
        await cloud.ask(`PATCH ${address}?updateMask=includedPermissions`, { includedPermissions: permissions });
        await settle();
      };
      await set((includedPermissions as readonly string[]).filter((one) => one !== permission));
      return () => set(includedPermissions);
    }
    const { bindings = [] } = access.getPolicy(resource);
    const set = async (wanted: typeof bindings) => {
      access.setPolicy(resource, { ...access.getPolicy(resource), bindings: wanted });
      await settle();
    };
    await set(
      bindings.map((binding) =>
        binding.role === role && binding.condition?.expression === condition
          ? { ...binding, members: binding.members.filter((member) => member !== `serviceAccount:${holder}`) }
          : binding,
      ),
    );
    return () => set(bindings);
  }
});

const rebuild = { schedule: "0 6 * * 1", timeZone: "Asia/Tokyo", level: "data" };
const policy = { approval: { when: ["data-loss"] }, timeToLive: "72h", rebuild };
const database = { readPool: { name: "rights-pool", nodeCount: 1 } };

/** Something else of everything that can be changed in place. */
const changed = {
  labels: { team: "data" },
  policy,
  database: { instance: { cpuCount: 4 }, readPool: { name: "rights-pool", nodeCount: 2 } },
  egress: { connector: { maxInstances: 4 } },
};
