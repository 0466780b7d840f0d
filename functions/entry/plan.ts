import { createAuth, unguarded } from "../../google/auth.ts";
import { connectStorage, type StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import { decidersOf } from "../../plan/approval.ts";
import { type Digest, digestOf, type Observations } from "../../plan/digest.ts";
import { secondsByPlan } from "../../plan/duration.ts";
import type { FirstNames } from "../../plan/generation.ts";
import { wholeOf } from "../../plan/level.ts";
import { lifeAhead } from "../../plan/life.ts";
import { whatMoved } from "../../plan/moved.ts";
import { inputOf } from "../../plan/step-input.ts";
import { stricterOf } from "../../plan/terms.ts";
import { idOf } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { StepError } from "../error.ts";
import { protectionIn, refusalOf } from "../lock/protection.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { ask, standingOf } from "../plan/approve.ts";
import { onBasis, refuseWithoutBasis, toBasis } from "../plan/basis.ts";
import { changesOfSpec, lifeOf, reasonsOf, termsIn } from "../plan/judge.ts";
import { olderChangesOf, readOlder } from "../plan/older.ts";
import { basisOf } from "../plan/plan-anew.ts";
import { readyPlanOf } from "../plan/ready-plan.ts";
import { rowsLeftBy } from "../plan/rows-left.ts";
import { withSeedLoss } from "../plan/seed-loss.ts";
import { begunBy, latestRun, scopeOf, targetOf } from "../plan/target.ts";
import { openedFor, sameServing, servingBy, toSeen } from "../plan/what-serves.ts";
import { viewUnfinished } from "../record/unfinished.ts";
import { type EntryAnswer, implementEntry, requireText } from "./entry.ts";
import { type InstallationEnvironment, readInstallation } from "./installation.ts";
import { mayStand, readLedger, refuseRemoved } from "./ledger.ts";
import { readStored, writeOnce } from "./read.ts";
import type { StepReport, StoredDigest, StoredPlan, StoredRequest } from "./stored.ts";

/**
 * Decides what a run is about, so that the workflow holds no rule: `target` (by which plan, what serves afterwards, by which
 * steps, and which older ones are asked what they have left), `older` (those that a removal asks as well, once it holds the
 * environment), `input` (of one of them), `digest` (what the steps would change, what that means, and whether somebody must approve it), `ask` and
 * `standing` (the approval).
 */
export const plan: EntryAnswer = implementEntry("plan", (body) => answerPlan(body, openClients()));

/** What deciding works with. */
export interface PlanClients {
  readonly storage: StorageClient;
  readonly installation: InstallationEnvironment;
}

/** Answers one call with the given clients; a repeated call changes nothing. */
export async function answerPlan(body: JsonObject, clients: PlanClients): Promise<object> {
  const { storage } = clients;
  const bucket = requireText(body, "bucket");
  switch (body.action) {
    case "target":
      return answerTarget(body, bucket, clients);
    case "older":
      return answerOlder(body, bucket, storage);
    case "input":
      return answerInput(body, bucket, storage);
    case "digest":
      return answerDigest(body, bucket, storage);
    case "ask":
      return answerAsk(body, bucket, storage);
    case "standing":
      return standingOf(storage, { bucket, id: requireText(body, "approval"), now: requireNow(body) });
    default:
      throw badField("action", "must be target, older, input, digest, ask or standing");
  }
}

async function answerTarget(body: JsonObject, bucket: string, clients: PlanClients): Promise<object> {
  const { storage, installation } = clients;
  const run = toRun(body);
  const [request, spec, latest, stored, ledger] = await Promise.all([
    readRequest(storage, bucket, run.id),
    storage.readText(bucket, objectOf.spec(run.environment)),
    latestRun(storage, bucket, run.environment),
    readPlan(storage, bucket, run.planHash),
    readLedger(storage, bucket, run.environment),
  ]);
  // Nobody is asked about a rebuild that would bring back what was taken down while it waited.
  if ((request.of ?? request.action) === "rebuild") refuseRemoved(run.environment, ledger?.value);
  const basis = await basisOf(storage, { request, stored: spec?.text, installation });
  const seen = toSeen(body);
  const ready = await readyPlanOf(storage, { bucket, ledger: ledger?.value });
  const serving = servingBy(seen, ready);
  const generations = targetOf({ request, ledger: ledger?.value, serving, names: namesOf(stored) });
  // What the plan's own service has been left with, another having served since, is nothing to stand on.
  const scope = scopeOf(request, sameServing(serving, seen.serving) ? toObject(body.serving) : undefined);
  const { database, cluster } = generations;
  const whole = wholeWith(stored, scope.only, ready);
  const { parts, names } = await readOlder(storage, { bucket, run, plan: stored, whole, ledger: ledger?.value });
  const opened = await openedFor(storage, { bucket, own: seen.own });
  const begun = { ...begunBy(ledger?.value, generations, { serving, opened }), ...(names && { names }) };
  const told = {
    databaseGeneration: database,
    clusterGeneration: cluster,
    begun,
    latest,
    basis,
    ...scope,
    older: parts,
  };
  return run.action === "down" ? { ...told, mayStand: mayStand(ledger?.value) } : told;
}

async function answerOlder(body: JsonObject, bucket: string, storage: StorageClient): Promise<object> {
  const run = toRun(body);
  const [stored, ledger] = await Promise.all([
    readPlan(storage, bucket, run.planHash),
    readLedger(storage, bucket, run.environment),
  ]);
  const { parts } = await readOlder(storage, { bucket, run, plan: stored, ledger: ledger?.value });
  return { parts };
}

/** What a step of a plan is told. */
async function answerInput(body: JsonObject, bucket: string, storage: StorageClient): Promise<object> {
  const { steps } = await readPlan(storage, bucket, requireText(body, "plan"));
  const step = steps.find(({ name }) => name === body.step);
  if (!step) throw badField("step", "must be a step of the plan");
  return { input: step.input };
}

/** Stores what was observed under its hash, and says whether it is what was asked for and who must approve it. */
async function answerDigest(body: JsonObject, bucket: string, storage: StorageClient): Promise<object> {
  const run = toRun(body);
  const { environment } = run;
  const [stored, request, spec, ledger] = await Promise.all([
    readPlan(storage, bucket, run.planHash),
    readRequest(storage, bucket, run.id),
    storage.readText(bucket, objectOf.spec(environment)),
    readLedger(storage, bucket, environment),
  ]);
  const terms = termsIn(spec?.text);
  const protectedBy = { environment, stored: protectionIn(spec?.text), asked: stored.protect === true };
  const rowsLeft = await rowsLeftBy(storage, { bucket, run, plan: stored, ledger: ledger?.value });
  const judged = { run, plan: stored, request, terms, ledger: ledger?.value, rowsLeft };
  const policy = stricterOf(terms, stored.approval);
  const generations = { database: run.databaseGeneration, cluster: run.clusterGeneration };
  const told = changesOf(body);
  const of = request.of ?? run.action;
  const seeding = { bucket, plan: stored, ledger: ledger?.value, action: of, generations, changes: told };
  const changes = run.action === "down" ? told : await withSeedLoss(storage, seeding);
  const only = Array.isArray(body.only) ? body.only : [];
  const ready = only.length > 0 ? await readyPlanOf(storage, { bucket, ledger: ledger?.value }) : undefined;
  const whole = wholeWith(stored, only, ready);
  const unfinished = only.length > 0 ? await viewUnfinished(storage, bucket, ledger?.value) : undefined;
  const digest = digestOf({
    plan: stored,
    action: run.action === "check" ? "plan" : run.action,
    level: run.level,
    generations,
    changes: { ...changes, spec: changesOfSpec(judged) },
    older: olderChangesOf(body),
    whole,
    ...(unfinished?.costPerDay !== undefined && { unfinished }),
    timeToLiveSeconds: lifeOf(judged)?.seconds,
    reasonsOf: (effects, changes) => reasonsOf(judged, effects, changes),
    refusalOf: (changes) => (run.action === "up" ? refusalOf(protectedBy, changes) : undefined),
    deciders: policy && decidersOf(policy),
  });
  // A plan alone is told all the same, with what refuses it.
  if (digest.refused !== undefined && request.action !== "plan") {
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTED", message: digest.refused });
  }
  await writeOnce(storage, { bucket, object: objectOf.plan(digest.changesHash) }, digest);
  // Once it has begun, the run itself has moved what it was asked to move.
  const asked = request.target === undefined ? request.changesHash : undefined;
  const moved =
    asked === undefined || asked === digest.changesHash ? [] : await movedSince(storage, bucket, asked, digest);
  const { changesHash, effects, reasons } = digest;
  const stale = moved.length > 0 ? `the plan ${asked} is stale; what moved: ${moved.join("; ")}` : null;
  const expectedSeconds = secondsByPlan(effects);
  return { changesHash, effects, changes: digest.changes.length, reasons, stale, expectedSeconds };
}

/** The steps of all that the environment consists of: where a run takes but some of its plan, the others as it was ready with them. */
function wholeWith(
  stored: StoredPlan,
  only: readonly unknown[],
  ready: Pick<StoredPlan, "steps"> | undefined,
): StoredPlan["steps"] {
  return only.length === 0 ? stored.steps : wholeOf(stored.steps, ready?.steps);
}

async function movedSince(
  storage: StorageClient,
  bucket: string,
  asked: string,
  now: Digest,
): Promise<readonly string[]> {
  const before = await readStored<StoredDigest>(storage, bucket, objectOf.plan(asked));
  return before ? whatMoved(before.value, now) : [`no plan ${asked} is stored here`];
}

async function answerAsk(body: JsonObject, bucket: string, storage: StorageClient): Promise<object> {
  const run = toRun(body);
  const { environment } = run;
  const [noted, stored, spec, ledger] = await Promise.all([
    readRequest(storage, bucket, run.id),
    readPlan(storage, bucket, run.planHash),
    storage.readText(bucket, objectOf.spec(environment)),
    readLedger(storage, bucket, environment),
  ]);
  const basis = toBasis(body);
  // Nobody is asked about what would be refused.
  refuseWithoutBasis(noted, basis, spec?.text);
  const request = onBasis(noted, basis);
  const now = requireNow(body);
  const life = { asked: request.timeToLiveSeconds, spec: stored.timeToLiveSeconds };
  const ahead = lifeAhead(ledger?.value ?? {}, life, now);
  const policy = stricterOf(termsIn(spec?.text), stored.approval);
  const reasons = Array.isArray(body.reasons) ? body.reasons.map(String) : [];
  const { id, expiresAt } = await ask(storage, {
    ...{ bucket, request, policy, project: stored.project, reasons },
    changesHash: requireText(body, "changesHash"),
    callback: requireText(body, "callback"),
    lifeSeconds: run.action === "down" || ahead === undefined ? null : Math.round(ahead),
    now,
  });
  return { approval: id, expiresAt };
}

/** The names that the plan gives to the first database and cluster. */
function namesOf(stored: StoredPlan): FirstNames {
  const { database = "" } = inputOf(stored, "seed");
  const { cluster = "" } = inputOf(stored, "cluster");
  return { database, cluster: idOf(cluster) };
}

function changesOf(body: JsonObject): Observations["changes"] {
  const reports = (toObject(body.reports) ?? {}) as object as Readonly<Record<string, StepReport>>;
  return Object.fromEntries(Object.entries(reports).map(([step, { changes = [] }]) => [step, changes]));
}

function toRun(body: JsonObject): Run {
  const run = toObject(body.run);
  if (!run) throw badField("run", "must be an object");
  for (const field of ["id", "environment", "action", "level", "planHash"]) requireText(run, field);
  return run as object as Run;
}

function requireNow({ now }: JsonObject): number {
  if (typeof now === "number") return now;
  throw badField("now", "must be seconds since the epoch");
}

async function readRequest(storage: StorageClient, bucket: string, run: string): Promise<StoredRequest> {
  return (await demand<StoredRequest>(storage, bucket, objectOf.request(run))).value;
}

async function readPlan(storage: StorageClient, bucket: string, planHash: string): Promise<StoredPlan> {
  return (await demand<StoredPlan>(storage, bucket, objectOf.plan(planHash))).value;
}

async function demand<Value extends object>(storage: StorageClient, bucket: string, object: string) {
  const found = await readStored<Value>(storage, bucket, object);
  if (found) return found;
  throw new StepError({ code: "NOT_FOUND", reason: "NOT_STORED", message: `gs://${bucket}/${object} is not there` });
}

const openClients = once((): PlanClients => {
  return { storage: connectStorage(createAuth())(unguarded), installation: readInstallation(process.env) };
});
