import { describe, expect, it } from "@jest/globals";
import { planService } from "../../../functions/cloud-run/plan-service.ts";
import { toTemplate } from "../../../functions/cloud-run/template.ts";
import type { Service } from "../../../google/clients/run.ts";
import { revisionId } from "../../../spec/names.ts";
import { revisionParts, serviceInput } from "./inputs.ts";

const template = toTemplate(serviceInput, revisionParts);
const id = revisionId("users", template);
const live: Service = {
  labels: { ...serviceInput.ownership.labels },
  template: { ...template, revision: id },
  latestCreatedRevision: `${serviceInput.service}/revisions/${id}`,
  latestReadyRevision: `${serviceInput.service}/revisions/${id}`,
};

const run = { action: "up" } as const;

describe("planService", () => {
  it("creates what is not there", () => {
    expect(planService(serviceInput, undefined, { run })).toMatchObject([
      { action: "create", resource: serviceInput.service },
    ]);
  });

  it("finds nothing to do for the very same content", () => {
    expect(planService(serviceInput, live, { run })).toEqual([]);
  });

  it.each([undefined, `${serviceInput.service}/revisions/before`])(
    "plans another revision when the one of this content failed and %s serves",
    (latestReadyRevision) => {
      const [change] = planService(serviceInput, { ...live, latestReadyRevision }, { run });
      expect(change).toMatchObject({ action: "update", fields: [{ path: "template.revision", from: id }] });
    },
  );

  it("waits with a plan while the revision of this content is starting", () => {
    expect(planService(serviceInput, { ...live, latestReadyRevision: undefined, reconciling: true }, { run })).toEqual(
      [],
    );
  });

  it("plans another revision when the spec's part of the template differs", () => {
    expect(planService({ ...serviceInput, cpu: 2 }, live, { run })).toMatchObject([
      { action: "update", fields: [{ path: "template.revision", from: id }] },
    ]);
  });

  it("plans another revision for a service whose template is not of ours", () => {
    const changes = planService(serviceInput, { ...live, template: { containers: [{ image: "x" }] } }, { run });
    expect(changes).toMatchObject([{ action: "update", fields: [{ to: "unknown" }] }]);
  });

  it("refuses a service of somebody else by name", () => {
    expect(() => planService(serviceInput, { ...live, labels: {} }, { run })).toThrow(serviceInput.service);
  });
});
