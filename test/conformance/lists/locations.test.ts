import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { plausibleLine } from "../malformed/request-line.ts";
import { label, type Subject, subjectsOf } from "../malformed/subject.ts";
import { dumpStore } from "../store-dump.ts";

const model = loadModel();
const inPlace = /\/(?:locations|regions|zones)\/us-central1(?:-a)?(?=[/:?]|$)/;
let local: LocalCloud;
let subjects: readonly Subject[];

beforeAll(async () => {
  local = await startTestCloud();
  subjects = subjectsOf(local).filter(({ address }) => inPlace.test(address));
}, 60_000);
afterAll(() => local.stop());

/** What an API says of a place that there is not. */
function refusalOf({ host, name }: Subject): { code: number; message: RegExp } {
  if (host === "compute.googleapis.com") {
    const isPlace = /\.(?:Regions|Zones)\.Get$/.test(name);
    return isPlace
      ? { code: 404, message: /was not found/ }
      : { code: 400, message: /^Invalid value for field '(?:region|zone)': 'mars'\. Unknown/ };
  }
  if (name.endsWith(".GetLocation")) return { code: 404, message: /locations\/mars is not found/ };
  if (host === "run.googleapis.com") return { code: 404, message: /^Location mars is not found/ };
  if (host === "cloudscheduler.googleapis.com")
    return { code: 400, message: /^Location 'mars' is not a valid location/ };
  return { code: 403, message: /^Permission denied on 'locations\/mars' \(or it may not exist\)\.$/ };
}

describe("every method of a place", () => {
  it("refuses places that there are not, in its API's own words, and keeps nothing", async () => {
    const before = dumpStore(local);
    const wrong: string[] = [];
    for (const subject of subjects) {
      const { target, body } = plausibleLine(model, subject);
      const elsewhere = (text: string) =>
        text.replace(/(locations|regions|zones)\/us-central1(?:-a)?(?=[/:?"]|$)/g, "$1/mars");
      const sent = body === undefined ? {} : { body: elsewhere(JSON.stringify(body)) };
      const answer = await rest(local, elsewhere(target), sent);
      const { code, message } = refusalOf(subject);
      const isRefused = answer.status === code && message.test(String(errorOf(answer).message));
      if (!isRefused) wrong.push(`${label(subject)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    expect(subjects.length).toBeGreaterThan(150);
    expect(dumpStore(local)).toEqual(before);
  }, 60_000);

  it("takes the places beside the regions that some APIs have", async () => {
    const repositories = `artifactregistry.googleapis.com/v1/projects/${testProject}/locations`;
    expect(await rest(local, `GET ${repositories}/us/repositories`)).toMatchObject({ status: 200 });
    expect(await rest(local, `GET ${repositories}/global/repositories`)).toMatchObject({ status: 403 });
    const builds = `cloudbuild.googleapis.com/v1/projects/${testProject}/locations`;
    expect(await rest(local, `GET ${builds}/global/builds`)).toMatchObject({ status: 200 });
  });

  it("takes a dash for all of them in lists only", async () => {
    const workflows = `workflows.googleapis.com/v1/projects/${testProject}/locations/-/workflows`;
    expect(await rest(local, `GET ${workflows}`)).toMatchObject({ status: 200 });
    const body = { sourceContents: "main: {steps: [{a: {return: 1}}]}" };
    expect(await rest(local, `POST ${workflows}?workflowId=w`, { body })).toMatchObject({ status: 403 });
  });
});

describe("places inside of resources", () => {
  it.each([
    [
      `secretmanager.googleapis.com/v1/projects/${testProject}/secrets?secretId=s`,
      { replication: { userManaged: { replicas: [{ location: "mars" }] } } },
    ],
    [`storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: "bucket-a", location: "mars" }],
    [`storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: "bucket-a", storageClass: "FOO" }],
    [
      `storage.googleapis.com/storage/v1/b?project=${testProject}`,
      { name: "bucket-a", location: "us-east1", storageClass: "MULTI_REGIONAL" },
    ],
    [`storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: "goog-x" }],
    [`storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: "my-g00gle-bucket" }],
  ])("%s refuses %j", async (address, body) => {
    const before = dumpStore(local);
    expect(await rest(local, `POST ${address}`, { body })).toMatchObject({ status: 400 });
    expect(dumpStore(local)).toEqual(before);
  });

  it.each([
    ["us", "US", "multi-region"],
    ["nam4", "NAM4", "dual-region"],
    ["Asia-Northeast1", "ASIA-NORTHEAST1", "region"],
  ])("a bucket in %s lies in %s, a %s", async (location, shown, locationType) => {
    const name = `bucket-in-${location.toLowerCase()}`;
    const body = { name, location, storageClass: "nearline" };
    const made = await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body });
    expect(made.body).toMatchObject({ location: shown, locationType, storageClass: "NEARLINE" });
  });
});
