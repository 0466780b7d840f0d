import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseSpec } from "../../spec/load.ts";
import {
  canonicalJson,
  databaseName,
  derivedId,
  functionId,
  iamDatabaseUser,
  idOf,
  installationAccountId,
  ownershipOf,
  repositoryId,
  revisionId,
  revisionTag,
  secretId,
  seedAccountId,
  seedJobId,
  shorten,
} from "../../spec/names.ts";
import { smallestText } from "./example.ts";

const environmentName = fc.stringMatching(/^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/);

describe("derived names", () => {
  it("fit their APIs whatever the environment is called", () => {
    fc.assert(
      fc.property(
        environmentName.filter((name) => !name.startsWith("alloyrun-")),
        (name) => {
          const spec = parseSpec(smallestText.replace("staging", () => name));
          expect(spec.egress).toMatchObject({ name: expect.stringMatching(/^[a-z][-a-z0-9]{0,23}[a-z0-9]$/) });
          for (const account of Object.values(spec.identity)) expect(account).toMatch(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
          expect(spec.service.name.length + 1 + revisionTag("x-12345678").length).toBeLessThanOrEqual(46);
          const { cluster, instance } = spec.database;
          const ids = [spec.network.name, cluster, instance.name, seedJobId(name), repositoryId(name)];
          for (const id of ids) expect(id).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
          expect(seedJobId(name).length).toBeLessThan(50);
          expect(secretId(name, "application-password")).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
        },
      ),
    );
  });

  it("keep two environments apart, however long and alike their names are", () => {
    const alike = ["x", "y"].map((end) => "a".repeat(29) + end);
    expect(new Set(alike.map((name) => derivedId(name, "-egress", 25))).size).toBe(2);
    expect(new Set(alike.map(seedAccountId)).size).toBe(2);
  });
});

describe("shorten", () => {
  it("keeps what fits", () => {
    expect(shorten("my-connector", 12)).toBe("my-connector");
  });

  it("ends what does not fit with a hash, and with one hyphen before it", () => {
    expect(shorten("my-connector-x", 12)).toMatch(/^my-conn-[0-9a-f]{4}$/);
    expect(shorten("my-con-------tor", 12)).toMatch(/^my-con-[0-9a-f]{4}$/);
  });
});

describe("revisionId", () => {
  it("depends on the content and not on the order of keys", () => {
    const id = revisionId("service-alloyrun", { image: "a", env: { x: "1", y: "2" } });
    expect(id).toMatch(/^service-alloyrun-[0-9a-f]{8}$/);
    expect(revisionId("service-alloyrun", { env: { y: "2", x: "1" }, image: "a" })).toBe(id);
    expect(revisionId("service-alloyrun", { image: "b", env: { x: "1", y: "2" } })).not.toBe(id);
  });

  it("gives its hash to the tag", () => {
    expect(revisionTag("service-alloyrun-0a1b2c3d")).toBe("r0a1b2c3d");
  });
});

describe("canonicalJson", () => {
  it("sorts keys at every depth, keeps the order of lists and drops what is undefined", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 3], a: undefined })).toBe('{"b":[{"c":2,"d":1},3]}');
  });
});

describe("ownershipOf", () => {
  it("marks with installation and environment, over labels of the same name", () => {
    const labels = { team: "data", "alloyrun-environment": "mine" };
    expect(ownershipOf({ installation: "p-alloyrun", environment: "users", labels })).toEqual({
      installation: "p-alloyrun",
      environment: "users",
      mark: "alloyrun:p-alloyrun/users",
      labels: { team: "data", "alloyrun-installation": "p-alloyrun", "alloyrun-environment": "users" },
    });
  });
});

describe("names of the installation", () => {
  it("are in kebab case", () => {
    expect(installationAccountId("readPool")).toBe("alloyrun-read-pool");
    expect(functionId("readPool")).toBe("alloyrun-read-pool");
  });
});

describe("databaseName", () => {
  it("names the generations from the second on", () => {
    expect([1, 2, 3].map((generation) => databaseName("mydb", generation))).toEqual(["mydb", "mydb_g2", "mydb_g3"]);
  });
});

describe("iamDatabaseUser", () => {
  it("drops what AlloyDB drops", () => {
    expect(iamDatabaseUser("sa@p.iam.gserviceaccount.com")).toBe("sa@p.iam");
  });
});

describe("idOf", () => {
  it("is the last segment", () => {
    expect(idOf("projects/p/global/networks/n")).toBe("n");
  });
});
