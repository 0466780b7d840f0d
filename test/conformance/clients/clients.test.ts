import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { testProject } from "../../support/local-cloud.ts";
import { label, subjectsOf } from "../malformed/subject.ts";
import { createActor } from "./actor.ts";
import * as behaviours from "./behaviours.ts";
import { type Caller, type ListeningCloud, openCaller, startListeningCloud, type Transport } from "./caller.ts";
import { neverSucceeds, shownElsewhere } from "./elsewhere.ts";
import { expectMeans } from "./fetched.ts";
import { furtherCalls } from "./further-calls.ts";
import { kinds } from "./kinds.ts";
import { refusedRequest, refusesNothing } from "./refusals.ts";
import { scenarios } from "./scenarios.ts";
import { settle } from "./settle.ts";

const refusable = new Set(["NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "PERMISSION_DENIED"]);
const codesTold = new Map<string, readonly string[]>();
const callers = new Map<Transport, Caller>();
let listening: ListeningCloud;

beforeAll(async () => {
  listening = await startListeningCloud();
  for (const transport of ["gRPC", "REST"] as const) callers.set(transport, openCaller(listening, transport));
  const caller = callerOf("REST");
  const networkResource = { name: "parent", autoCreateSubnetworks: false };
  const made = await caller.call("google.cloud.compute.v1.Networks.Insert", { project: testProject, networkResource });
  await settle(caller, "compute", made);
  await caller.call("google.pubsub.v1.Publisher.CreateTopic", { name: `projects/${testProject}/topics/parent` });
}, 60_000);
afterAll(async () => {
  for (const caller of callers.values()) await caller.close();
  await listening.local.stop();
});

function callerOf(transport: Transport): Caller {
  const caller = callers.get(transport);
  if (!caller) throw new Error(`no clients over ${transport}`);
  return caller;
}

describe.each(["gRPC", "REST"] as const)("official clients over %s", (transport) => {
  describe.each(kinds.map((kind) => [kind.title, kind] as const))("%s", (_, kind) => {
    const trial = (): behaviours.Trial => ({ kind, caller: callerOf(transport), stem: `${transport.toLowerCase()}` });

    it("come back as they were created", () => behaviours.createsAll(trial()));
    it("are listed by pages", () => behaviours.listsByPages(trial()));
    if (kind.changes) it("change by mask and keep the rest", () => behaviours.changesByMask(trial()));
    if (kind.frozen) it("keep what no change may touch", () => behaviours.refusesChanges(trial()));
    it("are not created twice, nor found when they are absent", () => behaviours.refusesTwiceAndAbsent(trial()));
    if (kind.validates) it("are validated without an effect", () => behaviours.validatesOnly(trial()));
    if (kind.requestId) it("are created once by a repeated requestId", () => behaviours.repeatsByRequestId(trial()));
    if (kind.etag) it("are not removed under a stale etag", () => behaviours.guardsByEtag(trial()));
    if (kind.methods.policies) it("have policies under etags", () => behaviours.keepsPolicies(trial()));
    it("are gone once removed", () => behaviours.removesAll(trial()));
  });

  it.each(furtherCalls(transport.toLowerCase()))("call %s", async (method, request, expected = {}) => {
    const { value, refusal } = await callerOf(transport).call(method, request);
    expect(refusal).toBeUndefined();
    expect(value).toMatchObject(expected);
  });

  it.each(scenarios.map((scenario) => [scenario.title, scenario] as const))("live with %s", (_, scenario) =>
    scenario.run(createActor(listening.local, callerOf(transport))),
  );

  it("are told by every served method what it refuses", async () => {
    const told: string[] = [];
    const subjects = subjectsOf(listening.local);
    for (const subject of subjects) {
      const { refusal } = await callerOf(transport).call(`${subject.host} ${subject.name}`, refusedRequest(subject));
      const code = refusal?.code ?? "OK";
      const key = `${subject.host} ${subject.name}`;
      // Over REST clients leave out a body that holds nothing, and are told so.
      const isBodyless = transport === "REST" && /Missing required field/.test(refusal?.message ?? "");
      codesTold.set(key, [...(codesTold.get(key) ?? []), isBodyless ? "no body" : code]);
      if (!refusable.has(code) && !refusesNothing.has(subject.name))
        told.push(`${label(subject)}: ${code} ${refusal?.message ?? ""}`);
    }
    expect(told).toEqual([]);
    expect(subjects.length).toBeGreaterThan(400);
  }, 120_000);
});

describe("the two transports", () => {
  it("tell the same codes", () => {
    expect([...codesTold].filter(([, [first, second]]) => first !== second && second !== "no body")).toEqual([]);
    expect(codesTold.size).toBeGreaterThan(400);
  });
});

describe("every served method", () => {
  const names = () => subjectsOf(listening.local).map(({ host, name }) => `${host} ${name}`);

  it("was called with a refusal", () => {
    const refused = new Set(
      listening.local.journal
        .list()
        .filter(({ code }) => code !== "OK")
        .map(({ host, method }) => `${host} ${method}`),
    );
    const isKnown = (name: string) => refusesNothing.has(name.split(" ")[1] ?? "");
    expect(names().filter((name) => !refused.has(name) && !isKnown(name))).toEqual([]);
  });

  it.each(["gRPC", "REST"] as const)(
    "was called with success over %s, here or in the file that says so",
    (transport) => {
      const { shown } = callerOf(transport);
      const isMissing = (name: string) => !shown.has(name) && !shownElsewhere.has(name) && !neverSucceeds.has(name);
      expect(names().filter(isMissing)).toEqual([]);
      const listed = [...shownElsewhere.keys(), ...neverSucceeds.keys()];
      expect(listed.filter((name) => !names().includes(name) || shown.has(name))).toEqual([]);
      expectMeans(callerOf(transport));
    },
  );
});
