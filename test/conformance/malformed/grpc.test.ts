import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Json, JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { dumpStore } from "../store-dump.ts";
import { jsonPath, label, plausibleRequest, put, type Subject, subjectsOf } from "./subject.ts";

const model = loadModel();
const wire = createWire(model);
const clients = new Map<string, Client>();
const invalid = 3;
const notFound = 5;
let local: LocalCloud;
let subjects: readonly Subject[];

beforeAll(async () => {
  local = await startTestCloud();
  subjects = subjectsOf(local);
}, 60_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await local.stop();
});

/** What a call ended with: a code, and the fields that its details name. */
interface Outcome {
  readonly code: number;
  readonly text: string;
  readonly fields: readonly string[];
}

/** Calls a method with bytes under its host's name, as an official client does. */
function send({ host, name }: Subject, bytes: Buffer): Promise<Outcome> {
  const options = { "grpc.default_authority": host };
  const client = clients.get(host) ?? new Client(`127.0.0.1:${local.port}`, credentials.createInsecure(), options);
  clients.set(host, client);
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer owner");
  const split = name.lastIndexOf(".");
  const path = `/${name.slice(0, split)}/${name.slice(split + 1)}`;
  const same = (value: Buffer) => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, bytes, metadata, (error) => resolve(toOutcome(error)));
  });
}

function toOutcome(error: ServiceError | null): Outcome {
  if (!error) return { code: 0, text: "", fields: [] };
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const { details = [] } = bytes instanceof Buffer ? wire.decode("google.rpc.Status", bytes) : {};
  const violations = (details as readonly JsonObject[]).flatMap(
    ({ fieldViolations = [] }) => fieldViolations as readonly JsonObject[],
  );
  return { code: error.code, text: error.details, fields: violations.map(({ field }) => String(field ?? "")) };
}

/** One malformed call with what it must end with. */
interface Case {
  readonly title: string;
  readonly bytes: Buffer;
  readonly judge: (outcome: Outcome) => boolean;
}

async function play(casesOf: (subject: Subject) => readonly Case[]): Promise<{ wrong: string[]; count: number }> {
  const before = dumpStore(local);
  const wrong: string[] = [];
  let count = 0;
  for (const subject of subjects) {
    const cases = casesOf(subject);
    count += cases.length;
    const outcomes = cases.map(async ({ title, bytes, judge }) => {
      const outcome = await send(subject, bytes);
      if (!judge(outcome)) wrong.push(`${label(subject)}, ${title}: ${outcome.code} ${outcome.text.slice(0, 200)}`);
    });
    await Promise.all(outcomes);
  }
  expect(dumpStore(local)).toEqual(before);
  return { wrong, count };
}

const isInvalid = ({ code, text }: Outcome) => code === invalid && !text.startsWith("Internal error");

/** A plausible request with one thing changed. */
function changed(subject: Subject, path: readonly string[], value: Json): Buffer {
  const request = { ...plausibleRequest(model, subject) } as Record<string, Json>;
  put(request, path, value);
  return wire.encode(subject.method.request, request);
}

describe("every served method, over gRPC", () => {
  it("refuses bytes that are no message", async () => {
    const unreadable = ["ffffffff01", "0a7f41", "0a02c328", "07", "0b0b0b", "ffffffffffffffffffff7f"];
    const { wrong, count } = await play((subject) =>
      unreadable
        .filter((hex) => !["0a7f41", "0a02c328"].includes(hex) || beginsWithText(subject))
        .map((hex) => ({ title: hex, bytes: Buffer.from(hex, "hex"), judge: isInvalid })),
    );
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(2000);
  }, 120_000);

  it("refuses requests that lack what the definition demands, and says what", async () => {
    const { wrong, count } = await play((subject) => {
      const demanded = demandedFields(subject);
      const judge = (outcome: Outcome) =>
        isInvalid(outcome) && demanded.every((field) => outcome.fields.includes(field));
      return demanded.length > 0 ? [{ title: `lacks ${demanded.join(", ")}`, bytes: Buffer.alloc(0), judge }] : [];
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(340);
  });

  it("refuses names that do not have the form of its HTTP binding, which no path could carry", async () => {
    const names = ["nonsense", "projects/", "../../etc/passwd", "//", "projects//locations/us-central1", "\u0000"];
    const { wrong, count } = await play((subject) =>
      patternedFields(subject).flatMap((path) => {
        const judge = (outcome: Outcome) => isInvalid(outcome) && outcome.fields.includes(path);
        const at = jsonPath(model, subject.method.request, path);
        return names.map((name) => ({ title: `${path} is ${name}`, bytes: changed(subject, at, name), judge }));
      }),
    );
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(1200);
  }, 120_000);

  it("refuses unknown numbers of enums, unknown paths of masks, bad pages and bad tokens", async () => {
    const { wrong, count } = await play((subject) =>
      spoiledFields(subject).map(({ name, value, mayBeAbsent }) => ({
        ...{ title: `${name} is ${value}`, bytes: changed(subject, [name], value) },
        judge: (outcome) => isInvalid(outcome) || (mayBeAbsent && outcome.code === notFound),
      })),
    );
    // Logs of anything but a project are on the list of what is not served.
    expect(wrong.filter((one) => !/LoggingServiceV2\.ListLog(?:s|Entries), pageToken/.test(one))).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });
});

/** Whether the first field on the wire is text, which bytes can then be cut short of. */
function beginsWithText({ method }: Subject): boolean {
  const fields = Object.values(model.messages[method.request]?.fields ?? {});
  return fields.some(({ id, type }) => id === 1 && type === "string");
}

function demandedFields({ method }: Subject): string[] {
  return Object.entries(model.messages[method.request]?.fields ?? {}).flatMap(([name, field]) => {
    const isTold = field.type === "string" || model.messages[field.type] || field.repeated || model.enums[field.type];
    return field.behaviors?.includes("REQUIRED") && isTold ? [field.proto ?? name] : [];
  });
}

/** Fields that every binding takes from the path by a pattern of more than one segment. */
function patternedFields({ name }: Subject): string[] {
  const paths = model.routes.filter(({ method }) => method === name).map(({ path }) => path);
  const found = paths.map((path) => [...path.matchAll(/\{([^=}]+)=([^}]*\/[^}]*)\}/g)].map(([, field = ""]) => field));
  const [first = [], ...others] = found;
  return first.filter((field) => others.every((fields) => fields.includes(field)));
}

function spoiledFields({ method }: Subject): { name: string; value: Json; mayBeAbsent: boolean }[] {
  return Object.entries(model.messages[method.request]?.fields ?? {}).flatMap(([name, field]) => {
    const one = (value: Json, mayBeAbsent = false) => [{ name, value: field.repeated ? [value] : value, mayBeAbsent }];
    if (model.enums[field.type]) return one(987_654);
    if (field.type === "google.protobuf.FieldMask") return one("noSuchField");
    if (name === "pageToken") return one("no-page", true);
    return name === "pageSize" && field.type === "int32" ? one(-1) : [];
  });
}
