import { parseDocument } from "yaml";
import type { StorageClient } from "../../google/clients/storage.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/**
 * Lets pass what a protected environment survives: all but a removal, and a rebuild of its data. What a sweep finishes
 * passes too, for nothing is left to protect.
 *
 * @throws StepError FAILED_PRECONDITION, reason `PROTECTED`
 */
export function refuseProtected(
  isProtected: boolean,
  { environment, action, level, teardown }: Pick<StoredRequest, "environment" | "action" | "level" | "teardown">,
): void {
  const destroys = action === "down" || (action === "rebuild" && level !== "app");
  if (!isProtected || !destroys || teardown !== undefined) return;
  const message = `${environment} is protected by its spec: send it with policy.protect: false first, which somebody else must approve`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTED", message });
}

/** Whether the spec that an environment was last built from protects it. It was checked when it came. */
export async function isProtected(storage: StorageClient, bucket: string, environment: string): Promise<boolean> {
  const found = await storage.readText(bucket, `specs/${environment}.yaml`);
  return found !== undefined && parseDocument(found.text).getIn(["spec", "policy", "protect"]) === true;
}
