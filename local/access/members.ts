import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Projects } from "../projects.ts";
import type { Collection } from "../store.ts";
import type { Policy } from "./access.ts";

/** What is read of a service account; the IAM API writes them under their e-mail. */
export interface ServiceAccount extends JsonObject {
  /** Clock time in milliseconds from which others see a new account. */
  readonly visibleAt?: number;
}

/** What members are looked up in. */
export interface Known {
  readonly accounts: Collection<ServiceAccount>;
  readonly projects: Projects;
  /** Clock time in milliseconds. */
  readonly now: number;
}

const people = /^(?:user|group):[^\s@]+@[^\s@]+$|^domain:[^\s@]+$|^(?:principal|principalSet):\/\/\S+$/;
const conveniences = /^project(?:Owner|Editor|Viewer):(.+)$/;

/**
 * Refuses members that are malformed or do not exist. Members that the policy has already may stay.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function checkMembers(policy: Policy, present: Policy, known: Known): void {
  const standing = new Set(present.bindings?.flatMap(({ members }) => members));
  const members = new Set(policy.bindings?.flatMap((binding) => binding.members));
  for (const member of members) if (!standing.has(member)) checkMember(member, known);
}

function checkMember(member: string, known: Known): void {
  if (member === "allUsers" || member === "allAuthenticatedUsers" || people.test(member)) return;
  if (known.projects.find(member.match(conveniences)?.[1] ?? "")) return;
  const email = member.match(/^serviceAccount:([^\s@]+@[^\s@]+)$/)?.[1];
  if (email === undefined) {
    throw invalid(`The member ${member} is of an unknown type. Please set a valid type prefix for the member.`);
  }
  const account = known.accounts.get(email);
  const isSeen = account && (account.visibleAt ?? 0) <= known.now;
  if (!isSeen && !isAgent(email, known.projects)) throw invalid(`Service account ${email} does not exist.`);
}

/** Google's own accounts of a project that exists. */
function isAgent(email: string, projects: Projects): boolean {
  const number =
    email.match(/^service-(\d+)@(?:gcp-sa-[a-z-]+|[a-z-]+)\.iam\.gserviceaccount\.com$/)?.[1] ??
    email.match(/^(\d+)@(?:cloudservices|cloudbuild)\.gserviceaccount\.com$/)?.[1] ??
    email.match(/^(\d+)-compute@developer\.gserviceaccount\.com$/)?.[1];
  return number !== undefined && projects.find(number) !== undefined;
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
}
