import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { type Fixture, parent, project, runner, startFixture } from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture([createSecretManager]);
  const secrets = `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
  await fixture.call("POST", `${secrets}?secretId=key`, { replication: { automatic: {} } });
  for (const text of ["one", "two"]) {
    const payload = { data: Buffer.from(text).toString("base64") };
    await fixture.call("POST", `${secrets}/key:addVersion`, { payload });
  }
  const bindings = [{ role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${runner}`] }];
  await fixture.call("POST", `${secrets}/key:setIamPolicy`, { policy: { bindings } });
  await fixture.local.cloud.clock.advance(600_000);
});

afterAll(() => fixture.stop());

/** Answers with what it finds at the path of the request, which it reads in all the ways there are. */
const reader = `
  import { createServer } from "node:http";
  import fs, { existsSync, readFileSync } from "node:fs";
  import { readFile } from "node:fs/promises";
  const seen = async (path) => {
    const texts = [readFileSync(path, "utf8"), await readFile(path, "utf8"), fs.readFileSync(new URL("file://" + path), "utf8")];
    let text = "";
    for await (const chunk of fs.createReadStream(path)) text += chunk;
    return [...new Set([...texts, text])].join("|") + " " + (fs.statSync(path).mode & 0o777).toString(8);
  };
  createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    response.end(existsSync(path) ? await seen(path) : "absent");
  }).listen(process.env.PORT);`;

const localUrl = (id: string) =>
  fixture.local.cloud.store
    .collection<{ url: string }>("run.localUrls")
    .get(`projects/${project}/locations/asia-northeast1/services/${id}`)?.url ?? "";

async function read(id: string, path: string): Promise<string> {
  const response = await fetch(`${localUrl(id)}${path}`, { headers: { authorization: "Bearer owner" } });
  return await response.text();
}

describe("a volume of secrets", () => {
  it("holds the versions as files, for all containers that mount it", async () => {
    const volumes = [
      { name: "latest", secret: { secret: "key" } },
      {
        name: "both",
        secret: {
          secret: "key",
          items: [
            { path: "a/old", version: "1", mode: 256 },
            { path: "new", version: "2" },
          ],
        },
      },
    ];
    const volumeMounts = [
      { name: "latest", mountPath: "/secrets" },
      { name: "both", mountPath: "/etc/both" },
    ];
    const containers = [
      { image: fixture.push("reader", reader), volumeMounts, env: [{ name: "FILE", value: "/secrets/key" }] },
    ];
    const made = await fixture.operate("POST", `${parent}/services?serviceId=reads`, {
      template: { serviceAccount: runner, containers, volumes },
    });
    expect(made).toMatchObject({ response: { template: { volumes } } });
    expect(await read("reads", "/secrets/key")).toBe("two 444");
    expect(await read("reads", "/etc/both/a/old")).toBe("one 400");
    expect(await read("reads", "/etc/both/new")).toBe("two 444");
    expect(await read("reads", "/secrets-not/key")).toBe("absent");
  });

  it("fails the revision whose account may not read it", async () => {
    const volumes = [{ name: "v", secret: { secret: "none" } }];
    const containers = [{ image: fixture.push("unread", reader), volumeMounts: [{ name: "v", mountPath: "/v" }] }];
    const { error } = await fixture.operate("POST", `${parent}/services?serviceId=unread`, {
      template: { serviceAccount: runner, containers, volumes },
    });
    expect(error?.message).toMatch(
      /is not ready and cannot serve traffic\. spec\.template\.spec\.volumes\[0\]\.secret\.secret_name: /,
    );
  });
});

describe("an empty volume", () => {
  it("is shared by the containers of an instance and gone with it", async () => {
    const writer = `
      import { writeFileSync, readdirSync } from "node:fs";
      writeFileSync(process.env.OUT, "seen " + readdirSync("/shared").length);
      setInterval(() => undefined, 1000);`;
    const waiting = `
      import { readFileSync } from "node:fs";
      import { setTimeout } from "node:timers/promises";
      for (;;) { try { console.log(readFileSync("/data/out", "utf8")); break; } catch { await setTimeout(20); } }`;
    const mount = (mountPath: string) => ({ volumeMounts: [{ name: "v", mountPath }] });
    const containers = [
      {
        name: "side",
        image: fixture.push("writer", writer),
        env: [{ name: "OUT", value: "/shared/out" }],
        ...mount("/shared"),
      },
      { name: "main", image: fixture.push("waiting", waiting), dependsOn: ["side"], ...mount("/data") },
    ];
    const template = {
      serviceAccount: runner,
      maxRetries: 0,
      containers,
      volumes: [{ name: "v", emptyDir: { medium: "MEMORY" } }],
    };
    await fixture.operate("POST", `${parent}/jobs?jobId=shares`, { template: { template } });
    for (const run of [1, 2]) {
      const ended = await fixture.operate("POST", `${parent}/jobs/shares:run`, {});
      expect(ended).toMatchObject({ response: { succeededCount: 1 } });
      expect(fixture.printed().filter((line) => line === "seen 0")).toHaveLength(run);
    }
  });
});

describe("a template's volumes", () => {
  const mount = (mountPath: string, name = "v") => [{ name, mountPath }];
  it.each([
    ["an unknown volume", { volumeMounts: mount("/v", "w") }, [], "volume 'w' does not exist"],
    ["a relative mount path", { volumeMounts: mount("v") }, [{ name: "v", emptyDir: {} }], "must be absolute"],
    [
      "two volumes of one name",
      {},
      [
        { name: "v", emptyDir: {} },
        { name: "v", emptyDir: {} },
      ],
      "is not unique",
    ],
    ["no kind", {}, [{ name: "v" }], "exactly one kind of volume"],
    [
      "a path out of the volume",
      {},
      [{ name: "v", secret: { secret: "s", items: [{ path: "../x" }] } }],
      "must be relative",
    ],
    ["a bucket", {}, [{ name: "v", gcs: { bucket: "b" } }], "gcs is not served"],
  ])("refuses %s", async (_, container, volumes, message) => {
    const template = { serviceAccount: runner, containers: [{ image: "i", ...container }], volumes };
    const answer = await fixture.call("POST", `${parent}/services?serviceId=bad`, { template });
    expect(answer.body.error?.message).toMatch(message);
  });
});

describe("a gRPC probe", () => {
  it("waits until the server says that it serves", async () => {
    const server = `
      import { createServer } from "node:http2";
      const started = Date.now();
      const answer = (stream) => {
        const isUp = Date.now() - started > 300;
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, isUp ? 1 : 2]));
      };
      createServer().on("stream", answer).listen(9000);`;
    const startupProbe = { grpc: { port: 9000, service: "app" }, periodSeconds: 1, failureThreshold: 30 };
    const containers = [
      { name: "main", image: fixture.push("web", reader), ports: [{}], dependsOn: ["grpc"] },
      { name: "grpc", image: fixture.push("grpc", server), startupProbe },
    ];
    const made = await fixture.operate("POST", `${parent}/services?serviceId=probed`, {
      template: { serviceAccount: runner, containers },
    });
    expect(made).toMatchObject({ response: { terminalCondition: { state: "CONDITION_SUCCEEDED" } } });
    const stuck = server.replace("isUp ? 1 : 2", "2");
    const never = [
      {
        image: fixture.push("stuck", stuck),
        ports: [{ containerPort: 9000 }],
        startupProbe: { ...startupProbe, failureThreshold: 2 },
      },
    ];
    const failed = await fixture.operate("POST", `${parent}/services?serviceId=stuck`, {
      template: { serviceAccount: runner, containers: never },
    });
    expect(failed.error?.message).toMatch(/failed to start and listen/);
  });
});
