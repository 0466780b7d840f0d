import { describe, expect, it } from "@jest/globals";
import { makePlan } from "../../plan/plan.ts";
import { stepNames } from "../../plan/step.ts";
import { parseSpec } from "../../spec/load.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { edit, exampleText, smallestText } from "../spec/example.ts";
import { context, planOf, stepOf } from "./context.ts";

const readPool = ["    name: mydb\n", "    name: mydb\n    readPool: { name: my-pool }\n"] as const;
const iam = ["login: { user: app }", "login: { auth: iam }"] as const;

describe("makePlan", () => {
  it("holds the steps that the spec wants, in order", () => {
    expect(planOf().steps.map(({ name }) => name)).toEqual(stepNames.filter((name) => name !== "readPool"));
    expect(planOf(edit(...readPool)).steps.map(({ name }) => name)).toEqual([...stepNames]);
  });

  it("names environment, project and region", () => {
    expect(planOf()).toMatchObject({ environment: "users", project: "my-project", region: "asia-northeast1" });
  });

  it("carries a hash of all else", () => {
    const { hash, ...rest } = planOf();
    expect(hash).toBe(sha256(canonicalJson(rest)));
  });

  it("gives the same hash for the same spec, however it is written", () => {
    const reordered = edit(
      "  project: my-project\n  region: asia-northeast1\n",
      "  region: 'asia-northeast1' # here\n  project: my-project\n",
    );
    expect(planOf(reordered).hash).toBe(planOf().hash);
  });

  it.each([
    ["the network", "my-vpc", "other-vpc"],
    ["the seed's time", "{ directory: ./seed }", "{ directory: ./seed, timeout: 5m }"],
    ["a variable", "public: true", "public: true\n    env: { A: b }"],
    ["a label", "{ name: users }", "{ name: users, labels: { a: b } }"],
  ])("gives another hash when %s changes", (_what, from, to) => {
    expect(planOf(edit(from, to)).hash).not.toBe(planOf().hash);
  });

  it("gives another hash when the packed source changes", () => {
    const spec = parseSpec(exampleText);
    const other = makePlan(spec, { ...context, source: `sources/${"4".repeat(64)}.tgz` });
    expect(other.hash).not.toBe(makePlan(spec, context).hash);
  });

  it("survives being stored: nothing in it is lost in JSON", () => {
    const plan = planOf(edit(...readPool));
    const { hash, ...rest } = JSON.parse(JSON.stringify(plan));
    expect(sha256(canonicalJson(rest))).toBe(hash);
  });

  it("needs what was packed", () => {
    const spec = parseSpec(exampleText);
    expect(() => makePlan(spec, { ...context, source: undefined })).toThrow(/source is missing/);
    expect(() => makePlan(spec, { ...context, seed: undefined })).toThrow(/seed files are missing/);
  });
});

describe("the inputs of a plan", () => {
  it("give the connector a /28 and direct egress a /26 or wider", () => {
    const name = "projects/my-project/regions/asia-northeast1/subnetworks";
    expect(stepOf(planOf(), "network").input).toMatchObject({
      network: "projects/my-project/global/networks/my-vpc",
      subnetworks: [{ name: `${name}/my-subnet`, range: "192.168.100.0/28", prefix: { min: 28, max: 28 } }],
    });
    const direct = edit("  service:", "  egress: { direct: {} }\n  service:", smallestText);
    expect(stepOf(planOf(direct), "network").input).toMatchObject({
      subnetworks: [{ name: `${name}/staging-egress`, range: "192.168.101.0/26", prefix: { min: 8, max: 26 } }],
    });
    expect(stepOf(planOf(direct), "egress").input).toEqual({
      kind: "direct",
      network: "projects/my-project/global/networks/staging-vpc",
      subnetwork: `${name}/staging-egress`,
    });
  });

  it("leave an existing network in its own project and only check it", () => {
    const network = "network: { existing: projects/host-project/global/networks/shared, subnet: { name: theirs } }";
    const plan = planOf(edit("  service:", `  ${network}\n  service:`, smallestText));
    expect(stepOf(plan, "network").input).toMatchObject({
      network: "projects/host-project/global/networks/shared",
      existing: true,
      subnetworks: [{ name: "projects/host-project/regions/asia-northeast1/subnetworks/theirs", range: undefined }],
    });
    expect(stepOf(plan, "peering").input).toMatchObject({ existing: true, range: undefined });
    expect(stepOf(plan, "cluster").input).toMatchObject({ allocatedIpRange: undefined });
  });

  it.each([
    ["of a network of its own by its subnetwork", "", "subnetwork"],
    ["under alloyrun's own name in an existing network by that", "existing", "name"],
    ["that the spec names in an existing network by nothing", "existing named", "nothing"],
  ])("tell a connector %s", (_, shape, provenBy) => {
    const network = "  network: { existing: projects/my-project/global/networks/shared, subnet: { name: theirs } }\n";
    const named = "  egress: { connector: { name: theirs } }\n";
    const lines = `${shape.includes("existing") ? network : ""}${shape.includes("named") ? named : ""}  service:`;
    const { input } = stepOf(planOf(edit("  service:", lines, smallestText)), "egress");
    expect(input).toMatchObject({ provenBy, ownership: { environment: "staging" } });
  });

  it("enable only the APIs that are used", () => {
    const image = `image: r/app@sha256:${"a".repeat(64)}`;
    const direct = edit(
      "source: ./app",
      image,
      edit("  service:", "  egress: { direct: {} }\n  service:", smallestText),
    );
    const services = (text: string) => stepOf(planOf(text), "services").input;
    expect(services(exampleText)).toMatchObject({
      services: expect.arrayContaining(["vpcaccess.googleapis.com", "cloudbuild.googleapis.com"]),
    });
    expect(services(direct)).toMatchObject({
      services: expect.not.arrayContaining(["vpcaccess.googleapis.com", "cloudbuild.googleapis.com"]),
    });
  });

  it("turn to IAM when the login does: a flag, a role, no application secret", () => {
    const plan = planOf(edit(...iam, edit(...readPool)));
    expect(stepOf(plan, "instance").input).toMatchObject({
      flags: { "alloydb.iam_authentication": "on" },
      login: { auth: "iam", user: "my-serviceaccount@my-project.iam" },
      applicationSecret: undefined,
    });
    expect(stepOf(plan, "readPool").input).toMatchObject({ flags: { "alloydb.iam_authentication": "on" } });
    expect(stepOf(plan, "identity").input).toMatchObject({
      applicationSecret: undefined,
      serviceAccount: { projectRoles: expect.arrayContaining([{ role: "roles/alloydb.databaseUser" }]) },
    });
  });

  it("give the service's account nothing that only IAM login needs, and the seed's of the bucket only its files and lock", () => {
    expect(stepOf(planOf(), "identity").input).toMatchObject({
      serviceAccount: {
        projectRoles: [{ role: "roles/alloydb.client" }, { role: "roles/serviceusage.serviceUsageConsumer" }],
      },
      seedAccount: {
        projectRoles: [
          { role: "roles/alloydb.client" },
          {
            role: "roles/storage.objectViewer",
            condition: {
              title: "alloyrun-seeds",
              expression: expect.stringMatching(
                /^resource\.name\.startsWith\("projects\/_\/buckets\/my-project-alloyrun\/objects\/seeds\/"\) \|\| resource\.name == "projects\/_\/buckets\/my-project-alloyrun\/objects\/locks\/[a-z-]+\.json"$/,
              ),
            },
          },
        ],
      },
    });
  });

  it("let only the service's account read the user's secrets", () => {
    const secrets = "secrets: { A: { secret: key, version: 1 }, B: { secret: key, version: 2 } }";
    const plan = planOf(edit("public: true", secrets));
    const members = ["serviceAccount:my-serviceaccount@my-project.iam.gserviceaccount.com"];
    expect(stepOf(plan, "identity").input).toMatchObject({
      foreignSecrets: [
        { name: "projects/my-project/secrets/key", grants: [{ role: "roles/secretmanager.secretAccessor", members }] },
      ],
    });
    expect(stepOf(plan, "service").input).toMatchObject({
      secrets: { A: "projects/my-project/secrets/key/versions/1", B: "projects/my-project/secrets/key/versions/2" },
    });
  });

  it("open a public service to everybody and a private one to its invokers", () => {
    expect(stepOf(planOf(), "traffic").input).toMatchObject({ invokers: ["allUsers"] });
    expect(stepOf(planOf(smallestText), "traffic").input).toMatchObject({ invokers: [] });
    const invokers = edit("{ source: ./app }", "{ source: ./app, invokers: [ 'group:a@b.c' ] }", smallestText);
    expect(stepOf(planOf(invokers), "traffic").input).toMatchObject({ invokers: ["group:a@b.c"] });
  });

  it("use an image by digest as it is", () => {
    const image = `r/app@sha256:${"a".repeat(64)}`;
    expect(stepOf(planOf(edit("source: ./app", `image: ${image}`)), "image").input).toEqual({ kind: "digest", image });
  });
});
