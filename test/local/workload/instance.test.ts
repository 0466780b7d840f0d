import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Container, Workload } from "../../../local/workload/container.ts";
import { collect, forward } from "../../../local/workload/forward.ts";
import { Instance, type InstanceKind } from "../../../local/workload/instance.ts";
import { makeOpenDirectory, type Runtime, runtimeOf } from "../../../local/workload/runtime.ts";
import { createFakeCloud, type FakeCloud } from "./fake-cloud.ts";

// Processes really start: a busy machine takes its time.
jest.setTimeout(60_000);

const network = "projects/p/global/networks/n";
let fake: FakeCloud;
let runtime: Runtime;

beforeAll(() => {
  fake = createFakeCloud(41);
  runtime = runtimeOf(fake.cloud);
});

afterAll(() => fake.stop());

/** Pushes a one-file application and gives a reference to it. */
function push(name: string, source: string): string {
  const directory = join(fake.cloud.directory, "apps", name);
  mkdirSync(directory, { recursive: true });
  makeOpenDirectory(directory);
  writeFileSync(join(directory, "main.mjs"), source, { mode: 0o644 });
  const image = { digest: `sha256:${name}`, directory, command: ["node", "main.mjs"], env: {}, packages: {} };
  const repository = `host/p/apps/${name}`;
  runtime.images.push({ ...image, reference: `${repository}@${image.digest}`, uploadTime: "", sizeBytes: 0 }, "latest");
  return repository;
}

function makeInstance(
  containers: readonly Partial<Container>[],
  rest: Partial<Workload> = {},
  kind: InstanceKind = "service",
) {
  const workload: Workload = {
    name: "projects/p/locations/r/services/s/revisions/s-1",
    project: "p",
    region: "r",
    serviceAccount: "runner@p.iam.gserviceaccount.com",
    env: { K_SERVICE: "s" },
    egress: { reachesGoogle: true },
    resource: { type: "cloud_run_revision", labels: {} },
    ...rest,
    containers: containers.map((container, index) => ({ name: `c${index}`, image: "", env: {}, ...container })),
  };
  return new Instance({ runtime, workload, kind });
}

async function get(instance: Instance, path = "/", port = 8080): Promise<string> {
  const request = { address: instance.address, port, method: "GET", path, headers: {}, timeoutMs: 5000 };
  return (await collect(await forward({ ...request, body: Buffer.alloc(0) }))).body.toString();
}

const texts = () => fake.entries.map(({ text }) => text);

describe("Instance", () => {
  it("gives every way of listening the instance's own address, so that two instances share a port", async () => {
    const image = push(
      "listen",
      `
      import { createServer } from "node:http";
      const answer = (_, response) => response.end(process.env.K_SERVICE + " " + process.env.NAME);
      createServer(answer).listen(process.env.PORT);
      createServer(answer).listen(9001, "0.0.0.0");
      createServer(answer).listen({ port: 9002, host: "localhost" });
    `,
    );
    const start = async (NAME: string) => {
      const instance = makeInstance([{ image, env: { NAME }, port: 8080 }]);
      await instance.start();
      return instance;
    };
    const [one, two] = await Promise.all([start("one"), start("two")]);
    expect(await get(one)).toBe("s one");
    expect(await get(two)).toBe("s two");
    expect(await get(one, "/", 9001)).toBe("s one");
    expect(await get(two, "/", 9002)).toBe("s two");
    await Promise.all([one.stop(), two.stop()]);
    await expect(get(one)).rejects.toThrow("ECONNREFUSED");
  });

  it("leads outgoing connects to neighbours, to reachable private addresses, and nowhere else", async () => {
    const database = makeInstance([{ image: push("database", serve("database")), port: 8080 }]);
    await database.start();
    fake.cloud.fabric.attach({ network, privateAddress: "192.168.200.2", loopback: database.address });
    const image = push(
      "client",
      `
      import { createServer, get } from "node:http";
      const fetchText = (url) => new Promise((resolve) => get(url, (response) => response.on("data", (data) => resolve(String(data))))
        .on("error", (error) => resolve(error.code)));
      createServer(async (request, response) => response.end(await fetchText(request.url.slice(1)))).listen(8080);
    `,
    );
    const sidecar = { image: push("sidecar", serve("sidecar", 9000)), startupProbe: { tcpSocket: { port: 9000 } } };
    const inside = makeInstance([{ image, port: 8080 }, sidecar], { egress: { network, reachesGoogle: true } });
    const outside = makeInstance([{ image, port: 8080 }]);
    await Promise.all([inside.start(), outside.start()]);
    expect(await get(inside, "/http://localhost:9000/")).toBe("sidecar");
    expect(await get(inside, "/http://192.168.200.2:8080/")).toBe("database");
    expect(await get(outside, "/http://192.168.200.2:8080/")).toBe("ECONNREFUSED");
    await Promise.all([inside.stop(), outside.stop(), database.stop()]);
  });

  it("translates whole addresses in arguments and environment", async () => {
    const image = push("print", `console.log(process.argv[2], process.env.HOST, process.env.URL);`);
    const env = { HOST: "127.0.0.1", URL: "postgres://u@127.0.0.1:5432/d" };
    const task = makeInstance([{ image, args: ["--address=0.0.0.0"], env }], {}, "task");
    await task.start();
    await task.completed();
    const { address } = task;
    expect(texts()).toContain(`--address=${address} ${address} postgres://u@${address}:5432/d`);
    await task.stop();
  });

  it("passes nothing of this process's environment or of the person's on", async () => {
    const image = push("environment", `console.log("names:" + Object.keys(process.env).sort());`);
    const task = makeInstance([{ image }], {}, "task");
    await task.start();
    await task.completed();
    await task.stop();
    const names = texts().find((text) => text?.startsWith("names:"));
    expect(names).toBe(
      "names:GCE_METADATA_HOST,HOME,HTTPS_PROXY,K_SERVICE,LOCAL_CLOUD_NETWORK,NODE_COMPILE_CACHE,NODE_OPTIONS,NO_PROXY,PATH,TMPDIR,no_proxy",
    );
  });

  it("starts a container only when those it depends on have passed their probes", async () => {
    const slow = push(
      "slow",
      `
      import { createServer } from "node:http";
      let asked = 0;
      createServer((_, response) => response.writeHead(++asked < 3 ? 503 : 200).end()).listen(9090, () => console.log("slow is up"));
      process.on("exit", () => console.log("asked " + asked));
    `,
    );
    const first = { name: "first", image: slow, startupProbe: { httpGet: { path: "/startup", port: 9090 } } };
    const second = {
      name: "second",
      image: push("second", `${serve("second")} console.log("second is up");`),
      port: 8080,
    };
    const instance = makeInstance([{ ...second, dependsOn: ["first"] }, first]);
    await instance.start();
    const printed = texts();
    expect(printed.indexOf('STARTUP probe succeeded for container "first".')).toBeGreaterThan(
      printed.indexOf("slow is up"),
    );
    expect(printed.indexOf("second is up")).toBeGreaterThan(
      printed.indexOf('STARTUP probe succeeded for container "first".'),
    );
    await instance.stop();
  });

  it.each([
    ["exits", "console.error('no database'); process.exit(3);", { reason: "exit", exitCode: 3 }],
    ["fails to load", "import 'express-of-nobody';", { reason: "exit", exitCode: 1 }],
    ["listens on another port", serve("x", 8081), { reason: "probe" }],
  ])("fails to start when the container %s, and leaves nothing behind", async (name, source, expected) => {
    const startupProbe = { tcpSocket: {}, periodSeconds: 1, failureThreshold: 1 };
    const image = push(name.replaceAll(" ", "-"), source);
    const instance = makeInstance([{ image, port: 8080, startupProbe }]);
    await expect(instance.start()).rejects.toMatchObject({ container: "c0", ...expected });
    expect(fake.cloud.fabric.workload(instance.name)).toBeUndefined();
    await expect(get(instance, "/", 8081)).rejects.toThrow("ECONNREFUSED");
  });

  it("ends with its first container, and with a liveness probe that fails", async () => {
    const quits = push(
      "quits",
      `import { createServer } from "node:http";
      createServer((_, response) => { response.end("bye"); setTimeout(() => process.exit(7), 20); }).listen(8080);`,
    );
    const one = makeInstance([{ image: quits, port: 8080 }]);
    await one.start();
    await get(one);
    expect(await one.ended).toBe("container c0: Container called exit(7).");

    const sick = push(
      "sick",
      `import { createServer } from "node:http";
      createServer((_, response) => response.writeHead(500).end()).listen(8080);`,
    );
    const livenessProbe = { httpGet: { path: "/" }, periodSeconds: 0.01, failureThreshold: 2 };
    const two = makeInstance([{ image: sick, port: 8080, livenessProbe }]);
    await two.start();
    expect(await two.ended).toBe("liveness probe failed");
  });

  it("completes a task with the exits of its main containers and then ends the sidecar", async () => {
    const sidecar = {
      name: "sidecar",
      image: push("long", serve("sidecar", 9000)),
      startupProbe: { tcpSocket: { port: 9000 } },
    };
    const main = { name: "main", image: push("main", "process.exit(12);"), dependsOn: ["sidecar"] };
    const task = makeInstance([sidecar, main], {}, "task");
    await task.start();
    expect(await task.completed()).toEqual([{ container: "main", code: 12, signal: null }]);
    await task.stop();
    await expect(get(task, "/", 9000)).rejects.toThrow("ECONNREFUSED");
  });
});

function serve(text: string, port = 8080): string {
  return `import { createServer } from "node:http";
    createServer((_, response) => response.end(${JSON.stringify(text)})).listen(${port});`;
}
