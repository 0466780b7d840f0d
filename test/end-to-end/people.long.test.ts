import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RunView } from "../../functions/api.ts";
import type { JsonObject } from "../../local/json.ts";
import { rest } from "../support/local-cloud.ts";
import { until } from "./support/door.ts";
import { type Scene, setScene } from "./support/scene.ts";
import { image } from "./support/traffic.ts";

jest.setTimeout(300_000);

const bucket = "storage.googleapis.com/storage/v1/b/my-project-alloyrun";
const dev = "dev@example.com";

/** Somebody with the roles that docs/doors.md names, and no other. */
describe("the roles of people", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene("theirs", { service: { image } });
    await grant("projects add-iam-policy-binding");
    await scene.door.allow(`user:${dev}`);
  });

  afterAll(() => scene?.stop());

  it("do not let somebody build who may not bring folders, and say where the command is that lets them", async () => {
    const { code, stderr } = await scene.cloud.alloyrunAs(dev, "up", scene.environment.file, "--json");
    expect([code, stderr]).toEqual([5, expect.stringContaining("docs/doors.md (People)")]);
  });

  it("are enough to build from a laptop, also with folders that are in the bucket already", async () => {
    await grant("storage buckets add-iam-policy-binding");
    for (const reason of ["the first time", "once more"]) {
      const ended = scene.cloud.alloyrunAs(dev, "up", scene.environment.file, "--json", "--reason", reason);
      const { requestedBy, run } = await openRun();
      expect(requestedBy).toBe(dev);
      await scene.door.send(`user:${dev}`, `POST /v1/runs/${run}:cancel`, {});
      expect(JSON.parse((await ended).stdout)).toMatchObject({ run, state: "cancelled" });
    }
  });

  it("let nobody answer approvals, take locks, forge records or requests, or change what was brought", async () => {
    const { items } = await scene.cloud.ask(`GET ${bucket}/o?prefix=seeds/`);
    const [brought] = items as readonly { readonly name: string }[];
    const places = ["approvals/a.json", "locks/theirs.json", "runs/theirs/r.json", "requests/run-1.json"];
    const statuses = await Promise.all([...places, brought?.name ?? "seeds/"].map(put));
    expect(statuses).toEqual([403, 403, 403, 403, 403]);
    expect(await put(`seeds/${"9".repeat(64)}.tgz`)).toBe(200);
  });

  /** What somebody's writing of an object is answered with. */
  async function put(name: string): Promise<number> {
    const uploads = bucket.replace("/storage/", "/upload/storage/");
    const target = `POST ${uploads}/o?uploadType=media&name=${encodeURIComponent(name)}`;
    return (await rest(scene.cloud.local, target, { as: `user:${dev}`, body: {} })).status;
  }

  /** The run that is under way, once there is one. */
  function openRun(): Promise<RunView> {
    return until(async () => {
      const { items = [] } = await scene.cloud.ask(`GET ${bucket}/o?prefix=requests/run-`);
      const ids = (items as readonly { readonly name: string }[]).map(({ name }) => name.split(/[/.]/)[1] ?? "");
      const views = await Promise.all(ids.map((id) => scene.door.view(id)));
      return views.find(({ action, execution, state }) => action === "up" && execution !== "" && state === "running");
    });
  }

  /** Grants what a command of the page grants. */
  async function grant(command: string): Promise<void> {
    const page = readFileSync("docs/doors.md", "utf8").replaceAll("$PROJECT", "my-project");
    const said = page.split("gcloud ").find((part) => part.startsWith(command)) ?? "";
    const [, role] = /--role=(\S+)/.exec(said) ?? [];
    const [, expression] = /expression=([^']+)'/.exec(said) ?? [];
    const condition = expression === undefined ? {} : { condition: { title: "alloyrun-uploads", expression } };
    const added = { role, members: [`user:${dev}`], ...condition };
    const withAdded = ({ bindings, ...policy }: JsonObject) => {
      return { ...policy, version: 3, bindings: [...((bindings ?? []) as readonly JsonObject[]), added] };
    };
    if (command.startsWith("projects")) {
      const project = "POST cloudresourcemanager.googleapis.com/v1/projects/my-project";
      const policy = await scene.cloud.ask(`${project}:getIamPolicy`, { options: { requestedPolicyVersion: 3 } });
      await scene.cloud.ask(`${project}:setIamPolicy`, { policy: withAdded(policy) });
    } else {
      const policy = await scene.cloud.ask(`GET ${bucket}/iam?optionsRequestedPolicyVersion=3`);
      await scene.cloud.ask(`PUT ${bucket}/iam`, withAdded(policy));
    }
    await scene.cloud.local.cloud.clock.advance(10 * 60_000);
  }
});
