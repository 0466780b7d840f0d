import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { installationFunctions } from "../../deploy/installation.ts";
import type { RunView } from "../../functions/api.ts";
import type { JournalEntry } from "../../local/journal.ts";
import type { JsonObject } from "../../local/json.ts";
import { rest } from "../support/local-cloud.ts";
import { attacksOn, grantAs, tokenOf } from "./support/attacks.ts";
import { type Door, findDoor, until } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import {
  drawRights,
  idleRights,
  keyOf,
  otherJourneys,
  type Right,
  removeRight,
  takeRights,
  type Watched,
  watchDecisions,
} from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { createTakeAway } from "./support/take-away.ts";
import { keepUnderWay } from "./support/under-way.ts";

const project = "my-project";
const place = `projects/${project}/locations/${region}`;
const boss = "user:boss@example.com";

/** Which of the needed rights are taken out of roles and policies for real: others every day, the same for whoever names the seed. */
const seed = process.env.ALLOYRUN_SEED ?? new Date().toISOString().slice(0, 10);
const samples = process.env.ALLOYRUN_SAMPLES ?? "3";

/** Accounts in whose name Google itself tries again. */
const persistent = /^alloyrun-(push|scheduler|sweep): /;

/** What programs try again with for minutes before they fail, because their rights may be on their way still. */
const patient = /^rights-service(-seed)?: roles\/(alloydb\.client|storage\.objectViewer) /;

jest.setTimeout(900_000);

/** What Google asks for and the local cloud does not, so that nobody can see here whether it is needed; and why. */
const unasked: readonly (readonly [RegExp, string])[] = [
  [
    /^alloyrun-(workflow|sweep): logging\.logEntries\.create /,
    "executions write their log whatever their account may do",
  ],
  [
    /^alloyrun-workflow: (servicenetworking|serviceusage)\.operations\.get /,
    "operations at the root of an API belong to no project: who knows the name may ask",
  ],
  [/^alloyrun-build: storage\.objects\.get .*gcf-v2-uploads-/, "of two buckets of Google's the later one is read"],
  [/: roles\/serviceusage\.serviceUsageConsumer on /, "calls are billed to nobody's quota"],
];

/**
 * Requests that are made to be refused: whether an API answers is seen by any answer that comes from it, and who may not read
 * an object is asked by Storage whether they may list, to be told that it is not there.
 */
const probes = /^(anonymous |alloyrun-services@|rights-service-seed@\S+ storage\.objects\.list )/;

/** Rights whose absence no run notices, and what becomes of it instead. */
const madeUpFor: readonly (readonly [RegExp, string])[] = [
  [
    /^alloyrun-workflow: pubsub\.topics\.publish /,
    "an event that cannot be told is kept in the log, and the run goes on",
  ],
  [
    /^alloyrun-verify: roles\/run\.invoker on /,
    "the step says that it waits for the right, which identity gave a moment ago",
  ],
];

/** Rights that are not taken away here, and why. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  ...unasked,
  [otherJourneys.doors, "taken where the doors are"],
  [
    /^alloyrun-plan: storage\.objects\.delete .*objects\/approvals\//,
    "a question that was put is put again, with the callback that waits now, only where its execution looked again",
  ],
  [
    otherJourneys.time,
    "a warning that cannot be told is told by the next sweep, as the request function's own test sees",
  ],
];

const functionAccounts = new Set(installationFunctions(project).map(({ account }) => account.replace(/@.*/, "")));

describe("the accounts of an installation", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let watched: Watched;
  let door: Door;
  const held = new Map<string, Right>();
  /** Whether what is being asked for is asked again when it failed. */
  let mayFail = false;
  const takeAway = createTakeAway(project, {
    mayTake: () => mayFail,
    isTriedAgain: (key) => persistent.test(key) || patient.test(key),
  });
  let installed: ReadonlySet<string>;
  /** What was refused while something was taken away. */
  const deliberate = new Set<string>();

  beforeAll(async () => {
    cloud = await startInstalledCloud({
      apis: takeAway.apis,
      // By this seed Google holds the connection for hours after its cluster is gone.
      seed: "time",
      onStart: (local) => {
        watched = watchDecisions(local);
      },
    });
    takeAway.start(cloud.local);
    door = await findDoor(cloud);
    await addSecret();
    environment = createEnvironment("rights", { policy, database, service });
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
    environment.configure({ policy, database, service: { ...service, smoke: { expect: { contains: "Nobody" } } } });
    expect(await upTo("failed")).toEqual(["verify"]);
    await closeSubnet();
    environment.configure(changed);
    expect(await upTo("succeeded")).toEqual([]);
    environment.configure({ ...changed, policy: { ...policy, rebuild: { ...rebuild, schedule: "0 7 * * 1" } } });
    await cloud.ask(`POST cloudscheduler.googleapis.com/v1/${place}/jobs/alloyrun-rebuild-rights:pause`, {});
    // What is new in the seed is looked through, now that there are rows to lose.
    environment.write("seed/910_more.sql", "CREATE TABLE more (id int);\n");
    expect(await upTo("succeeded")).toEqual([]);
  });

  it("what is rebuilt, after somebody else has approved, while another run waits", async () => {
    await door.allow(boss);
    const data = await door.request({ action: "rebuild", environment: "rights", level: "data" });
    // Who is resumed asks again, by a callback of its own.
    await door.asked(({ run }) => run === data);
    await door.send("owner", `POST /v1/runs/${data}:cancel`, {});
    await door.send("owner", `POST /v1/runs/${data}:resume`, {});
    await approveAgain(data);
    using underWay = keepUnderWay(cloud.local, "deployService");
    await underWay.begun;
    await door.send("owner", `POST /v1/runs/${data}:cancel`, {});
    underWay[Symbol.dispose]();
    // What it has made would go with an `up`, which looks whether anything reaches it.
    const plan = await door.ended(await door.request({ action: "plan", of: "up", environment: "rights" }));
    expect(plan.plan?.changes).toContainEqual(expect.objectContaining({ step: "retire", action: "delete" }));
    await door.send("owner", `POST /v1/runs/${data}:resume`, {});
    await approveAgain(data);
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
    for (let times = 0, lost = 1; lost > 0; times += 1) {
      const body = { labels: { ...(labels as JsonObject), built: `again-${times}` } };
      mayFail = true;
      const text = await cloud.ask(`PATCH ${builder}?updateMask=labels`, body).then(() => "", String);
      mayFail = false;
      lost = takeAway.giveBack({ failed: text !== "", text }).length;
      expect(lost > 0 ? "" : text).toBe("");
    }
    for (const [action, body] of [
      ["freeze", { reason: "the demo", duration: "1h" }],
      ["unfreeze", {}],
      ["extend", { by: "1h" }],
    ] as const) {
      await door.send("owner", `POST /v1/environments/rights:${action}`, body);
    }
    const job = `cloudscheduler.googleapis.com/v1/${place}/jobs/alloyrun-rebuild-rights`;
    await cloud.ask(`POST ${job}:run`, {});
    await until(async () => cloud.local.journal.entries().some(isScheduledRefusal));
    await cloud.local.cloud.clock.advance(60_000);
    const scheduled = await door.asked(({ requesters }) => String(requesters).includes("alloyrun-scheduler@"));
    await door.send("owner", `POST /v1/runs/${scheduled.run}:cancel`, {});
    expect((await door.view(scheduled.run)).state).toBe("cancelled");
  });

  it(`refuse, and tell what is missing, when they lack what they need (seed ${seed})`, async () => {
    takeAway.stop();
    const steady = watchDecisions(cloud.local);
    expect(await upTo("succeeded")).toEqual([]);
    steady.end();
    const needed = takeRights(cloud.local).filter((right) => {
      const key = keyOf(right);
      const isMissed = ![...madeUpFor, ...leftOut].some(([pattern]) => pattern.test(key));
      return installed.has(key) && steady.decisive.has(key) && isMissed && !/^alloyrun-push: /.test(key);
    });
    expect(needed.length).toBeGreaterThan(30);
    for (const right of drawRights(needed, { seed, samples: Number(samples) })) {
      const giveBack = await removeRight(cloud, right);
      const during = watchDecisions(cloud.local);
      const { code, stdout, stderr } = await cloud.alloyrun("up", environment.file, "--json");
      during.end();
      await giveBack();
      for (const line of during.refused) deliberate.add(line);
      // A role on the bucket is taken as a whole, so that another of its permissions may be missed first.
      const isWhole = /_bucket_\w+$/.test(right.role);
      const start = isWhole ? right.holder : `${right.holder} ${right.permission ?? ""}`;
      const refused = [...during.refused].some((line) => line.startsWith(start));
      expect({ right: keyOf(right), refused, succeeded: code === 0 }).toEqual({
        ...{ right: keyOf(right), refused: true, succeeded: false },
      });
      if (right.permission && !isWhole) expect(stdout + stderr).toContain(right.permission);
    }
    takeAway.start(cloud.local);
  });

  it("let a run be taken apart: its job is stopped, and all of it goes", async () => {
    environment.write("seed/950_slow.sql", "CREATE TABLE slow AS SELECT pg_sleep(900);\n");
    const failing = cloud.up(environment);
    // What calls a function may lose rows, for all that anybody can tell.
    const { run: asking } = await door.asked(
      (approval) => approval.decision === undefined && approval.closedAt === undefined,
    );
    await door.approve(boss, asking);
    await until(async () => executions().some(({ runningCount }) => runningCount === 1));
    await stopSeed();
    expect((await failing).run.failures.map(({ step }) => step)).toEqual(["seed"]);
    const down = await door.request({ action: "down", environment: "rights" });
    await door.approve(boss, down);
    expect(await door.ended(down)).toMatchObject({ state: "remaining", failures: [] });
    holdConnection();
    expect((await cloud.sweepUntilEmpty()).run.state).toBe("succeeded");
  });

  it("were each without one of their rights at the moment when it was needed, and failed", () => {
    const outcomes = new Map(takeAway.taken().map(({ key, outcome, said }) => [key, { outcome, said }]));
    const isListed = (list: readonly (readonly [RegExp, string])[], key: string) =>
      list.some(([pattern]) => pattern.test(key));
    const wentOn = [...outcomes].filter(([, { outcome }]) => outcome === "went on");
    expect(wentOn.filter(([key]) => !isListed(madeUpFor, key))).toEqual([]);
    const isOfFunction = (key: string) => functionAccounts.has(key.replace(/: .*/s, ""));
    const kept = [...held.keys()].filter((key) => !outcomes.has(key) && !isListed(leftOut, key));
    expect(kept).toEqual([]);
    const unnamed = [...outcomes].filter(([key, { outcome }]) => outcome === "unnamed" && isOfFunction(key));
    // Which error it was that AlloyDB gave is what the step would have found out.
    expect(unnamed.map(([key]) => key)).toEqual([expect.stringMatching(/^alloyrun-cluster: compute\.networks\.get /)]);
    expect(outcomes.size).toBeGreaterThan(190);
  });

  it("lack nothing that they ask for", () => {
    const isWanted = (line: string) => probes.test(line) || deliberate.has(line) || takeAway.refused(line);
    expect([...watched.refused].filter((line) => !isWanted(line))).toEqual([]);
  });

  it("hold nothing that is idle", () => {
    const elsewhere = leftOut.map(([pattern]) => pattern);
    const taken = new Set(takeAway.taken().map(({ key }) => key));
    const idle = idleRights(held.keys(), watched, /^/).filter((key) => !taken.has(key));
    expect(idle.filter((key) => !elsewhere.some((one) => one.test(key)))).toEqual([]);
    expect(held.size).toBeGreaterThan(200);
  });

  it("have the rest of what is listed as not asked for", () => {
    for (const [pattern] of unasked) expect([...held.keys()].filter((key) => pattern.test(key))).not.toEqual([]);
    expect([...watched.decisive.keys()].filter((key) => unasked.some(([pattern]) => pattern.test(key)))).toEqual([]);
  });

  it("grant on the project the listed roles alone", async () => {
    const of = `cloudresourcemanager.googleapis.com/v3/projects/${project}`;
    const grant = (role: string) => grantAs(cloud, { by: "identity", of, role, member: boss });
    for (const role of ["roles/owner", "roles/editor", "roles/alloydb.admin", "roles/iam.serviceAccountTokenCreator"]) {
      const refused = await grant(role);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain("resourcemanager.projects.setIamPolicy");
    }
    expect((await grant("roles/alloydb.client")).status).toBe(200);
  });

  it("make nobody the master of another account, of a stranger's secret or of a service", async () => {
    const secrets = `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
    for (const id of ["strangers", "alloyrun-hook-tickets"]) {
      await cloud.ask(`POST ${secrets}?secretId=${id}`, { replication: { automatic: {} } });
    }
    const outcomes: string[] = [];
    for (const { by, of, roles } of attacksOn(project)) {
      for (const role of roles) {
        const { status } = await grantAs(cloud, { by, of, role, member: boss });
        outcomes.push(`${status} ${by}: ${role} on ${of.replace(/^.*\//, "")}`);
      }
    }
    expect(outcomes.filter((outcome) => !outcome.startsWith("403"))).toEqual([
      `200 identity: roles/iam.serviceAccountUser on alloyrun-request@${project}.iam.gserviceaccount.com`,
      "200 identity: roles/secretmanager.secretAccessor on strangers",
      "200 service: roles/run.invoker on alloyrun-request",
      "200 traffic: roles/run.invoker on alloyrun-request",
    ]);
    const as = tokenOf(cloud, "identity");
    expect((await rest(cloud.local, `DELETE ${secrets}/strangers`, { as })).status).toBe(403);
  });

  /** Approves a run that asks anew. */
  async function approveAgain(run: string): Promise<void> {
    await until(async () => (await door.view(run)).state === "awaiting-approval");
    const asked = await door.asked(
      (approval) => approval.run === run && approval.closedAt === undefined && approval.decision === undefined,
    );
    await door.send(boss, `POST /v1/approvals/${asked.id}:approve`, {});
    await until(async () => (await door.view(run)).state !== "awaiting-approval");
  }

  function note(): void {
    for (const right of takeRights(cloud.local)) held.set(keyOf(right), right);
  }

  async function upTo(state: RunView["state"]): Promise<readonly string[]> {
    const { run } = await again(() => cloud.up(environment));
    note();
    expect([run.state, run.failures]).toEqual([state, run.failures]);
    return run.failures.map(({ step }) => step).sort();
  }

  /** Asks for a run, and once more while it lacked what is taken away in turn. */
  async function again<Result extends { readonly run: RunView }>(ask: () => Promise<Result>): Promise<Result> {
    for (;;) {
      mayFail = true;
      const result = await ask();
      mayFail = false;
      const { state, failures } = result.run;
      const said = { failed: state === "failed", text: JSON.stringify(failures) };
      if (takeAway.giveBack(said).length === 0) return result;
    }
  }

  /** One of the user's own, that the service reads. */
  async function addSecret(): Promise<void> {
    const secrets = `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
    await cloud.ask(`POST ${secrets}?secretId=greeting`, { replication: { automatic: {} } });
    await cloud.ask(`POST ${secrets}/greeting:addVersion`, {
      payload: { data: Buffer.from("hello").toString("base64") },
    });
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
});

const rebuild = { schedule: "0 6,7 * * 1", timeZone: "Asia/Tokyo", level: "data" };
const policy = { approval: { when: ["data-loss"] }, timeToLive: "72h", rebuild };
const service = { secrets: { GREETING: { secret: "greeting", version: 1 } } };
const database = { readPool: { name: "rights-pool", nodeCount: 1 } };

/** Something else of everything that can be changed in place. */
const changed = {
  labels: { team: "data" },
  policy,
  service,
  database: { instance: { cpuCount: 4 }, readPool: { name: "rights-pool", nodeCount: 2 } },
  egress: { connector: { maxInstances: 4 } },
};

/** What Scheduler asked for in vain. */
function isScheduledRefusal(entry: JournalEntry): boolean {
  return entry.kind === "site" && entry.principal.startsWith("alloyrun-scheduler@") && entry.status === 403;
}
