import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { rest } from "../../support/local-cloud.ts";

const model = loadModel();

/** Waits until the operation that a method's answer may be has ended, and what it set off. */
export async function settle(local: LocalCloud, method: string, { name, selfLink }: JsonObject): Promise<void> {
  const { clock, operations } = local.cloud;
  const isOperation = model.methods[method]?.response?.endsWith(".Operation");
  const link = String(selfLink ?? "").replace(/^https:\/\/[^/]+\//, "compute.googleapis.com/");
  if (isOperation && selfLink !== undefined) await rest(local, `POST ${link}/wait`);
  else if (isOperation) {
    const host = model.methods[method]?.hosts[0] ?? "";
    await clock.working((hold) => operations.wait(host, String(name), 60_000, hold));
  }
  await clock.idle();
}
