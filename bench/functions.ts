import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Bundle, bundleFunctions, programFile } from "../deploy/bundle.ts";
import { type InstallationFunction, installationFunctions } from "../deploy/installation.ts";
import { projectFolder, startAlloyrun, startCommand } from "./command.ts";
import { firstCallOf } from "./first-call.ts";
import { readJson } from "./local-environment.ts";
import { formatTable, median } from "./table.ts";

/*
 * Measures each function as it is uploaded: size of its bundle, time from the start of a process under the Functions
 * Framework until it answers at all, and time of the first call that reaches a Google API (connections, TLS, tokens and
 * the client's own start included). Every figure is the median of three fresh processes against one local Google Cloud.
 */
const { values } = parseArgs({
  options: { json: { type: "boolean" }, times: { type: "string", default: "3" }, only: { type: "string" } },
});
const project = "my-project";
const framework = join(projectFolder, "node_modules/@google-cloud/functions-framework/build/src/main.js");

/** What `deploy` writes into the environment of the entries. */
const installation = {
  ALLOYRUN_PROJECT: project,
  ALLOYRUN_REGION: "asia-northeast1",
  ALLOYRUN_BUCKET: `${project}-alloyrun`,
  ALLOYRUN_SEED_RUNNER_IMAGE: "seed-runner@sha256:0",
};

/** The figures of one function. */
interface Measured {
  readonly function: string;
  readonly bundleKib: number;
  readonly gzipKib: number;
  readonly bootMs: number;
  readonly firstCallMs: number;
  /** HTTP status of the first call. */
  readonly status: number;
}

const folder = await mkdtemp(join(tmpdir(), "alloyrun-bench-"));
try {
  const measured = await measureAll();
  process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : report(measured));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<Measured[]> {
  await using cloud = startAlloyrun(["local", "start", "--pace", "max"]);
  const url = (await cloud.untilLine(/^Local Google Cloud ready at /)).split(" ").at(-1) ?? "";
  const env = (await readJson(`${url}/_local/environment?project=${project}`)) as Record<string, string>;
  const wanted = installationFunctions(project).filter(({ id }) => values.only === undefined || id === values.only);
  const bundles = await bundleFunctions(wanted.map(({ entry }) => entry));
  const measured: Measured[] = [];
  for (const [index, each] of wanted.entries()) {
    const bundle = bundles[index];
    if (bundle) measured.push(await measureFunction(each, bundle, env));
  }
  return measured;
}

async function measureFunction(
  wanted: InstallationFunction,
  bundle: Bundle,
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const source = join(folder, wanted.id);
  await unpack(bundle, source);
  const samples: Sample[] = [];
  for (let times = 0; times < Number(values.times); times += 1) samples.push(await sample(wanted.id, source, env));
  const code = bundle.files[programFile] ?? new Uint8Array();
  return {
    function: wanted.id,
    bundleKib: Math.round(code.length / 1024),
    gzipKib: Math.round(gzipSync(code).length / 1024),
    bootMs: Math.round(median(samples.map(({ bootMs }) => bootMs))),
    firstCallMs: Math.round(median(samples.map(({ firstCallMs }) => firstCallMs))),
    status: samples[0]?.status ?? 0,
  };
}

async function unpack({ files }: Bundle, source: string): Promise<void> {
  await mkdir(source, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(source, name), bytes)));
  await symlink(join(projectFolder, "node_modules"), join(source, "node_modules"));
}

interface Sample {
  readonly bootMs: number;
  readonly firstCallMs: number;
  readonly status: number;
}

async function sample(id: string, source: string, env: Readonly<Record<string, string>>): Promise<Sample> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const startedMs = performance.now();
  await using server = startCommand(process.execPath, [framework, `--target=${id}`, `--source=${source}`], {
    cwd: source,
    env: { ...env, ...installation, NODE_ENV: "production", PORT: String(port) },
  });
  await untilAnswered(url, server.output);
  const bootMs = performance.now() - startedMs;
  const { path, ...call } = await firstCallOf(id);
  const calledMs = performance.now();
  const response = await fetch(new URL(path, url), call);
  await response.arrayBuffer();
  return { bootMs, firstCallMs: performance.now() - calledMs, status: response.status };
}

/** Any answer will do: a step refuses an empty body without asking Google anything. */
async function untilAnswered(url: string, output: () => string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (performance.now() < deadlineMs) {
    const answered = await fetch(url).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the function never answered:\n${output()}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function report(measured: readonly Measured[]): string {
  return `${formatTable(measured.map((row) => ({ ...row })))}

bundleKib, gzipKib   the one file that is uploaded, and what travels (aim: below 2048 KiB; steps on REST alone below 512)
bootMs               process start until the first HTTP answer, any status
firstCallMs          first call that reaches a Google API, in that same process; its HTTP status is beside it
`;
}
