import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { textOf } from "../../google/json.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored } from "../entry/read.ts";
import type { StoredApproval, StoredDigest, StoredRequest } from "../entry/stored.ts";
import { type ApprovalLink, isTokenOf, linkKeyName, peekToken, readLinkKey } from "../link.ts";
import { type ForwardClients, forward } from "./forward.ts";

/** What links work with. */
export interface LinkClients extends ForwardClients {
  readonly storage: Pick<StorageClient, "readText">;
  readonly secretManager: Pick<SecretManagerClient, "accessVersion">;
  readonly installation: ForwardClients["installation"] & { readonly project: string; readonly bucket: string };
}

/** What an approver is shown. */
export interface Question {
  /** By which the approver came here, and decides. */
  readonly token: string;
  readonly link: ApprovalLink;
  readonly approval: StoredApproval;
  /** What is asked, and by whom; absent when it is not stored any more. */
  readonly request?: StoredRequest;
  readonly plan?: StoredDigest;
  /** `open` while it can be decided. */
  readonly state: "open" | "expired" | "closed" | "approved" | "rejected";
}

/** What somebody decides on the page. */
export interface Choice {
  readonly state: "approved" | "rejected";
  readonly reason?: string;
}

/**
 * The question behind a link; undefined when the link is not one of ours. Only a link that is gets anything read but the
 * key.
 */
export async function openLink(token: string, clients: LinkClients): Promise<Question | undefined> {
  const { storage, secretManager, installation } = clients;
  const link = peekToken(token);
  if (!link) return undefined;
  const key = await readLinkKey(secretManager, linkKeyName(installation.project));
  if (key === undefined || !isTokenOf(token, key)) return undefined;
  const { bucket } = installation;
  const found = await readStored<StoredApproval>(storage, bucket, objectOf.approval(link.approval));
  if (!found) return undefined;
  const { value: approval, readAt } = found;
  const [request, plan] = await Promise.all([
    readStored<StoredRequest>(storage, bucket, objectOf.request(approval.run)),
    readStored<StoredDigest>(storage, bucket, objectOf.plan(approval.changesHash)),
  ]);
  const isOver = Date.parse(readAt) / 1000 >= approval.expiresAt;
  const waiting = isOver ? "expired" : approval.closedAt === undefined ? "open" : "closed";
  const state = approval.decision?.state ?? waiting;
  return { token, link, approval, state, request: request?.value, plan: plan?.value };
}

/** How a decision was taken. */
export type Taken = { readonly state: "taken" } | { readonly state: "refused"; readonly why: string };

/**
 * Decides through the request function, in the name of whom the link was given to. A decision that this person has made
 * already is sent again, for the execution may not have been woken.
 */
export async function decideByLink(
  { link, approval }: Question,
  { state, reason }: Choice,
  clients: ForwardClients,
): Promise<Taken> {
  const verb = state === "approved" ? "approve" : "reject";
  const path = `/v1/approvals/${encodeURIComponent(link.approval)}:${verb}`;
  const decision = { by: link.approver, changesHash: approval.changesHash, reason };
  const { status, body } = await forward({ path, body: decision }, clients);
  if (status >= 200 && status < 300) return { state: "taken" };
  return { state: "refused", why: textOf(body.detail) ?? `the request function answered ${status}` };
}

/** Whether a decision was made by who has the link, as they would make it now. */
export function isOwnDecision({ link, approval }: Question, { state }: Choice): boolean {
  return approval.decision?.by === link.approver && approval.decision.state === state;
}
