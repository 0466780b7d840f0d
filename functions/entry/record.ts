import { createHash } from "node:crypto";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectStorage, type StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { fenceGuard } from "../fence.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { type EntryAnswer, implementEntry, requireText } from "./entry.ts";
import { ledgerObject } from "./ledger.ts";
import type { RunRecord, RunResult, StoredTeardown } from "./stored.ts";

/**
 * Writes what a run did: `runs/{environment}/{run}.json`, which carries the hash of the record before it, so that none is
 * changed or left out unseen; and `teardowns/{environment}.json`, which lists what a removal left to the sweep.
 */
export const record: EntryAnswer = implementEntry("record", (body) => answerRecord(body, openStorage()));

/** Answers one call with the given storage; a repeated call changes nothing. */
export async function answerRecord(body: JsonObject, storage: StorageClient): Promise<{ readonly object: string }> {
  const bucket = requireText(body, "bucket");
  const run = toRun(body);
  const result = toResult(body);
  const object = `runs/${run.environment}/${run.id}.json`;
  if (!(await storage.getObject(bucket, object))) {
    const content = canonicalJson({
      run,
      execution: requireText(body, "execution"),
      requestedBy: requireText(body, "requestedBy"),
      result,
      reports: (toObject(body.reports) ?? {}) as object as RunRecord["reports"],
      previous: await findPrevious(storage, { bucket, environment: run.environment }),
    } satisfies RunRecord);
    await storage.write({ bucket, object, content, contentType: "application/json", ifGenerationMatch: "0" });
  }
  if (run.fence) await settleTeardown(storage, { bucket, run, result });
  return { object };
}

/** The record before this one: the youngest that the environment has. */
async function findPrevious(
  storage: StorageClient,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
): Promise<RunRecord["previous"]> {
  const records = await storage.listObjects(bucket, `runs/${environment}/`);
  const [youngest] = [...records].sort((a, b) => (b.timeCreated ?? "").localeCompare(a.timeCreated ?? ""));
  if (youngest?.name === undefined) return undefined;
  const found = await storage.readText(bucket, youngest.name);
  const sha256 = createHash("sha256")
    .update(found?.text ?? "")
    .digest("hex");
  return { object: youngest.name, sha256 };
}

/** After a removal: lists what remains. After anything else that succeeded the environment lives, and none is listed. */
async function settleTeardown(
  storage: StorageClient,
  { bucket, run, result }: { readonly bucket: string; readonly run: Run; readonly result: RunResult },
): Promise<void> {
  const object = `teardowns/${run.environment}.json`;
  const found = await storage.getObject(bucket, object);
  const generation = found?.generation ?? "0";
  const guard = fenceGuard(run, storage);
  if (Object.keys(result.remaining).length > 0) {
    await guard();
    const content = canonicalJson(toTeardown(run, result));
    await storage.write({ bucket, object, content, contentType: "application/json", ifGenerationMatch: generation });
  } else if (found && result.state === "succeeded") {
    await guard();
    await storage.deleteObject(bucket, object, generation);
  }
  if (result.action === "down" && result.state === "succeeded") {
    await guard();
    await storage.deleteObject(bucket, ledgerObject(run.environment));
  }
}

function toTeardown({ id, environment }: Run, { remaining, endedAt }: RunResult): StoredTeardown {
  return { environment, run: id, triedAt: endedAt, remaining };
}

function toRun(body: JsonObject): Run {
  const run = toObject(body.run);
  if (!run) throw badField("run", "must be an object");
  requireText(run, "id");
  requireText(run, "environment");
  return run as object as Run;
}

function toResult(body: JsonObject): RunResult {
  const result = toObject(body.result);
  if (!result) throw badField("result", "must be an object");
  requireText(result, "state");
  if (!toObject(result.remaining)) throw badField("result.remaining", "must be an object");
  return result as object as RunResult;
}

const openStorage = once(() => connectStorage(createAuth())(unguarded));
