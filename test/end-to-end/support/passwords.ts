import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { LocalCloud } from "../../../local/main.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

/** Collections of the local cloud in which a request's content may be: all that keep one but Secret Manager's payloads. */
const collections = [
  "operations",
  "workflows.executions",
  "workflows.stepEntries",
  "workflows.workflows",
  "secretmanager.secrets",
  "secretmanager.versions",
  "alloydb.clusters",
  "alloydb.instances",
  "alloydb.requests",
  "run.services",
  "run.revisions",
  "run.jobs",
  "run.executions",
  "run.tasks",
  "cloudbuild.builds",
  "functions.functions",
  "storage.objects",
  "storage.noncurrentObjects",
  "iam.policies",
];

/** The passwords in Secret Manager. */
export function storedPasswords({ cloud }: LocalCloud): string[] {
  const payloads = cloud.store.collection<{ readonly data: string }>("secretmanager.payloads").list();
  return payloads.map(([, { data }]) => Buffer.from(data, "base64").toString("utf8"));
}

/**
 * Looks for texts in everything that a caller, a log reader or another user of the machine could see: the journal, the
 * logs, all state but Secret Manager's payloads, every file, the arguments of every process, and what commands printed.
 *
 * @returns where one was found, never the text itself
 */
export function findTexts({ local, project, printed }: InstalledCloud, texts: readonly string[]): string[] {
  const { cloud, journal } = local;
  const places: [place: string, content: string][] = [
    ["printed", printed()],
    ["journal", JSON.stringify(journal.list())],
    ["logs", JSON.stringify(cloud.logs.list(project))],
    ["arguments of processes", execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: 1 << 26 })],
    ...collections.map((name): [string, string] => [name, JSON.stringify(cloud.store.collection(name).list())]),
    ...filesBelow(cloud.directory).map((file): [string, string] => ["files", readContent(file)]),
  ];
  const found = places.filter(([, content]) => texts.some((text) => content.includes(text)));
  return [...new Set(found.map(([place]) => place))];
}

/** Paths of all files below a directory. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The bytes of a file as text, unpacked if they are packed; files of a running server come and go. */
export function readContent(file: string): string {
  const bytes = readIfThere(file);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("latin1");
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (caught) {
    if (caught instanceof Error && "code" in caught && caught.code === "ENOENT") return Buffer.alloc(0);
    throw caught;
  }
}
