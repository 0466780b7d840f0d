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
 */
export function answerInUse(resource: string, message: string): Pending {
  const blocker = message.match(/already being used by '([^']+)'/)?.[1];
  const reason = `${resource} is still used by ${blocker ?? `something: ${message}`}`;
  if (blocker?.includes("/firewalls/aet-")) return notYet({ reason, retryAfterSeconds: 15 });
  return held(blocker === undefined ? reason : `${reason}${removalOf(blocker)}`);
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
  const [, project, scope = "", place, kind = "", id = ""] =
    /projects\/([^/]+)\/(?:(global)|(?:regions|zones)\/([^/]+))\/([^/]+)\/([^/]+)$/.exec(blocker) ?? [];
  const words = kinds[kind];
  const isGoogles = /^(serverless-|aet-)/.test(id) || (kind === "addresses" && scope === "global");
  if (words === undefined || isGoogles) return "";
  const where = scope === "global" ? "" : ` --${blocker.includes("/zones/") ? "zone" : "region"}=${place}`;
  const command = `gcloud compute ${words} delete ${id}${where} --project=${project}`;
  return `, which is not alloyrun's: whoever made it removes it (\`${command}\`), and the next sweep goes on`;
}

/** What a deletion gives, or the answer that it is still in use. */
export async function deleteUnlessInUse<Value>(resource: string, call: () => Promise<Value>): Promise<Value | Pending> {
  try {
    return await call();
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "FAILED_PRECONDITION") return answerInUse(resource, caught.text);
    throw caught;
  }
}
