import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { childEnvironment } from "../../../cli/local/child-environment.ts";
import { projectFolder } from "../../support/imports.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { writeFiles } from "../../support/write-files.ts";

const login = JSON.stringify({ type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" });
const local = { HTTPS_PROXY: "http://127.0.0.1:9", GCE_METADATA_HOST: "127.0.0.1:9", GOOGLE_CLOUD_PROJECT: "local" };

/** What kind of login the official library finds in an environment. */
function loginIn(env: Readonly<Record<string, string | undefined>>): string {
  const program = `
    import { GoogleAuth } from "google-auth-library";
    const client = await new GoogleAuth().getClient();
    console.log(client.constructor.name);`;
  const args = ["--input-type=module", "--eval", program];
  return spawnSync(process.execPath, args, { cwd: projectFolder, env, encoding: "utf8" }).stdout.trim();
}

describe("childEnvironment", () => {
  it("keeps what is not about Google Cloud, under the local cloud's own", () => {
    const own = { PATH: "/bin", LANG: "C", HTTPS_PROXY: "http://proxy", GOOGLE_CLOUD_PROJECT: "mine" };
    expect(childEnvironment(own, local)).toMatchObject({ PATH: "/bin", LANG: "C", ...local });
  });

  it("drops every variable by which a person is known there", () => {
    const own = {
      GOOGLE_APPLICATION_CREDENTIALS: "/home/ann/key.json",
      GOOGLE_CLOUD_QUOTA_PROJECT: "mine",
      CLOUDSDK_AUTH_ACCESS_TOKEN: "secret",
      GCLOUD_PROJECT: "mine",
    };
    expect(Object.keys(childEnvironment(own, {}))).toEqual(["CLOUDSDK_CONFIG"]);
  });

  it("hides a login from the official library, whether a variable or gcloud's folder names it", async () => {
    await using home = await temporaryFolder();
    await writeFiles(home.path, { ".config/gcloud/application_default_credentials.json": login });
    const key = join(home.path, "key.json");
    await writeFile(key, login);
    const own = { PATH: process.env.PATH, HOME: home.path };
    expect(loginIn({ ...own, ...local, METADATA_SERVER_DETECTION: "assume-present" })).toBe("UserRefreshClient");
    for (const person of [own, { ...own, GOOGLE_APPLICATION_CREDENTIALS: key }]) {
      const env = childEnvironment(person, { ...local, METADATA_SERVER_DETECTION: "assume-present" });
      expect(loginIn(env)).toBe("Compute");
    }
  }, 60_000);
});
