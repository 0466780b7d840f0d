import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson, textOf, toObject } from "../../google/json.ts";
import { idOf } from "../../google/name.ts";
import { installationName } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { present } from "../change.ts";
import type { Target } from "../installation.ts";
import { environmentApis, type NeededApis } from "./apis.ts";

/** Which environments need which APIs beyond the installation's own, by the plans that something of them may be made by. */
export async function readNeededApis(
  storage: Pick<StorageClient, "listObjects" | "readText">,
  { project }: Pick<Target, "project">,
): Promise<NeededApis> {
  const bucket = installationName(project);
  const needed = new Map<string, string[]>();
  const objects = (await present(storage.listObjects(bucket, "environments/"))) ?? [];
  // One after the other: how many there are nobody knows.
  for (const { name = "" } of objects) {
    const entry = toObject(parseJson((await storage.readText(bucket, name))?.text ?? ""));
    if (!entry || isNothing(entry)) continue;
    const environment = idOf(name).replace(/\.json$/, "");
    for (const api of await apisOf(storage, bucket, entry.plans)) {
      needed.set(api, [...(needed.get(api) ?? []), environment]);
    }
  }
  return needed;
}

/** Whether the only run that has begun to make it could make nothing, for the APIs were off. */
function isNothing({ begunBy, serves, readyAt }: Readonly<Record<string, unknown>>): boolean {
  return begunBy === null && serves === undefined && readyAt === undefined;
}

/** All of them where no plan tells: better one too many than an environment that nobody can remove. */
async function apisOf(storage: Pick<StorageClient, "readText">, bucket: string, plans: unknown) {
  const turnedOn = new Set<string>();
  for (const hash of Array.isArray(plans) ? plans.map(String) : []) {
    const plan = toObject(parseJson((await storage.readText(bucket, objectOf.plan(hash)))?.text ?? ""));
    for (const api of servicesIn(plan?.steps)) turnedOn.add(api);
  }
  return turnedOn.size === 0 ? environmentApis : environmentApis.filter((api) => turnedOn.has(api));
}

/** What the first step of a stored plan turns on. */
function servicesIn(steps: unknown): readonly string[] {
  const first = (Array.isArray(steps) ? steps : []).map(toObject).find((step) => step?.name === "services");
  const { services } = toObject(first?.input) ?? {};
  return (Array.isArray(services) ? services : []).flatMap((api) => textOf(api) ?? []);
}
