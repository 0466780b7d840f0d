import { describe, expect, it } from "@jest/globals";
import { findRevision, namedTemplate } from "../../../functions/cloud-run/revision.ts";
import { toTemplate } from "../../../functions/cloud-run/template.ts";
import type { Condition, Revision } from "../../../google/clients/run.ts";
import { revisionId } from "../../../spec/names.ts";
import { revisionParts, serviceInput } from "./inputs.ts";

const template = toTemplate(serviceInput, revisionParts);
const id = revisionId("users", template);
const run = { id: "r1" };
const succeeded: Condition = { type: "Ready", state: "CONDITION_SUCCEEDED" };
const crashed: Condition = { type: "Ready", state: "CONDITION_FAILED", revisionReason: "HEALTH_CHECK_CONTAINER_ERROR" };
const denied: Condition = { type: "Ready", state: "CONDITION_FAILED", reason: "SECRETS_ACCESS_CHECK_FAILED" };

/** Finds among revisions by id, each with its condition and the run that made it. */
function find(revisions: Readonly<Record<string, readonly [Condition, string]>>) {
  const getRevision = async (name: string): Promise<Revision | undefined> => {
    const [condition, madeBy] = revisions[name.slice(name.lastIndexOf("/") + 1)] ?? [];
    if (!condition || madeBy === undefined) return undefined;
    return { name, conditions: [condition], annotations: namedTemplate(template, id, { id: madeBy }).annotations };
  };
  return findRevision(serviceInput.service, template, { services: { getRevision }, run });
}

describe("findRevision", () => {
  it("finds what was made for this content in whatever run", async () => {
    await expect(find({ [id]: [succeeded, "r0"] })).resolves.toMatchObject({ id, found: {}, isRepeated: false });
  });

  it("passes over what failed in an earlier run", async () => {
    await expect(find({ [id]: [crashed, "r0"] })).resolves.toEqual({
      id: `${id}-2`,
      number: 2,
      found: undefined,
      isRepeated: false,
    });
  });

  it("gives what crashed in this run, to be told", async () => {
    await expect(find({ [id]: [crashed, "r1"] })).resolves.toMatchObject({ id, found: { conditions: [crashed] } });
  });

  it("tries again in this run what was refused a secret, for the grant may not act yet", async () => {
    const made = { [id]: [denied, "r1"], [`${id}-2`]: [denied, "r1"] } as const;
    await expect(find(made)).resolves.toEqual({ id: `${id}-3`, number: 3, found: undefined, isRepeated: true });
  });

  it("gives up on the secret after eight refusals", async () => {
    const names = [id, ...Array.from({ length: 11 }, (_, index) => `${id}-${index + 2}`)];
    const made = Object.fromEntries(names.map((name) => [name, [denied, "r1"] as const]));
    await expect(find(made)).resolves.toMatchObject({ number: 8, found: { conditions: [denied] } });
  });
});
