import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Json, JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createRouter } from "../../../local/model/router.ts";
import { errorOf, type RestAnswer, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { dumpStore } from "../store-dump.ts";
import { isRefusal } from "./refusal.ts";
import { plausibleLine } from "./request-line.ts";
import { join, spoilings } from "./spoil.ts";
import { label, type Subject, subjectsOf } from "./subject.ts";

const model = loadModel();
const router = createRouter(model);
let local: LocalCloud;
let subjects: readonly Subject[];

beforeAll(async () => {
  local = await startTestCloud();
  subjects = subjectsOf(local).filter(({ route }) => route !== undefined);
}, 60_000);
afterAll(() => local.stop());

/** One malformed request, and what is wrong with its answer if anything is. */
interface Case {
  readonly title: string;
  readonly target: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly judge: (answer: RestAnswer) => boolean;
}

/** Sends every case of every method; gives those answered otherwise than they must be, and how many were sent. */
async function play(casesOf: (subject: Subject) => readonly Case[]): Promise<{ wrong: string[]; count: number }> {
  const before = dumpStore(local);
  const wrong: string[] = [];
  let count = 0;
  for (const subject of subjects) {
    const cases = casesOf(subject);
    count += cases.length;
    const answers = cases.map(async ({ title, target, judge, ...call }) => {
      const answer = await rest(local, target, call);
      if (judge(answer)) return;
      wrong.push(`${label(subject)}, ${title}: ${target} → ${answer.status} ${answer.text.slice(0, 300)}`);
    });
    await Promise.all(answers);
  }
  expect(dumpStore(local)).toEqual(before);
  return { wrong, count };
}

/** Whether a refusal names the field in the details of its family; Cloud Storage has none. */
function names(subject: Subject, answer: RestAnswer, field: string): boolean {
  if (subject.style === "storage") return true;
  const { details } = errorOf(answer) as { details?: readonly JsonObject[] };
  const found = details?.find((detail) => detail["@type"] === "type.googleapis.com/google.rpc.BadRequest");
  const violations = (found?.fieldViolations ?? []) as readonly JsonObject[];
  const spellings = subject.style === "compute" ? [field, computePath(field)] : [field];
  return violations.some((one) => spellings.includes(String(one.field ?? "")) && typeof one.description === "string");
}

/** Where Compute sees a field that has a wrong name for a value: in the body, by JSON names. */
function computePath(field: string): string {
  const [first = "", ...rest] = field.split(".");
  const below = first.endsWith("_request_resource") ? rest : ["resource", ...rest];
  return below.join(".").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Type of what the body holds, and the path below which it lies. */
function bodyOf({ route, method }: Subject): { type: string; path: string } | undefined {
  if (route?.body === undefined) return undefined;
  if (route.body === "*") return { type: method.request, path: "" };
  const field = model.messages[method.request]?.fields[route.body];
  return field && { type: field.type, path: field.proto ?? route.body };
}

describe("every served method, over REST", () => {
  it("refuses every kind of wrong value in a body, and says where it is", async () => {
    const { wrong, count } = await play((subject) => {
      const { route, address } = subject;
      const holds = bodyOf(subject);
      if (!holds) return [];
      return spoilings(model, holds.type).map(({ title, body, field }) => ({
        ...{ title, target: `${route?.verb} ${address}`, body },
        judge: (answer) => isRefusal(subject, answer) && names(subject, answer, join(holds.path, field)),
      }));
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(4000);
  }, 120_000);

  it("refuses unknown names of Compute's values in the words of its own refusals", async () => {
    const at = `compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`;
    const body = { name: "n", autoCreateSubnetworks: false, routingConfig: { routingMode: "ELSEWHERE" } };
    const answer = await rest(local, `POST ${at}`, { body });
    const message = expect.stringMatching(
      /^Invalid value for field 'resource\.routingConfig\.routingMode': 'ELSEWHERE'\. The value must be one of GLOBAL, REGIONAL$/,
    );
    expect(errorOf(answer)).toMatchObject({ code: 400, message, errors: [{ message, reason: "invalid" }] });
  });

  it("refuses bodies that are no JSON object", async () => {
    const bodies = ["{", "[]", '"text"', "7", "true", "null", '{"a":1', "{}{}", "[{}]", "\u0000\u0001", "<a/>"];
    const { wrong, count } = await play((subject) => {
      if (subject.route?.verb === "GET") return [];
      const { target } = plausibleLine(model, subject);
      const judge = (answer: RestAnswer) => isRefusal(subject, answer);
      // Each method gets other ones than its neighbour; over all methods each is sent many times.
      const turn = subjects.indexOf(subject);
      const sent = bodies.filter((_, index) => (index + turn) % 3 === 0);
      return sent.map((body) => ({ title: "no object", target, body, judge }));
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(700);
  }, 120_000);

  it("refuses requests that lack what the definition demands, and says what", async () => {
    const { wrong, count } = await play((subject) =>
      requiredBelow(subject).map(({ body, field }) => ({
        ...{ title: `lacks ${field}`, target: `${subject.route?.verb} ${subject.address}`, body },
        judge: (answer) => isRefusal(subject, answer) && names(subject, answer, field),
      })),
    );
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it("refuses query parameters that no field answers to, and answers in no form that it has not", async () => {
    const { wrong, count } = await play((subject) => {
      const { target, body } = plausibleLine(model, subject);
      const judge = (answer: RestAnswer) => isRefusal(subject, answer);
      return ["noSuchField=1", "alt=yaml", "$alt=yaml", "a.b=c"].map((query) => ({
        ...{ title: query, target: `${target}&${query}`, body, judge },
      }));
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(1600);
  }, 120_000);

  it("refuses wrong kinds, unknown paths of masks, pages of less than nothing and tokens of no page in a query", async () => {
    const { wrong, count } = await play((subject) => {
      const { target, body } = plausibleLine(model, subject);
      return spoiledQueries(subject).map(({ query }) => ({
        ...{ title: query, target: `${target}&${query}`, body },
        judge: (answer) => isRefusal(subject, answer),
      }));
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it("has no page for a path or a verb that no method has", async () => {
    const verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    const isPage = ({ status, text }: RestAnswer) => status === 404 && text.startsWith("<!DOCTYPE html>");
    const { wrong, count } = await play(({ host, address, route, style }) => {
      const path = address.slice(host.length);
      const first = style === "storage" ? "storage/v1" : "v1";
      const missing = verbs.filter((verb) => !router.match(host, verb, path));
      const others = missing.filter((_, index) => index === address.length % missing.length);
      return [
        { title: "unknown path", target: `${route?.verb} ${host}/${first}/no/such/thing/at/all`, judge: isPage },
        ...others.map((verb) => ({
          ...{ title: "wrong verb", target: `${verb} ${address}`, judge: isPage },
          ...(verb === "GET" ? {} : { body: {} }),
        })),
      ];
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(800);
  }, 120_000);

  it("reads a form as a query, which JSON in it is not", async () => {
    const { wrong, count } = await play((subject) => {
      if (subject.route?.body === undefined) return [];
      const { target } = plausibleLine(model, subject);
      const judge = (answer: RestAnswer) =>
        isRefusal(subject, answer) && String(errorOf(answer).message).includes("Cannot bind query parameter");
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return [{ title: "form", target, headers, body: '{"labels":{}}', judge }];
    });
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(150);
  });

  it.each([
    ["alloydb.googleapis.com", "/v1/projects/test-project/locations/us-central1/clusters?clusterId=a"],
    ["compute.googleapis.com", "/compute/v1/projects/test-project/global/networks"],
  ])("refuses a body too long for any method at %s", async (host, path) => {
    const before = dumpStore(local);
    const body = JSON.stringify({ labels: { a: "x".repeat(33 * 1024 * 1024) } });
    const answer = await rest(local, `POST ${host}${path}`, { body });
    expect(errorOf(answer)).toMatchObject({ code: 400, message: expect.stringContaining("payload size exceeds") });
    expect(dumpStore(local)).toEqual(before);
  });
});

/** Required fields of what the body holds, each with a body that has none of them. */
function requiredBelow(subject: Subject): { body: Json; field: string }[] {
  const holds = bodyOf(subject);
  if (!holds || subject.route?.verb === "PATCH") return [];
  const inPath = new Set([...(subject.route?.path.matchAll(/\{([^=}]+)/g) ?? [])].map(([, name = ""]) => name));
  return Object.entries(model.messages[holds.type]?.fields ?? {}).flatMap(([name, field]) => {
    const at = join(holds.path, field.proto ?? name);
    const isTold = field.type === "string" || model.messages[field.type] || field.repeated || model.enums[field.type];
    if (!field.behaviors?.includes("REQUIRED") || !isTold || inPath.has(at)) return [];
    return [{ body: {}, field: at }];
  });
}

/** Parameters that a method has, with values that they do not take. */
function spoiledQueries({ route, method }: Subject): { query: string }[] {
  if (route?.body === "*") return [];
  const inPath = new Set([...(route?.path.matchAll(/\{([^=}]+)/g) ?? [])].map(([, name = ""]) => name));
  return Object.entries(model.messages[method.request]?.fields ?? {}).flatMap(([name, field]) => {
    if (name === route?.body || inPath.has(field.proto ?? name) || field.repeated || field.map) return [];
    if (field.type === "google.protobuf.FieldMask") return [{ query: `${name}=noSuchField` }];
    if (name === "pageToken" || name === "continue") return [{ query: `${name}=no-page` }];
    const isNumber = /int|double|float|bool|Timestamp|Duration/.test(field.type) || model.enums[field.type];
    const wrong = isNumber ? [{ query: `${name}=what` }] : [];
    const isSize = name === "pageSize" || name === "maxResults";
    return isSize ? [...wrong, { query: `${name}=-1` }] : wrong;
  });
}
