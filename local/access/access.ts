import type { JsonObject } from "../json.ts";
import type { Principal } from "./principal.ts";

/** An IAM policy as the APIs carry it. */
export interface Policy {
  readonly version?: number;
  readonly etag?: string;
  readonly bindings?: readonly Binding[];
  readonly auditConfigs?: readonly JsonObject[];
}

/** A role given to members, perhaps under a condition. */
export interface Binding {
  /** `roles/{role}` or `projects/{project}/roles/{role}` */
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: { readonly title?: string; readonly description?: string; readonly expression: string };
}

/** What was decided about a request of somebody's. */
export interface Decision {
  /** E-mail of whoever asked, or `anonymous`. */
  readonly principal: string;
  readonly permission: string;
  /** `//{host}/{name}` */
  readonly resource: string;
  /** Every binding that lets it through; none when it was refused. */
  readonly grants: readonly DecidingGrant[];
}

/** A binding of a policy that gives somebody a permission. */
export interface DecidingGrant {
  /** Whose policy it is, `//{host}/{name}`. */
  readonly resource: string;
  readonly role: string;
  /** Expression of its condition. */
  readonly condition?: string;
}

/**
 * Authorisation. Resources are named `//{host}/{name}`, for example
 * `//secretmanager.googleapis.com/projects/p/secrets/s` and `//cloudresourcemanager.googleapis.com/projects/p`.
 */
export interface Access {
  /** Whether the principal has the permission by the policies in effect on the resource, its ancestors and its project. */
  allows(principal: Principal, permission: string, resource: string): boolean;
  /** The same for whoever only wants to know: nobody is told that it was asked. */
  wouldAllow(principal: Principal, permission: string, resource: string): boolean;
  /**
   * Tells every decision about a request of an account, person or nobody until the returned function is called, so that
   * one sees which grants are used and which are idle. What an owner or the local cloud itself does is decided by none.
   */
  subscribe(listener: (decision: Decision) => void): () => void;
  /**
   * Refuses what the function picks, as if its grants were not there, until the returned function is called: so one sees
   * what becomes of whoever lacks just that. Only what would be let through is put to it.
   */
  withhold(picks: (decision: Decision) => boolean): () => void;
  /** @throws ApiError PERMISSION_DENIED in Google's words, UNAUTHENTICATED without credentials */
  demand(principal: Principal, permission: string, resource: string): void;
  /** The policy last written (not necessarily in effect yet); an empty one with an etag when none was. */
  getPolicy(resource: string): Policy;
  /**
   * Writes a policy; it takes effect after the propagation time of the clock.
   *
   * @throws ApiError ABORTED when the etag is not the present one; INVALID_ARGUMENT for members that do not exist
   */
  setPolicy(resource: string, policy: Policy): Policy;
  /** Writes the policy that a resource comes with; it is in effect from the start. */
  startPolicy(resource: string, policy: Policy): void;
  /** Removes the policies of a resource and of all below it. */
  deletePolicies(resource: string): void;
  /**
   * Rewrites a member in every policy, at once: a deleted account's bindings stay under another name,
   * `deleted:serviceAccount:{email}?uid={uniqueId}`, and come back with it.
   */
  renameMember(from: string, to: string): void;
}
