import { describe, expect, it } from "@jest/globals";
import { environmentApis, examineApis, examineNeededApis, noteApis } from "../../../deploy/doctor/apis.ts";
import { readNeededApis } from "../../../deploy/doctor/needed-apis.ts";
import { installationApis } from "../../../deploy/installation.ts";
import { servicesStep } from "../../../plan/steps/services.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";
import { createMemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";

const target = { project: "my-project" };
const all = [...installationApis, ...environmentApis];
const without = (...off: readonly string[]) => new Set(all.filter((api) => !off.includes(api)));
const context = { installation: "my-project-alloyrun", seedRunnerImage: "", requestUrl: "" };

it("knows every API that the first step of an environment turns on, and no other", () => {
  const { services = [] } = servicesStep.input(parseSpec(smallestText), context) ?? {};
  expect(services.filter((api) => !installationApis.includes(api)).sort()).toEqual([...environmentApis].sort());
  // One batch is what Service Usage reads at once.
  expect(all.length).toBeLessThanOrEqual(30);
});

describe("examineApis", () => {
  it("finds nothing where all of the installation's are on", () => {
    expect(examineApis(new Set(installationApis), target)).toEqual([]);
  });

  it("tells those that are off with the command that turns them on", () => {
    const findings = examineApis(
      without("run.googleapis.com", "pubsub.googleapis.com", "alloydb.googleapis.com"),
      target,
    );
    expect(findings).toEqual([
      {
        ...{ check: "apis", resource: "projects/my-project" },
        problem: "off are run, pubsub, which alloyrun itself needs; deploy turns them on, too",
        command: "gcloud services enable run.googleapis.com pubsub.googleapis.com --project=my-project",
      },
    ]);
  });
});

describe("examineNeededApis", () => {
  const storage = createMemoryStorage();
  const planWith = (...services: readonly string[]) => ({ steps: [{ name: "services", input: { services } }] });
  const needed = () => readNeededApis(storage, target);

  it("tells those without which environments that stand can be neither changed nor removed", async () => {
    const bucket = "my-project-alloyrun";
    await storage.write({ bucket, object: "x", content: "", contentType: "text/plain" });
    expect(await needed()).toEqual(new Map());
    await put(storage, "plans/direct.json", planWith("alloydb.googleapis.com", "run.googleapis.com"));
    await put(storage, "environments/users.json", { plans: ["direct"] });
    await put(storage, "environments/shop.json", { plans: ["direct"], begunBy: null });
    const off = without("alloydb.googleapis.com", "vpcaccess.googleapis.com");
    expect(examineNeededApis(off, await needed(), target)).toEqual([
      {
        ...{ check: "apis", resource: "projects/my-project" },
        problem: "off are alloydb, without which users may not answer, and can neither be changed nor removed",
        command: "gcloud services enable alloydb.googleapis.com --project=my-project",
      },
    ]);
    expect(noteApis(off, await needed(), target)).toMatchObject([
      { text: expect.stringContaining("off are vpcaccess,") },
    ]);
    expect(examineNeededApis(new Set(all), await needed(), target)).toEqual([]);
  });

  it("takes an environment for one that needs all where no plan tells", async () => {
    await put(storage, "environments/users.json", { plans: ["gone"] });
    const [finding] = examineNeededApis(without("compute.googleapis.com"), await needed(), target);
    expect(finding?.problem).toMatch(/^off are compute, without which users .* quotas and ranges/);
  });
});

describe("noteApis", () => {
  const none = new Map();

  it("tells those of environments that are off, which come by themselves, and what is not seen without them", () => {
    expect(noteApis(without("alloydb.googleapis.com"), none, target)).toEqual([
      {
        check: "apis",
        text: "off are alloydb, which the first environment that needs them turns on by itself",
        way: "gcloud services enable alloydb.googleapis.com --project=my-project",
      },
    ]);
    expect(noteApis(without("compute.googleapis.com"), none, target)[0]?.text).toContain("quotas and ranges");
    expect(noteApis(new Set(all), none, target)).toEqual([]);
  });
});
