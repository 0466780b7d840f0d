import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Binding } from "../../../local/access/access.ts";
import { createAccess, type Decider } from "../../../local/access/policies.ts";
import type { Principal } from "../../../local/access/principal.ts";
import { Clock } from "../../../local/clock.ts";
import { createProjects } from "../../../local/projects.ts";
import { createRandom } from "../../../local/random.ts";
import { createStore } from "../../../local/store.ts";

const project = "//cloudresourcemanager.googleapis.com/projects/test-project";
const secrets = "//secretmanager.googleapis.com/projects/test-project/secrets";

/** What each role grants, said once more and by hand. */
const grantsOf: Readonly<Record<string, readonly string[]>> = {
  "roles/secretmanager.secretAccessor": ["secretmanager.versions.access"],
  "roles/secretmanager.secretVersionAdder": ["secretmanager.versions.add"],
  "roles/secretmanager.viewer": ["secretmanager.secrets.get"],
  "roles/viewer": ["secretmanager.secrets.get"],
};
const permissions = ["secretmanager.versions.access", "secretmanager.versions.add", "secretmanager.secrets.get"];
const people = ["ann", "bob"].map((name): Principal => ({ kind: "user", email: `${name}@example.com` }));
const resources = [project, `${secrets}/a`, `${secrets}/b`];

/** Conditions with what they are over time, each relative to the moment of the policy. */
const conditions: readonly { readonly hours?: number; readonly holds: (hour: number) => boolean }[] = [
  { holds: () => true },
  { hours: 2, holds: (hour) => hour < 2 },
  { hours: -2, holds: () => false },
];

interface Grant {
  readonly role: string;
  readonly member: string;
  readonly condition: (typeof conditions)[number];
}

const grant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom(...Object.keys(grantsOf)),
  member: fc.constantFrom("user:ann@example.com", "user:bob@example.com", "domain:example.com", "user:eve@example.com"),
  condition: fc.constantFrom(...conditions),
});
const policy = fc.array(grant, { maxLength: 6 });

let clock: Clock;
let access: Decider;

beforeEach(() => {
  clock = new Clock({ pace: "max" });
  clock.pause();
  const [store, random] = [createStore(), createRandom("properties")];
  const projects = createProjects({ store, random, timestamp: () => clock.timestamp() });
  projects.ensure("test-project");
  access = createAccess({ clock, store, random, projects, projectOf: () => undefined });
});
afterEach(() => clock.close());

function toBinding({ role, member, condition }: Grant, start: number): Binding {
  const isBasic = role === "roles/viewer";
  if (condition.hours === undefined || isBasic) return { role, members: [member] };
  const end = new Date(start + condition.hours * 3600_000).toISOString();
  return { role, members: [member], condition: { title: "c", expression: `request.time < timestamp("${end}")` } };
}

/** Whether a grant reaches a person, by reading it as Google's documentation does. */
function reaches({ role, member, condition }: Grant, person: Principal, permission: string, hour: number): boolean {
  const email = person.kind === "user" ? person.email : "";
  const isMeant = member === `user:${email}` || member === "domain:example.com";
  const isOpen = role === "roles/viewer" || condition.holds(hour);
  return isMeant && isOpen && (grantsOf[role]?.includes(permission) ?? false);
}

describe("policies", () => {
  it("decide as a plain reading of their bindings does, at every time", async () => {
    const written = fc.tuple(policy, policy, policy);
    await fc.assert(
      fc.asyncProperty(written, async (policies) => {
        const start = clock.now();
        resources.forEach((resource, at) => {
          const bindings = (policies[at] ?? []).map((one) => toBinding(one, start));
          access.setPolicy(resource, { version: 3, bindings });
        });
        for (const hour of [1, 3]) {
          await clock.advance(start + hour * 3600_000 - clock.now());
          resources.forEach((resource, at) => {
            const standing = [...(policies[0] ?? []), ...(at > 0 ? (policies[at] ?? []) : [])];
            for (const person of people) {
              for (const permission of permissions) {
                const expected = standing.some((one) => reaches(one, person, permission, hour));
                expect(access.allows(person, permission, resource)).toBe(expected);
              }
            }
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are never changed by who sends a stale etag", async () => {
    await fc.assert(
      fc.asyncProperty(policy, policy, policy, async (first, second, third) => {
        const bindings = (grants: readonly Grant[]) => grants.map((one) => toBinding(one, clock.now()));
        const before = access.setPolicy(project, { version: 3, bindings: bindings(first) });
        const present = access.setPolicy(project, { version: 3, etag: before.etag, bindings: bindings(second) });
        const stale = () => access.setPolicy(project, { version: 3, etag: before.etag, bindings: bindings(third) });
        expect(stale).toThrow(expect.objectContaining({ code: "ABORTED" }));
        expect(access.getPolicy(project)).toEqual(present);
      }),
      { numRuns: 60 },
    );
  });
});
