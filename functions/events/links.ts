import { textOf } from "../../google/json.ts";
import { refusalToDecide } from "../../plan/approval.ts";
import { functionUrl } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored } from "../entry/read.ts";
import type { StoredApproval } from "../entry/stored.ts";
import { keepLinkKey, linkKeyName, tokenOf } from "../link.ts";
import type { DeliveryClients } from "./deliver.ts";
import type { EnvironmentEvent } from "./event.ts";

/** A link by which one person decides, once. */
export interface EventLink {
  readonly approver: string;
  readonly url: string;
}

/**
 * The links that an event carries: for each person whom the spec names as approver, and who did not ask, one that ends
 * with the approval. None where the public door is not open.
 */
export async function linksOf(
  { type, data }: EnvironmentEvent,
  { storage, secretManager, installation, hasHook }: Omit<DeliveryClients, "post">,
): Promise<readonly EventLink[]> {
  const id = textOf(data.approval);
  if (!hasHook || type !== "dev.alloyrun.awaiting-approval" || id === undefined) return [];
  const found = await readStored<StoredApproval>(storage, installation.bucket, objectOf.approval(id));
  if (!found || found.value.decision || found.value.closedAt !== undefined) return [];
  const { approvers, requesters } = found.value;
  const people = approvers
    .flatMap((member) => /^user:(.+)$/.exec(member)?.[1] ?? [])
    .filter((person) => refusalToDecide({ approvers }, person, requesters) === undefined);
  if (people.length === 0) return [];
  const key = await keepLinkKey(secretManager, linkKeyName(installation.project));
  const base = functionUrl("hook", installation);
  return people.map((approver) => ({ approver, url: `${base}/a#${tokenOf({ approval: id, approver }, key)}` }));
}
