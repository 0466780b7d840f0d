import { ApiError } from "../../google/error.ts";
import { held, notYet } from "../answer.ts";
import type { OperationFailure, Pending } from "../contract.ts";
import { codeOfFailure } from "../failure.ts";

/**
 * Whether an operation of Compute failed because something still uses the resource; Compute tells it by the text alone.
 *
 * @see https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-vm-creation#resource_in_use
 */
export function isInUse(failure: OperationFailure): boolean {
  return codeOfFailure(failure) === "FAILED_PRECONDITION" || /already being used by/.test(failure.message);
}

/**
 * The answer of a removal that was refused because of what the message names. Firewall rules of a connector that was just
 * deleted go within minutes; addresses of serverless workloads and connections of producers take Google hours.
 *
 * @param others what is in it as well and is not alloyrun's: Compute names one after the other, and a person wants to know all
 */
export function answerInUse(resource: string, message: string, others: readonly string[] = []): Pending {
  const blocker = message.match(/already being used by '([^']+)'/)?.[1];
  const reason = `${resource} is still used by ${blocker ?? `something: ${message}`}`;
  if (blocker?.includes("/firewalls/aet-")) return notYet({ reason, retryAfterSeconds: 15 });
  const removal = blocker === undefined ? "" : removalOf(blocker);
  const besides = others.filter((other) => !blocker?.endsWith(other));
  const isTheirs = removal !== "" || besides.length > 0;
  return held([`${reason}${removal}`, ...besidesOf(besides), ...(isTheirs ? rulesOf(resource) : [])].join(". "));
}

/** So many are named with their commands. */
const mostNamed = 5;

function besidesOf(others: readonly string[]): readonly string[] {
  const named = others.flatMap((other) => {
    const command = deletionOf(other);
    return command === undefined ? [] : [`${other} (\`${command}\`)`];
  });
  if (named.length === 0) return [];
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : "";
  return [`In it is also what is not alloyrun's either: ${named.slice(0, mostNamed).join(", ")}${more}`];
}

/** Where there is something of somebody else's in a network, there mostly are rules for it. Only a list of all tells them. */
function rulesOf(resource: string): readonly string[] {
  const [, project, network] = /^projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(resource) ?? [];
  if (network === undefined) return [];
  const list = `gcloud compute firewall-rules list --filter=network:${network} --project=${project}`;
  return [`Firewall rules keep it as well, those too that are told only when the rest is gone: \`${list}\``];
}

/** How gcloud names what somebody may have put into a network of ours, by its collection. */
const kinds: Readonly<Record<string, string>> = {
  addresses: "addresses",
  firewalls: "firewall-rules",
  forwardingRules: "forwarding-rules",
  instances: "instances",
  routers: "routers",
  routes: "routes",
  subnetworks: "networks subnets",
  vpnGateways: "vpn-gateways",
};

/**
 * What a person must do about what holds a network; empty for what Google releases by itself: addresses of serverless
 * workloads, what belongs to connectors, and ranges and connections of producers.
 */
function removalOf(blocker: string): string {
  const command = deletionOf(blocker);
  if (command === undefined) return "";
  return `, which is not alloyrun's: whoever made it removes it (\`${command}\`), and the next sweep goes on`;
}

/** The command that removes what somebody has put into a network; undefined for what Google releases by itself. */
function deletionOf(blocker: string): string | undefined {
  const [, project, scope = "", place, kind = "", id = ""] =
    /projects\/([^/]+)\/(?:(global)|(?:regions|zones)\/([^/]+))\/([^/]+)\/([^/]+)$/.exec(blocker) ?? [];
  const words = kinds[kind];
  const isGoogles = /^(serverless-|aet-)/.test(id) || (kind === "addresses" && scope === "global");
  if (words === undefined || isGoogles) return undefined;
  const where = scope === "global" ? "" : ` --${blocker.includes("/zones/") ? "zone" : "region"}=${place}`;
  return `gcloud compute ${words} delete ${id}${where} --project=${project}`;
}

/**
 * What a deletion gives, or the answer that it is still in use.
 *
 * @param othersIn finds what is in it as well and is not alloyrun's, once it is held
 */
export async function deleteUnlessInUse<Value>(
  resource: string,
  call: () => Promise<Value>,
  othersIn: () => Promise<readonly string[]> = async () => [],
): Promise<Value | Pending> {
  try {
    return await call();
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.code === "FAILED_PRECONDITION")) throw caught;
    return answerInUse(resource, caught.text, await orNone(othersIn));
  }
}

/** What is found as well; nothing where that fails, for what holds the resource is known without. */
export async function orNone(othersIn: () => Promise<readonly string[]>): Promise<readonly string[]> {
  return othersIn().catch(() => []);
}
