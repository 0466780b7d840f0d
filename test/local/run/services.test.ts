import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Fixture, parent, project, runner, startFixture } from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.stop());

const hello = (text: string) => `
  import { createServer } from "node:http";
  createServer((request, response) => response.end(${JSON.stringify(text)} + " " + request.url)).listen(process.env.PORT);`;

const template = (image: string, more: object = {}) => ({ serviceAccount: runner, containers: [{ image }], ...more });

const publicPolicy = { policy: { bindings: [{ role: "roles/run.invoker", members: ["allUsers"] }] } };

async function get(url: string, token?: string): Promise<string> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(url, { headers });
  return `${response.status} ${(await response.text()).replace(/<[^>]*>|\s+/g, " ").trim()}`;
}

const localUrl = (id: string) =>
  fixture.local.cloud.store
    .collection<{ url: string }>("run.localUrls")
    .get(`projects/${project}/locations/asia-northeast1/services/${id}`)?.url ?? "";

describe("CreateService", () => {
  it("makes a service that answers the owner at once and everybody once all may invoke it", async () => {
    const image = fixture.push("hello", hello("hello"));
    const operation = await fixture.operate("POST", `${parent}/services?serviceId=hello`, {
      template: template(image),
    });
    expect(operation).toMatchObject({
      metadata: { "@type": "type.googleapis.com/google.cloud.run.v2.Service" },
      response: {
        name: `projects/${project}/locations/asia-northeast1/services/hello`,
        generation: "1",
        observedGeneration: "1",
        ingress: "INGRESS_TRAFFIC_ALL",
        terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED" },
        uri: expect.stringMatching(/^https:\/\/hello-[a-z0-9]{10}-an\.a\.run\.app$/),
        urls: expect.arrayContaining([expect.stringMatching(/^https:\/\/hello-\d+\.asia-northeast1\.run\.app$/)]),
        latestReadyRevision: expect.stringMatching(/\/revisions\/hello-00001-[a-z]{3}$/),
        trafficStatuses: [{ percent: 100, revision: expect.stringMatching(/^hello-00001-/) }],
        template: {
          timeout: "300s",
          maxInstanceRequestConcurrency: 80,
          containers: [
            {
              ports: [{ name: "http1", containerPort: 8080 }],
              resources: { limits: { cpu: "1000m", memory: "512Mi" }, cpuIdle: true },
              startupProbe: { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: { port: 8080 } },
            },
          ],
        },
      },
    });
    expect(operation).not.toHaveProperty("response.reconciling");
    expect(await get(localUrl("hello"))).toMatch(/^403 /);
    expect(await get(`${localUrl("hello")}/x?y=1`, "owner")).toBe("200 hello /x?y=1");
    await fixture.call("POST", `${parent}/services/hello:setIamPolicy`, publicPolicy);
    await fixture.local.cloud.clock.advance(600_000);
    expect(await get(localUrl("hello"))).toBe("200 hello /");
  });

  it("probes the usual port of its only container", async () => {
    const containers = [{ image: fixture.push("probed", hello("probed")), startupProbe: { httpGet: {} } }];
    const operation = await fixture.operate("POST", `${parent}/services?serviceId=probed`, {
      template: { serviceAccount: runner, containers },
    });
    expect(operation).toMatchObject({
      response: { template: { containers: [{ startupProbe: { httpGet: { path: "/", port: 8080 } } }] } },
    });
  });

  it("is refused where there is no region", async () => {
    const elsewhere = parent.replace("asia-northeast1", "asia-nowhere1");
    const body = { template: template("i") };
    expect(await fixture.call("POST", `${elsewhere}/services?serviceId=a`, body)).toMatchObject({ status: 404 });
  });

  it.each([
    [
      "two ports",
      {
        containers: [
          { name: "a", image: "i", ports: [{}] },
          { name: "b", image: "i", ports: [{}] },
        ],
      },
      "exactly one container with an exposed port",
    ],
    [
      "no port among several",
      {
        containers: [
          { name: "a", image: "i" },
          { name: "b", image: "i" },
        ],
      },
      "exactly one container with an exposed port",
    ],
    [
      "PORT in the environment",
      { containers: [{ image: "i", env: [{ name: "PORT", value: "1" }] }] },
      "The following reserved env names were provided: PORT.",
    ],
    [
      "connector and interfaces",
      { vpcAccess: { connector: "c", networkInterfaces: [{ network: "n" }] } },
      "one and only one of connector and network_interfaces must be set.",
    ],
    [
      "a TCP liveness probe",
      { containers: [{ image: "i", ports: [{}], livenessProbe: { tcpSocket: { port: 1 } } }] },
      "TCP sockets are not allowed in liveness probes",
    ],
    [
      "a long startup window",
      {
        containers: [
          { image: "i", ports: [{}], startupProbe: { tcpSocket: {}, periodSeconds: 60, failureThreshold: 5 } },
        ],
      },
      "not be greater than 240 seconds",
    ],
    [
      "a dependency cycle",
      {
        containers: [
          { name: "a", image: "i", ports: [{}], dependsOn: ["b"] },
          { name: "b", image: "i", dependsOn: ["a"] },
        ],
      },
      "cycle: a -> b -> a",
    ],
    [
      "little memory for many CPUs",
      { containers: [{ image: "i", resources: { limits: { cpu: "4", memory: "1Gi" } } }] },
      "memory must be between 2048Mi and 16384Mi",
    ],
    ["a label of Google's", { labels: { "run.googleapis.com/x": "y" } }, "reserved by the system"],
  ])("refuses %s", async (_, more, message) => {
    const body = { template: template("i", more) };
    const answer = await fixture.call("POST", `${parent}/services?serviceId=bad`, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { status: "INVALID_ARGUMENT", message: expect.stringContaining(message) } },
    });
  });

  it("refuses an account that the caller may not act as, and one that is not there", async () => {
    const image = fixture.push("acts", hello("acts"));
    const other = { ...template(image), serviceAccount: `nobody@${project}.iam.gserviceaccount.com` };
    const answer = await fixture.call("POST", `${parent}/services?serviceId=acts`, { template: other });
    expect(answer).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining("actAs") } } });
  });

  it("keeps the service and tells the reason when the container exits, and a PATCH then repairs it", async () => {
    const broken = fixture.push("broken", "console.error('cannot start'); process.exit(4);");
    const operation = await fixture.operate("POST", `${parent}/services?serviceId=repair`, {
      template: template(broken),
    });
    expect(operation.error).toMatchObject({ code: 9 });
    expect(operation.error?.message).toMatch(
      /^Revision 'repair-00001-[a-z]{3}' is not ready and cannot serve traffic\. The user-provided container failed to start and listen on the port .*exited with code 4/,
    );
    expect(fixture.printed()).toContain("cannot start");
    const failed = await fixture.call("GET", `${parent}/services/repair`);
    expect(failed.body).toMatchObject({
      terminalCondition: { state: "CONDITION_FAILED", revisionReason: "HEALTH_CHECK_CONTAINER_ERROR" },
    });
    expect(
      (await fixture.call("POST", `${parent}/services?serviceId=repair`, { template: template(broken) })).status,
    ).toBe(409);
    const image = fixture.push("repaired", hello("repaired"));
    const repaired = await fixture.operate("PATCH", `${parent}/services/repair`, { template: template(image) });
    expect(repaired.response).toMatchObject({
      generation: "2",
      latestReadyRevision: expect.stringContaining("/repair-00002-"),
    });
    expect(await get(localUrl("repair"), "owner")).toBe("200 repaired /");
  });

  it("fails when the image was never pushed", async () => {
    const operation = await fixture.operate("POST", `${parent}/services?serviceId=absent`, {
      template: template("host/p/none"),
    });
    expect(operation.error).toMatchObject({
      code: 9,
      message: expect.stringContaining("Image 'host/p/none' not found."),
    });
  });
});

describe("UpdateService", () => {
  it("serves a named revision under its tag without traffic, then splits and moves the traffic", async () => {
    const [one, two] = [fixture.push("one", hello("one")), fixture.push("two", hello("two"))];
    await fixture.operate("POST", `${parent}/services?serviceId=moves`, {
      template: template(one, { revision: "moves-a" }),
    });
    const stay = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "moves-a", percent: 100 };
    const tagged = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "moves-b", tag: "next" };
    const body = { template: template(two, { revision: "moves-b" }), traffic: [stay, tagged] };
    const { response } = await fixture.operate("PATCH", `${parent}/services/moves`, body);
    const { uri, trafficStatuses } = response as { uri: string; trafficStatuses: { uri?: string }[] };
    expect(trafficStatuses[1]?.uri).toBe(uri.replace("https://", "https://next---"));
    const inside = async (url: string) => {
      const headers = { authorization: "Bearer owner" };
      const answer = await fixture.local.cloud.fetch({
        method: "GET",
        url: new URL(url),
        headers,
        body: Buffer.alloc(0),
      });
      return `${answer.status} ${answer.body}`;
    };
    expect(await inside(uri)).toBe("200 one /");
    expect(await inside(`${trafficStatuses[1]?.uri}/`)).toBe("200 two /");
    expect(await get(localUrl("moves"), "owner")).toBe("200 one /");

    const moved = {
      traffic: [
        { ...stay, percent: 0 },
        { ...tagged, percent: 100 },
      ],
    };
    const after = await fixture.operate("PATCH", `${parent}/services/moves?updateMask=traffic`, moved);
    expect(after.response).toMatchObject({ latestReadyRevision: expect.stringContaining("/moves-b") });
    expect(await get(localUrl("moves"), "owner")).toBe("200 two /");
    const revisions = await fixture.call("GET", `${parent}/services/moves/revisions`);
    expect(revisions.body.revisions).toHaveLength(2);
  });

  it("refuses percentages that do not add up, unknown revisions, and a name used for another template", async () => {
    const image = fixture.push("strict", hello("strict"));
    await fixture.operate("POST", `${parent}/services?serviceId=strict`, {
      template: template(image, { revision: "strict-a" }),
    });
    const patch = (body: object) => fixture.call("PATCH", `${parent}/services/strict`, body);
    const to = (revision: string, percent: number) => [
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision, percent },
    ];
    const same = template(image, { revision: "strict-a" });
    expect((await patch({ template: same, traffic: to("strict-a", 90) })).body.error?.message).toMatch("add up to 100");
    expect((await patch({ template: same, traffic: to("strict-z", 100) })).body.error?.message).toMatch(
      "does not exist",
    );
    const other = template(fixture.push("other", hello("other")), { revision: "strict-a" });
    expect(await patch({ template: other })).toMatchObject({
      status: 409,
      body: { error: { status: "ALREADY_EXISTS" } },
    });
    const repeated = await fixture.operate("PATCH", `${parent}/services/strict`, { template: same });
    expect(repeated.response).toMatchObject({ generation: "1" });
  });

  it("creates a missing service only when allowed", async () => {
    const image = fixture.push("upsert", hello("upsert"));
    expect((await fixture.call("PATCH", `${parent}/services/upsert`, { template: template(image) })).status).toBe(404);
    const made = await fixture.operate("PATCH", `${parent}/services/upsert?allowMissing=true`, {
      template: template(image),
    });
    expect(made.response).toMatchObject({ generation: "1" });
  });
});

describe("DeleteService", () => {
  it("ends the instances and frees the name", async () => {
    const image = fixture.push("gone", hello("gone"));
    await fixture.operate("POST", `${parent}/services?serviceId=gone`, { template: template(image) });
    const url = localUrl("gone");
    expect((await fixture.operate("DELETE", `${parent}/services/gone`)).response).toMatchObject({
      deleteTime: expect.any(String),
    });
    expect((await fixture.call("GET", `${parent}/services/gone`)).status).toBe(404);
    await expect(fetch(url)).rejects.toThrow();
    expect(
      (await fixture.operate("POST", `${parent}/services?serviceId=gone`, { template: template(image) })).error,
    ).toBeUndefined();
  });
});

describe("a planned limit on services", () => {
  afterEach(() => fixture.local.faults.clear());

  it("refuses one more however it is asked for, and lets the others be changed", async () => {
    const image = fixture.push("limited", hello("limited"));
    await fixture.operate("POST", `${parent}/services?serviceId=within`, { template: template(image) });
    const present = (await fixture.call("GET", `${parent}/services`)).body.services;
    fixture.local.faults.addLimit({
      project: project,
      metric: "ServicesPerProjectPerRegion",
      limit: Array.isArray(present) ? present.length : 0,
    });
    const refused = {
      status: 429,
      body: { error: { message: expect.stringContaining("Quota limit 'ServicesPerProjectPerRegion'") } },
    };
    const knative = {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { name: "beyond", namespace: project },
      spec: { template: { spec: { serviceAccountName: runner, containers: [{ image }] } } },
    };
    const versionOne = `asia-northeast1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/${project}/services`;
    const body = { template: template(image) };
    expect(await fixture.call("POST", `${parent}/services?serviceId=beyond`, body)).toMatchObject(refused);
    expect(await fixture.call("PATCH", `${parent}/services/beyond?allowMissing=true`, body)).toMatchObject(refused);
    expect(await fixture.call("POST", versionOne, knative)).toMatchObject(refused);
    expect((await fixture.call("GET", `${parent}/services/beyond`)).status).toBe(404);
    const changed = { ...body, description: "the same one" };
    expect(await fixture.operate("PATCH", `${parent}/services/within`, changed)).toMatchObject({
      response: { description: "the same one" },
    });
  });
});

describe("the name of a deleted service", () => {
  it("stays taken for some moments in about half of the cases, and is free again after them", async () => {
    const image = fixture.push("fleeting", hello("fleeting"));
    const create = (id: string) =>
      fixture.call("POST", `${parent}/services?serviceId=${id}`, { template: template(image) });
    const { clock, store } = fixture.local.cloud;
    const held = () =>
      store
        .collection("run.nameHolds")
        .list()
        .map(([name]) => name.split("/").at(-1) ?? "");
    for (let number = 0; held().length === 0; number += 1) {
      const id = `fleeting-${number}`;
      await fixture.operate("POST", `${parent}/services?serviceId=${id}`, { template: template(image) });
      await fixture.operate("DELETE", `${parent}/services/${id}`);
    }
    const [id = ""] = held();
    expect((await fixture.call("GET", `${parent}/services/${id}`)).status).toBe(404);
    expect(await create(id)).toMatchObject({ status: 409, body: { error: { status: "ALREADY_EXISTS" } } });
    await clock.advance(30_000);
    expect((await create(id)).status).toBe(200);
  });
});
