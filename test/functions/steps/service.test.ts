import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Change } from "../../../plan/change.ts";
import type { StepName } from "../../../plan/step.ts";
import { rest } from "../../support/local-cloud.ts";
import { type CarriedOut, StepRefused } from "../../support/steps.ts";
import { type Application, type Outputs, seedInput, serviceInput, startApplication } from "./application.ts";

jest.setTimeout(120_000);

const users = "CREATE TABLE users (id varchar(128), name varchar(128)); INSERT INTO users VALUES ('3', 'sasashun')";
const smoke = { path: "/", expect: { status: 200, contains: "sasashun" } };
let application: Application;
let seeded: Outputs;

beforeAll(async () => {
  application = await startApplication();
  const input = seedInput(application.runner, await application.upload({ "001.sql": users }));
  const { output } = await application.steps.carryOut("seed", { input, outputs: application.outputs });
  seeded = { ...application.outputs, seed: output };
});
afterAll(() => application.stop());

interface Deployment {
  readonly outputs: Outputs;
  readonly done: Readonly<Partial<Record<StepName, CarriedOut>>>;
}

/** Carries out `service`, `verify` and `traffic`, as far as `until`. */
async function deploy(
  image: string,
  {
    until = "traffic",
    input = serviceInput,
    run = "r1",
    invokers = [] as readonly string[],
    test = smoke,
    action = "up" as "up" | "rebuild",
  } = {},
): Promise<Deployment> {
  let outputs: Outputs = { ...seeded, image: { image } };
  const done: Partial<Record<StepName, CarriedOut>> = {};
  const inputs = { service: input, verify: test, traffic: { service: input.service, invokers, path: "/" } };
  for (const step of ["service", "verify", "traffic"] as const) {
    const carriedOut = await application.steps.carryOut(step, {
      input: inputs[step],
      outputs,
      run: { id: run, action },
    });
    done[step] = carriedOut;
    outputs = { ...outputs, [step]: carriedOut.output };
    if (step === until) break;
  }
  return { outputs, done };
}

async function refused(deploying: Promise<unknown>): Promise<StepRefused> {
  const caught = await deploying.catch((error: unknown) => error);
  if (caught instanceof StepRefused) return caught;
  throw new Error(`expected a refusal, got ${String(caught)} ${JSON.stringify(caught)}`);
}

const read = async (name = serviceInput.service) =>
  (await rest(application.local, `GET run.googleapis.com/v2/${name}`)).body;
const revisions = async () => (await read(`${serviceInput.service}/revisions`)).revisions as readonly object[];

async function browse(url: unknown): Promise<string> {
  const answer = await application.local.cloud.fetch({
    method: "GET",
    url: new URL(String(url)),
    headers: {},
    body: Buffer.alloc(0),
  });
  return `${answer.status} ${answer.body.toString().trim()}`;
}

/** An application that answers without any database. */
const program = (body: string) =>
  `require("node:http").createServer((request, response) => { ${body} }).listen(process.env.PORT);`;

describe("service, verify and traffic", () => {
  it("prove a first revision under its tag before anybody else may call it", async () => {
    const { outputs, done } = await deploy(application.users, { until: "verify" });
    expect(outputs.service?.tagUrl).not.toBe(outputs.service?.url);
    expect(done.verify?.output).toMatchObject({ status: 200, excerpt: "Select Users: [{3 sasashun}]\n" });
    expect(await browse(outputs.service?.url)).toMatch(/^403/);
  });

  it("open it to everybody once it is verified", async () => {
    const { outputs, done } = await deploy(application.users, { invokers: ["allUsers"] });
    expect(done.service?.changes).toEqual([]);
    await application.local.cloud.clock.advance(600_000);
    expect(await browse(outputs.traffic?.url)).toBe("200 Select Users: [{3 sasashun}]");
    expect((await read()).trafficStatuses).toEqual([expect.objectContaining({ percent: 100 })]);
  });

  it("are observed under whatever name the plan gives to the service, with the run that opened it", async () => {
    const { service } = serviceInput;
    const { database, instance } = { ...seeded.seed, ...seeded.instance };
    const own = [{ service, serving: { database, instance }, openedBy: "r1" }];
    const observe = (input: object) =>
      application.steps.ask("service", { action: "observe", input: { ...serviceInput, ...input } });
    expect((await observe({})).body.output).toMatchObject({ database, url: expect.stringMatching(/^https/), own });
    expect((await observe({ service: `${service}-renamed` })).body.output).toEqual({ own });
  });

  it("change nothing the second time, in another run", async () => {
    const { done } = await deploy(application.users, { invokers: ["allUsers"], run: "r2" });
    expect(Object.values(done).flatMap(({ changes }) => changes)).toEqual([]);
    expect(await revisions()).toHaveLength(1);
    const plan = await application.steps.ask("service", { action: "plan", input: serviceInput });
    expect(plan.body.changes).toEqual([]);
  });

  it("plan just the fields that differ from what Cloud Run has", async () => {
    const env = { ...serviceInput.env, ADDED: "kept-to-itself" };
    const { body } = await application.steps.ask("service", {
      action: "plan",
      input: { ...serviceInput, maxInstances: serviceInput.maxInstances + 1, env },
    });
    const [first, second, third, ...others] = (body.changes as object as readonly Change[]).flatMap(
      ({ fields }) => fields,
    );
    const { maxInstances } = serviceInput;
    expect(first).toEqual({ path: "template.scaling.maxInstanceCount", from: maxInstances, to: maxInstances + 1 });
    expect(second).toEqual({ path: "template.containers.app.env.ADDED", to: "a value" });
    expect([third?.path, others]).toEqual(["template.revision", []]);
    expect(JSON.stringify(body)).not.toContain("kept-to-itself");
  });

  it("keep what serves when the new revision does not pass its test, and tell what it answered", async () => {
    const image = application.push("liar", program(`response.end("no users here"); console.log("answered a lie");`));
    const { message } = await refused(deploy(image, { invokers: ["allUsers"] }));
    expect(message).toContain('the answer does not contain \\"sasashun\\"');
    expect(message).toContain("no users here");
    expect(message).toContain("answered a lie");
    expect(await browse((await read()).uri)).toBe("200 Select Users: [{3 sasashun}]");
  });

  it("name the condition and show the log of a revision that crashes", async () => {
    const image = application.push("crasher", `console.error("no luck today"); process.exit(3);`);
    const { message } = await refused(deploy(image));
    expect(message).toMatch(
      /revision users-[0-9a-f]{8} is not ready: ContainerHealthy \(HEALTH_CHECK_CONTAINER_ERROR\)/,
    );
    expect(message).toContain("no luck today");
    expect(await browse((await read()).uri)).toBe("200 Select Users: [{3 sasashun}]");
  });

  it("do not try a broken revision again in its run, but do in the next", async () => {
    const image = application.push("crasher", `console.error("no luck today"); process.exit(3);`);
    const before = (await revisions()).length;
    await refused(deploy(image));
    expect(await revisions()).toHaveLength(before);
    const { message } = await refused(deploy(image, { run: "r3" }));
    expect(message).toMatch(/revision users-[0-9a-f]{8}-2 is not ready/);
  });

  it("move all traffic to what is verified, and close the door again when the spec says so", async () => {
    const image = application.push("second", program(`response.end("sasashun the second");`));
    const { outputs, done } = await deploy(image);
    expect(done.traffic?.changes).toEqual([`update ${serviceInput.service}`, `update ${serviceInput.service}`]);
    await application.local.cloud.clock.advance(600_000);
    expect(await browse(outputs.traffic?.url)).toMatch(/^403/);
    expect((await read()).trafficStatuses).toEqual([
      expect.objectContaining({ percent: 100, revision: String(outputs.traffic?.revision).split("/").at(-1) }),
    ]);
  });

  it("go back to content that was there before without making a revision", async () => {
    const before = (await revisions()).length;
    const { done } = await deploy(application.users);
    expect(done.verify?.output.excerpt).toBe("Select Users: [{3 sasashun}]\n");
    expect(await revisions()).toHaveLength(before);
  });

  it("tell what serves: database, instance, and all else that a revision stands on", async () => {
    const { body } = await application.steps.ask("service", { action: "observe", input: serviceInput });
    const { instance, egress } = application.outputs;
    const serving = {
      database: "mydb",
      instance: instance?.instance,
      vpcAccess: egress?.vpcAccess,
      image: expect.stringContaining("@sha256:"),
      url: (await read()).uri,
    };
    expect(body).toMatchObject({ state: "done", output: serving, changes: [] });
    const absent = { ...serviceInput, service: `${serviceInput.service}-none` };
    const ownership = { ...serviceInput.ownership, labels: {}, environment: "other", mark: "other" };
    const nothing = await application.steps.ask("service", { action: "observe", input: { ...absent, ownership } });
    expect(nothing.body).toEqual({ state: "done", output: {}, changes: [] });
  });

  it("tell whether what serves answers as it should", async () => {
    const { body } = await application.steps.ask("service", { action: "observe", input: serviceInput });
    const serving = body.output as Readonly<Record<string, unknown>>;
    const answers = async (input: object, service: typeof serving) =>
      (await application.steps.ask("verify", { action: "observe", input, outputs: { service } })).body.output;
    expect(await answers(smoke, serving)).toEqual({ answers: true });
    const { expect: expected } = smoke;
    expect(await answers({ ...smoke, expect: { ...expected, contains: "Nobody" } }, serving)).toEqual({
      answers: "otherwise",
    });
    expect(await answers(smoke, {})).toEqual({ answers: false });
  });

  it("make a revision of the same content for a rebuild, one however often it is asked, and keep it afterwards", async () => {
    const before = (await revisions()).length;
    const plan = await application.steps.ask("service", {
      action: "plan",
      input: serviceInput,
      run: { action: "rebuild" },
    });
    expect(plan.body.changes).toMatchObject([
      { action: "update", fields: [{ path: "template.revision", to: "unknown" }] },
    ]);
    const rebuilt = await deploy(application.users, { run: "rebuild-1", action: "rebuild" });
    await deploy(application.users, { run: "rebuild-1", action: "rebuild" });
    const after = await deploy(application.users, { run: "r6" });
    expect(await revisions()).toHaveLength(before + 1);
    expect(after.outputs.traffic?.revision).toBe(rebuilt.outputs.traffic?.revision);
    expect(after.done.service?.changes).toEqual([]);
  });

  it("wait for an old service that is opened only now until anybody gets in", async () => {
    await deploy(application.users);
    await application.local.cloud.clock.advance(3_600_000);
    const { outputs, done } = await deploy(application.users, { invokers: ["allUsers"], run: "r4" });
    expect(done.traffic?.changes).toEqual([`update ${serviceInput.service}`]);
    expect(await browse(outputs.traffic?.url)).toBe("200 Select Users: [{3 sasashun}]");
  });

  it.each([403, 500])("end with what anybody was answered when that stays %d", async (status) => {
    const answer = `response.statusCode = request.headers.authorization ? 200 : ${status}; response.end("sasashun alone");`;
    const image = application.push(`shy-${status}`, program(answer));
    const { message } = await refused(deploy(image, { invokers: ["allUsers"], run: "r5" }));
    expect(message).toContain(`it answered ${status} where 200 was expected`);
    expect(message).toContain("sasashun alone");
  });

  it("wait for an old service whose smoke test somebody forbade, until it is let in again", async () => {
    const answer = `if (request.url === "/forbid") globalThis.refusals = 3;
      response.statusCode = globalThis.refusals-- > 0 ? 403 : 200;
      response.end("sasashun alone");`;
    const image = application.push("forbidden", program(answer));
    const { outputs } = await deploy(image, { invokers: ["allUsers"], run: "r8" });
    await application.local.cloud.clock.advance(3_600_000);
    expect(await browse(`${outputs.traffic?.url}/forbid`)).toBe("403 sasashun alone");
    const service = `run.googleapis.com/v2/${serviceInput.service}`;
    await rest(application.local, `POST ${service}:setIamPolicy`, { body: { policy: { bindings: [] } } });
    const again = await deploy(image, { invokers: ["allUsers"], run: "r9" });
    expect(again.outputs.service).toMatchObject({ revision: outputs.service?.revision });
    expect(again.done.verify?.reasons.join()).toContain("is not in effect yet");
  });

  it("refuse a service of another environment by name, and remove only their own", async () => {
    const foreign = { ...serviceInput, ownership: { ...serviceInput.ownership, environment: "other" } };
    const { message } = await refused(deploy(application.users, { input: foreign }));
    expect(message).toContain(`${serviceInput.service} exists and belongs to`);
    const remove = (input: object) => application.steps.carryOut("service", { action: "remove", input });
    expect(await application.steps.planRemoval("service", foreign)).toEqual({});
    expect(await application.steps.planRemoval("service", { ...serviceInput, minInstances: 1 })).toEqual({
      [`delete ${serviceInput.service}`]: expect.objectContaining({
        downtime: true,
        costPerDay: expect.closeTo(-0.594),
      }),
    });
    const left = [expect.stringContaining(`${serviceInput.service} is not of`)];
    await expect(remove(foreign)).resolves.toMatchObject({ changes: [], output: { left } });
    await expect(remove(serviceInput)).resolves.toMatchObject({ changes: [`delete ${serviceInput.service}`] });
    await expect(remove(serviceInput)).resolves.toMatchObject({ changes: [] });
  });
});
