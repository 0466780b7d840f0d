import { describe, expect, it } from "@jest/globals";
import { environmentApis, examineApis, noteApis } from "../../../deploy/doctor/apis.ts";
import { installationApis } from "../../../deploy/installation.ts";
import { servicesStep } from "../../../plan/steps/services.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";

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

describe("noteApis", () => {
  it("tells those of environments that are off, which come by themselves, and what is not seen without them", () => {
    expect(noteApis(without("alloydb.googleapis.com"), target)).toEqual([
      {
        check: "apis",
        text: "off are alloydb, which the first environment turns on by itself",
        way: "gcloud services enable alloydb.googleapis.com --project=my-project",
      },
    ]);
    expect(noteApis(without("compute.googleapis.com"), target)[0]?.text).toContain("quotas and ranges");
    expect(noteApis(new Set(all), target)).toEqual([]);
  });
});
