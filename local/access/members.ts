import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Projects } from "../projects.ts";
import type { Collection } from "../store.ts";
import { unserved } from "../unserved.ts";
import type { Policy } from "./access.ts";

/** What is read of a service account; the IAM API writes them under their e-mail. */
export interface ServiceAccount extends JsonObject {
  /** Clock time in milliseconds from which others see a new account. */
  readonly visibleAt?: number;
}

/** What members are looked up in. */
export interface Known {
  readonly accounts: Collection<ServiceAccount>;
  /** Accounts that were deleted and can come back, by unique id. */
  readonly deletedAccounts: Collection<JsonObject>;
  /** Google's own accounts on behalf of projects, by e-mail. */
  readonly agents: Collection<JsonObject>;
  readonly projects: Projects;
  /** Clock time in milliseconds. */
  readonly now: number;
}

/** Members that a policy may name, each time that it names them; and groups and domains among them. */
const most = { members: 1500, groups: 250 };

const people = /^(?:user|group):[^\s@]+@[^\s@]+$|^domain:[^\s@]+$/;
const conveniences = /^project(?:Owner|Editor|Viewer):(.+)$/;
const federated = /^(?:principal|principalSet):\/\/|^serviceAccount:[^@]+\.svc\.id\.goog\[/;

/**
 * Refuses members that are malformed or do not exist, and more of them than a policy holds. Members that the policy has
 * already may stay.
 *
 * @throws ApiError INVALID_ARGUMENT; UNIMPLEMENTED for federated identities
 * @see https://cloud.google.com/iam/quotas
 */
export function checkMembers(policy: Policy, present: Policy, known: Known): void {
  const standing = new Set(present.bindings?.flatMap(({ members }) => members));
  const members = policy.bindings?.flatMap((binding) => binding.members ?? []) ?? [];
  demandFewer("members", members.length);
  demandFewer("groups", members.filter((member) => /^(?:group|domain):/.test(member)).length);
  for (const member of new Set(members)) if (!standing.has(member)) checkMember(member, known);
}

function demandFewer(kind: keyof typeof most, count: number): void {
  if (count <= most[kind]) return;
  const [has, limit] = [count, most[kind]].map((number) => number.toLocaleString("en-US"));
  throw invalid(`The number of ${kind} in the policy (${has}) is larger than the maximum allowed size ${limit}.`);
}

function checkMember(member: string, known: Known): void {
  if (member === "allUsers" || member === "allAuthenticatedUsers" || people.test(member)) return;
  if (known.projects.find(member.match(conveniences)?.[1] ?? "")) return;
  if (federated.test(member)) throw unservedMember(member);
  const deleted = member.match(/^deleted:(?:serviceAccount|user|group):[^\s?]+\?uid=(\d+)$/)?.[1];
  if (deleted !== undefined && known.deletedAccounts.get(deleted)) return;
  const email = member.match(/^serviceAccount:([^\s@]+@[^\s@]+)$/)?.[1];
  if (email === undefined) {
    throw invalid(`The member ${member} is of an unknown type. Please set a valid type prefix for the member.`);
  }
  const account = known.accounts.get(email);
  const isSeen = account && (account.visibleAt ?? 0) <= known.now;
  if (!isSeen && !isAgent(email, known)) throw invalid(`Service account ${email} does not exist.`);
}

/** A member as policies keep it: names of people, groups, domains and accounts are the same in any case of letters. */
export function toMember(member: string): string {
  const [, kind, name] = /^(user|group|domain|serviceAccount):(.*)$/.exec(member) ?? [];
  return kind === undefined || name === undefined ? member : `${kind}:${name.toLowerCase()}`;
}

/** Google's own accounts: service agents once they have come into being, those that come with a project at once. */
function isAgent(email: string, { agents, projects }: Known): boolean {
  if (agents.get(email)) return true;
  const number =
    email.match(/^(\d+)@(?:cloudservices|cloudbuild)\.gserviceaccount\.com$/)?.[1] ??
    email.match(/^(\d+)-compute@developer\.gserviceaccount\.com$/)?.[1];
  return number !== undefined && projects.find(number) !== undefined;
}

function unservedMember(member: string): ApiError {
  const message = `${member}: identities of other providers (workforce and workload identity federation) are not known here.`;
  return unserved("iam.federatedMembers", message);
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
}
