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
    const [change, ...others] = planService({ ...serviceInput, cpu: 2 }, live, { run });
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      action: "update",
      fields: [
        { path: "template.containers.app.resources.limits.cpu", from: "1", to: "2" },
        { path: "template.revision", from: id },
      ],
    });
  });

  it("counts what instances that are kept warm cost more", () => {
    const [more] = planService({ ...serviceInput, minInstances: 1 }, live, { run });
    const warm = { ...template, name: "before", scaling: { minInstanceCount: 1, maxInstanceCount: 10 } };
    const [less] = planService(serviceInput, live, { run, serving: warm });
    expect(more?.effects.costPerDay).toBeGreaterThan(0);
    expect(less?.effects.costPerDay).toBeCloseTo(-(more?.effects.costPerDay ?? 0), 9);
    expect(planService({ ...serviceInput, port: 9000 }, live, { run })[0]?.effects.costPerDay).toBe(0);
  });

  it("plans a revision with the image that the spec names", () => {
    const [change] = planService({ ...serviceInput, image: "r/app@sha256:new" }, live, { run });
    expect(change?.fields[0]).toEqual({
      ...{ path: "template.containers.app.image", from: revisionParts.image },
      to: "r/app@sha256:new",
    });
    expect(planService({ ...serviceInput, image: revisionParts.image }, live, { run })).toEqual([]);
  });

  it("changes labels without a revision", () => {
    const labels = { ...serviceInput.ownership.labels, team: "web" };
    const input = { ...serviceInput, ownership: { ...serviceInput.ownership, labels } };
    const [change] = planService(input, live, { run });
    expect(change?.fields).toEqual([{ path: "labels", from: live.labels, to: labels }]);
  });

  it("tells of a rebuild what is otherwise, though nobody knows the revision's name yet", () => {
    const [change] = planService({ ...serviceInput, maxInstances: 11 }, live, { run: { action: "rebuild" } });
    expect(change?.fields).toEqual([
      { path: "template.scaling.maxInstanceCount", from: 10, to: 11 },
      { path: "template.revision", from: id, to: "unknown" },
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
