import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RunView } from "../../../functions/api.ts";
import type { JsonObject } from "../../../local/json.ts";
import { rest } from "../../support/local-cloud.ts";
import { region } from "./environment.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

/** An approval as the bucket has it. */
export interface NotedApproval {
  readonly id: string;
  readonly run: string;
  readonly environment: string;
  /** Which execution of its run asks. */
  readonly attempt?: number;
  readonly requesters: readonly string[];
  readonly closedAt?: string;
  readonly decision?: object;
}

/** The request function of an installed cloud, as programs other than the command line reach it. */
export interface Door {
  /**
   * Calls it as somebody.
   *
   * @param as `owner` or `user:EMAIL`
   * @param target verb and path, for example `GET /v1/runs/run-1`
   * @throws Error with the answer when it is a refusal
   */
  send(as: string, target: string, body?: object): Promise<JsonObject>;
  /** Asks for something as the owner, and gives the run's name. */
  request(body: object): Promise<string>;
  view(run: string): Promise<RunView>;
  /** The run once it has ended. */
  ended(run: string): Promise<RunView>;
  /** Lets somebody call the function. */
  allow(member: string): Promise<void>;
  /** The first approval that fits, once there is one. */
  asked(fits: (approval: NotedApproval) => boolean): Promise<NotedApproval>;
  /** Approves what a run waits for as somebody who did not ask for it. */
  approve(as: string, run: string): Promise<void>;
}

/** Finds the door of an installation. */
export async function findDoor(cloud: InstalledCloud): Promise<Door> {
  const { project, local } = cloud;
  const { projectNumber } = await cloud.ask(`GET cloudresourcemanager.googleapis.com/v1/projects/${project}`);
  const host = `alloyrun-request-${String(projectNumber)}.${region}.run.app`;
  const objects = `storage.googleapis.com/storage/v1/b/${project}-alloyrun/o`;
  const door: Door = {
    async send(as, target, body) {
      const [method, path] = target.split(" ");
      const headers: Record<string, string> = method === "POST" ? { "idempotency-key": randomUUID() } : {};
      const answer = await rest(local, `${method} ${host}${path}`, { as, body, headers });
      if (answer.status >= 300) throw new Error(`${target}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    request: async (body) => String((await door.send("owner", "POST /v1/requests", body)).run),
    view: async (run) => (await door.send("owner", `GET /v1/runs/${run}`)) as unknown as RunView,
    ended: (run) =>
      until(async () => {
        const view = await door.view(run);
        return !["queued", "running", "awaiting-approval"].includes(view.state) && view;
      }),
    async allow(member) {
      const service = `run.googleapis.com/v2/projects/${project}/locations/${region}/services/alloyrun-request`;
      const policy = await cloud.ask(`GET ${service}:getIamPolicy`);
      const held = policy.bindings as readonly JsonObject[];
      const bindings = [...held, { role: "roles/run.invoker", members: [member] }];
      await cloud.ask(`POST ${service}:setIamPolicy`, { policy: { ...policy, bindings } });
      await local.cloud.clock.advance(10 * 60_000);
    },
    asked: (fits) =>
      until(async () => {
        const { items = [] } = await cloud.ask(`GET ${objects}?prefix=approvals/`);
        const names = (items as readonly { readonly name: string }[]).map(({ name }) => encodeURIComponent(name));
        const noted = await Promise.all(names.map((name) => cloud.ask(`GET ${objects}/${name}?alt=media`)));
        return (noted as unknown as readonly NotedApproval[]).find(fits);
      }),
    async approve(as, run) {
      const { id } = await door.asked((approval) => approval.run === run);
      await door.send(as, `POST /v1/approvals/${id}:approve`, {});
      await until(async () => (await door.view(run)).state !== "awaiting-approval");
    },
  };
  return door;
}

/** Asks again until there is an answer; what is waited for happens in processes of the local cloud. */
export async function until<Value>(ask: () => Promise<Value | undefined | false>): Promise<Value> {
  for (let asks = 0; asks < 3000; asks += 1) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(50);
  }
  throw new Error("it has not become so");
}
