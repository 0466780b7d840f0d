import { createHash } from "node:crypto";
import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { Answer, Caller } from "./caller.ts";
import type { Kind } from "./kind.ts";
import { failureOf, settle } from "./settle.ts";

/** One kind of resource over one transport, and how many cases it has been through. */
export interface Trial {
  readonly kind: Kind;
  readonly caller: Caller;
  /** What the ids of this trial begin with. */
  readonly stem: string;
}

/** Ids of a trial's resources, in order. */
const idsOf = ({ stem }: Trial): readonly string[] => ["a", "b", "c"].map((letter) => `${stem}-${letter}`);

/** Calls a method of the kind's service. */
function callKind({ kind, caller }: Trial, method: string, request: JsonObject): Promise<Answer> {
  return caller.call(`${kind.service}.${method}`, request);
}

/** Calls a method that must succeed, and gives what its operation, if it is one, ended as. */
async function doKind(trial: Trial, method: string, request: JsonObject): Promise<JsonObject> {
  const answer = await callKind(trial, method, request);
  expect(answer.refusal).toBeUndefined();
  const isOperation = trial.kind.operations === "compute" || /(^|\/)operations\//.test(String(answer.value.name));
  const ended = await settle(trial.caller, isOperation ? trial.kind.operations : undefined, answer);
  expect(failureOf(ended)).toBeUndefined();
  return ended;
}

/** Reads a resource that must be there. */
async function readKind(trial: Trial, id: string): Promise<JsonObject> {
  const { value, refusal } = await callKind(trial, trial.kind.methods.get, trial.kind.get(id));
  expect(refusal).toBeUndefined();
  return value;
}

/** Creates the trial's resources and expects of each what was sent. */
export async function createsAll(trial: Trial): Promise<void> {
  const { kind } = trial;
  for (const id of idsOf(trial)) {
    await doKind(trial, kind.methods.create, kind.create(id, kind.body));
    const read = await readKind(trial, id);
    expect(read).toMatchObject(kind.shown ?? kind.body);
    expect(kind.idOf(read)).toBe(id);
  }
}

/** Walks a list in pages of one, and refuses tokens that no page gave. */
export async function listsByPages(trial: Trial): Promise<void> {
  const { kind } = trial;
  const read = async (page: JsonObject) => {
    const { value, refusal } = await callKind(trial, kind.methods.list, kind.list(page));
    expect(refusal).toBeUndefined();
    return value;
  };
  const itemsOf = ({ [kind.listed]: items }: JsonObject) => (items ?? []) as readonly JsonObject[];
  const whole = itemsOf(await read({})).map(kind.idOf);
  const walked: string[] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const page: JsonObject = await read({ pageSize: 1, ...(token ? { pageToken: token } : {}) });
    expect(itemsOf(page).length).toBeLessThanOrEqual(1);
    walked.push(...itemsOf(page).map(kind.idOf));
    token = page.nextPageToken ? String(page.nextPageToken) : undefined;
  }
  expect(walked).toEqual(whole);
  expect(idsOf(trial).filter((id) => !walked.includes(id))).toEqual([]);
  await refuses(trial, kind.methods.list, kind.list({ pageToken: "no-page" }), ["INVALID_ARGUMENT"]);
}

/** Expects a refusal with one of the codes; its code is the same over both transports. */
async function refuses(trial: Trial, method: string, request: JsonObject, allowed: readonly string[]): Promise<void> {
  const { refusal } = await callKind(trial, method, request);
  expect({ method, request, code: refusal?.code }).toEqual({
    method,
    request,
    code: expect.stringMatching(new RegExp(`^(${allowed.join("|")})$`)),
  });
  expect(refusal?.message).toMatch(/\S/);
  if (method === trial.kind.methods.create && refusal?.reason) expect(refusal.reason).toBe("alreadyExists");
}

/** Changes by mask what the mask names, and nothing else. */
export async function changesByMask(trial: Trial): Promise<void> {
  const { kind } = trial;
  const [id = ""] = idsOf(trial);
  for (const change of kind.changes ?? []) {
    const before = await readKind(trial, id);
    const guard = "fingerprint" in before ? { fingerprint: before.fingerprint ?? "" } : {};
    await doKind(trial, kind.methods.update ?? "", kind.update?.(id, { ...change.body, ...guard }, change.mask) ?? {});
    const after = await readKind(trial, id);
    const expected = change.gives ?? change.body;
    expect(after).toMatchObject(expected);
    expect(stable(after, Object.keys(expected))).toEqual(stable(before, Object.keys(expected)));
  }
}

/** Fields that a change moves by itself. */
const moving = [
  "scheduleTime",
  "etag",
  "updateTime",
  "generation",
  "fingerprint",
  "revisionId",
  "revisionCreateTime",
  "userUpdateTime",
  "latestRevisionId",
];

function stable(resource: JsonObject, changed: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => !moving.includes(name) && !changed.includes(name)),
  );
}

/** Refuses the kind's forbidden changes, without any effect. */
export async function refusesChanges(trial: Trial): Promise<void> {
  const { kind } = trial;
  const [id = ""] = idsOf(trial);
  const before = await readKind(trial, id);
  for (const { body, mask } of kind.frozen ?? []) {
    await refuses(trial, kind.methods.update ?? "", kind.update?.(id, body, mask) ?? {}, [
      "INVALID_ARGUMENT",
      "FAILED_PRECONDITION",
    ]);
  }
  expect(await readKind(trial, id)).toEqual(before);
}

/** Refuses what is there already, and what is not there. */
export async function refusesTwiceAndAbsent(trial: Trial): Promise<void> {
  const { kind } = trial;
  const { create, get, remove } = kind.methods;
  const [id = ""] = idsOf(trial);
  await refuses(trial, create, kind.create(id, kind.body), [kind.twice ?? "ALREADY_EXISTS"]);
  for (const [method, request] of [
    [get, kind.get("absent-one")],
    [remove, kind.remove("absent-one")],
  ] as const) {
    await refuses(trial, method, request, ["NOT_FOUND"]);
  }
}

/** Changes nothing when only asked to validate. */
export async function validatesOnly(trial: Trial): Promise<void> {
  const { kind } = trial;
  const id = `${trial.stem}-v`;
  const { refusal } = await callKind(trial, kind.methods.create, { ...kind.create(id, kind.body), validateOnly: true });
  expect(refusal).toBeUndefined();
  await refuses(trial, kind.methods.get, kind.get(id), ["NOT_FOUND"]);
}

/** Answers a repeated requestId with the first operation. */
export async function repeatsByRequestId(trial: Trial): Promise<void> {
  const { kind } = trial;
  const id = `${trial.stem}-r`;
  const requestId = `6f1c7a0e-0d6b-4a3e-9a55-${createHash("sha256").update(`${kind.title} ${id}`).digest("hex").slice(0, 12)}`;
  const request = { ...kind.create(id, kind.body), requestId };
  const first = await callKind(trial, kind.methods.create, request);
  const second = await callKind(trial, kind.methods.create, request);
  expect([first.refusal, second.refusal]).toEqual([undefined, undefined]);
  expect(second.value.name).toBe(first.value.name);
  await settle(trial.caller, kind.operations, second);
  await doKind(trial, kind.methods.remove, kind.remove(id));
}

/** Refuses to remove what has changed since it was read. */
export async function guardsByEtag(trial: Trial): Promise<void> {
  const { kind } = trial;
  const [id = ""] = idsOf(trial);
  await refuses(trial, kind.methods.remove, { ...kind.remove(id), etag: '"stale"' }, [
    "ABORTED",
    "FAILED_PRECONDITION",
  ]);
  await readKind(trial, id);
}

/** Keeps a policy under its etag, and tells permissions. */
export async function keepsPolicies(trial: Trial): Promise<void> {
  const { kind, caller } = trial;
  const [id = ""] = idsOf(trial);
  const shared = /^google\.(pubsub|cloud\.functions)/.test(kind.service);
  const service = shared
    ? `${kind.service.includes("pubsub") ? "pubsub" : "cloudfunctions"}.googleapis.com google.iam.v1.IAMPolicy`
    : kind.service;
  const call = (method: string, request: JsonObject) =>
    caller.call(`${service}.${method}`, { resource: kind.resource?.(id) ?? "", ...request });
  const before = await call("GetIamPolicy", {});
  expect(before.refusal).toBeUndefined();
  const bindings = [{ role: kind.role ?? "", members: ["user:jane@example.com"] }];
  const etag = before.value.etag ?? "";
  const set = await call("SetIamPolicy", { policy: { bindings, etag } });
  expect(set.refusal).toBeUndefined();
  const after = await call("GetIamPolicy", {});
  expect(after.value).toMatchObject({ bindings });
  expect(after.value.etag).toBe(set.value.etag);
  const stale = await call("SetIamPolicy", {
    policy: { bindings: [], etag: etag === after.value.etag ? "AAAA" : etag },
  });
  expect(stale.refusal?.code).toBe("ABORTED");
  const tested = await call("TestIamPermissions", { permissions: [kind.permission ?? ""] });
  expect(tested.value).toEqual({ permissions: [kind.permission] });
}

/** Removes the trial's resources, after which they are not there. */
export async function removesAll(trial: Trial): Promise<void> {
  const { kind } = trial;
  for (const id of idsOf(trial)) {
    const ended = await doKind(trial, kind.methods.remove, kind.remove(id));
    expect(isJsonObject(ended)).toBe(true);
    await refuses(trial, kind.methods.get, kind.get(id), ["NOT_FOUND"]);
    await refuses(trial, kind.methods.remove, kind.remove(id), ["NOT_FOUND"]);
  }
}
