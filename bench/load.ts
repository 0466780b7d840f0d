import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startAlloyrun, startCommand } from "./command.ts";
import { type Ask, grpcClient, type Kind, restClient } from "./load-clients.ts";
import { formatTable } from "./table.ts";

/*
 * Measures requests a second and the 99th percentile of the local Google Cloud under 50 concurrent clients, over REST
 * and gRPC, as a mix of six gets, two lists of 25 and two creates; with few secrets and with 10,000; beside a server
 * that answers the same requests with one fixed message.
 */
const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    clients: { type: "string", default: "50" },
    seconds: { type: "string", default: "5" },
  },
});
const clients = Number(values.clients);
const seconds = Number(values.seconds);
const mix: readonly Kind[] = ["get", "get", "list", "get", "create", "get", "get", "list", "get", "create"];
const host = "secretmanager.googleapis.com";

/** The figures of one server under one kind of client. */
interface Measured {
  readonly server: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

await using cloud = startAlloyrun(["local", "start", "--pace", "max"]);
const url = new URL((await cloud.untilLine(/^Local Google Cloud ready at /)).split(" ").at(-1) ?? "");
await using fixed = startCommand(process.execPath, ["--disable-warning=ExperimentalWarning", "bench/fixed-answer.ts"]);
const [, httpPort, , grpcPort] = (await fixed.untilLine(/^http /)).split(" ").map(Number);
const port = Number(url.port);
await enable();

let made = 0;
const rest = restClient(port, `/${host}`);
await fill(100);
const rows = [
  await measure("node:http, fixed answer", () => restClient(httpPort ?? 0, "")),
  await measure("local cloud, REST", () => restClient(port, `/${host}`)),
  await measure("grpc-js, fixed answer", () => grpcClient(grpcPort ?? 0)),
  await measure("local cloud, gRPC", () => grpcClient(port)),
];
await fill(10_000 - 100);
rows.push(
  await measure("local cloud, REST, 10,000 secrets more", () => restClient(port, `/${host}`)),
  await measure("local cloud, gRPC, 10,000 secrets more", () => grpcClient(port)),
);
process.stdout.write(
  values.json ? `${JSON.stringify(rows, null, 2)}\n` : `${formatTable(rows.map(round))}\n${ratios()}`,
);

/** Enables the API, which cannot be called at once. */
async function enable(): Promise<void> {
  const headers = { authorization: "Bearer owner", "content-type": "application/json" };
  const address = `${url.origin}/serviceusage.googleapis.com/v1/projects/load-project/services/${host}:enable`;
  await fetch(address, { method: "POST", headers, body: "{}" });
  const secrets = `${url.origin}/${host}/v1/projects/load-project/secrets`;
  for (let looks = 0; looks < 100; looks += 1) {
    if ((await fetch(secrets, { headers })).ok) return;
    await sleep(100);
  }
  throw new Error("Secret Manager did not become usable");
}

/** Makes secrets `s0`, `s1`, … */
async function fill(count: number): Promise<void> {
  const until = made + count;
  const worker = async () => {
    while (made < until) await rest("create", `s${made++}`);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

async function measure(server: string, connect: () => Ask & { close?(): void }): Promise<Measured> {
  await run(connect, 1);
  const times = await run(connect, seconds);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { server, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Has every client ask one thing after the other. @returns the milliseconds that each answer took */
async function run(connect: () => Ask & { close?(): void }, forSeconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + forSeconds * 1000;
  const client = async (_: unknown, index: number) => {
    const ask = connect();
    for (let turn = index; performance.now() < end; turn += 1) {
      const kind = mix[turn % mix.length] ?? "get";
      const started = performance.now();
      await ask(kind, kind === "create" ? `s${made++}` : `s${turn % 100}`);
      times.push(performance.now() - started);
    }
    ask.close?.();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

function round({ server, perSecond, p50Ms, p99Ms }: Measured) {
  return { server, "requests/s": Math.round(perSecond), "p50 ms": p50Ms.toFixed(1), "p99 ms": p99Ms.toFixed(1) };
}

function ratios(): string {
  const [http, restFew, grpc, grpcFew, restMany, grpcMany] = rows.map(({ perSecond }) => perSecond);
  const ratio = (a = Number.NaN, b = Number.NaN) => (a / b).toFixed(2);
  return `of a bare server: REST ${ratio(restFew, http)}, gRPC ${ratio(grpcFew, grpc)}; with 10,000 secrets more, of itself: REST ${ratio(restMany, restFew)}, gRPC ${ratio(grpcMany, grpcFew)}\n`;
}
