import { describe, expect, it } from "@jest/globals";
import { drawPassword, keepPassword, readPassword } from "../../../functions/alloydb/password.ts";
import type { SecretManagerClient } from "../../../google/clients/secret-manager.ts";

const secret = "projects/p/secrets/s";

/** A secret with these values as its versions, oldest first; `undefined` is one that was disabled. */
function secretWith(values: (string | undefined)[]) {
  const refuse = async () => {
    throw new Error("not expected");
  };
  const client: SecretManagerClient = {
    listVersions: async () =>
      values
        .map(
          (value, index) =>
            ({ name: `projects/1/secrets/s/versions/${index + 1}`, state: value ? "ENABLED" : "DISABLED" }) as const,
        )
        .reverse(),
    addVersion: async (_, value) => {
      values.push(value);
      return { name: `projects/1/secrets/s/versions/${values.length}`, state: "ENABLED" };
    },
    accessVersion: async (version) => values[Number(version.split("/").at(-1)) - 1],
    getSecret: refuse,
    getVersion: refuse,
    createSecret: refuse,
    patchLabels: refuse,
    deleteSecret: refuse,
    getSecretPolicy: refuse,
    setSecretPolicy: refuse,
  };
  return client;
}

describe("drawPassword", () => {
  it("draws 40 characters that are safe in URLs and shells, never the same twice", () => {
    const drawn = Array.from({ length: 50 }, drawPassword);
    for (const password of drawn) expect(password).toMatch(/^[A-Za-z0-9_-]{40}$/);
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

describe("keepPassword", () => {
  it("draws the first password and keeps it", async () => {
    const values: (string | undefined)[] = [];
    const kept = await keepPassword(secretWith(values), secret);
    expect(kept).toEqual({ version: `${secret}/versions/1`, value: values[0] });
  });

  it("gives the same when it is called again", async () => {
    const client = secretWith([]);
    const first = await keepPassword(client, secret);
    await expect(keepPassword(client, secret)).resolves.toEqual(first);
  });

  it("gives the newest that is enabled, under the project's id", async () => {
    const kept = await keepPassword(secretWith(["old", "new", undefined]), secret);
    expect(kept).toEqual({ version: `${secret}/versions/2`, value: "new" });
  });
});

describe("readPassword", () => {
  it("names a version that is gone", async () => {
    await expect(readPassword(secretWith([]), `${secret}/versions/7`)).rejects.toMatchObject({
      reason: "SECRET_GONE",
      message: expect.stringMatching(/versions\/7.*run down, then up/),
    });
  });
});
