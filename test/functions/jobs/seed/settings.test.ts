import { describe, expect, it } from "@jest/globals";
import { parseSettings } from "../../../../functions/jobs/seed/settings.ts";

const env = {
  INSTANCE_HOST: "192.168.200.2",
  CLUSTER: "projects/p/locations/r/clusters/c",
  DB_NAME: "mydb",
  DB_USER: "postgres",
  DB_PASS: "admin-secret",
  SEED_BUCKET: "p-alloyrun",
  SEED_OBJECT: "seeds/a.tgz",
  APP_USER: "app",
  APP_AUTH: "password",
  APP_PASS: "app-secret",
  RUN_ID: "r1",
};

describe("parseSettings", () => {
  it("reads every variable", () => {
    expect(parseSettings(env)).toEqual({
      host: "192.168.200.2",
      port: 5432,
      cluster: "projects/p/locations/r/clusters/c",
      database: "mydb",
      administrator: { user: "postgres", password: "admin-secret" },
      archive: { bucket: "p-alloyrun", object: "seeds/a.tgz" },
      application: { auth: "password", user: "app", password: "app-secret" },
      run: "r1",
    });
  });

  it("needs no password for an application that logs in with IAM", () => {
    expect(parseSettings({ ...env, APP_AUTH: "iam", APP_PASS: undefined }).application).toEqual({
      auth: "iam",
      user: "app",
    });
  });

  it("reads where the lock of the run lies, whichever attempt of it holds that", () => {
    const lock = { LOCK_BUCKET: "b", LOCK_OBJECT: "locks/staging.json", LOCK_GENERATION: "7" };
    expect(parseSettings({ ...env, ...lock, RUN_ID: "r1.2" }).lock).toEqual({
      ...{ bucket: "b", object: "locks/staging.json", generation: "7", run: "r1" },
    });
    expect(() => parseSettings({ ...env, ...lock, LOCK_GENERATION: "" })).toThrow("LOCK_GENERATION is not set");
  });

  it("needs no bucket when there is no seed", () => {
    const settings = parseSettings({ ...env, SEED_OBJECT: undefined, SEED_BUCKET: undefined });
    expect(settings.archive).toBeUndefined();
  });

  it.each(["INSTANCE_HOST", "CLUSTER", "DB_NAME", "DB_USER", "DB_PASS", "SEED_BUCKET", "APP_USER", "APP_PASS"])(
    "names the missing %s",
    (name) => {
      expect(() => parseSettings({ ...env, [name]: "" })).toThrow(`${name} is not set`);
    },
  );

  it.each([
    ["INSTANCE_PORT", "seventy"],
    ["INSTANCE_PORT", "70000"],
    ["APP_AUTH", "trust"],
  ])("refuses %s=%s without repeating the value", (name, value) => {
    const parse = () => parseSettings({ ...env, [name]: value });
    expect(parse).toThrow(name);
    expect(parse).not.toThrow(value);
  });
});
