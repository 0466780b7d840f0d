import type { StorageClient } from "../../google/clients/storage.ts";
import { type Json, toObject } from "../../google/json.ts";
import type { PlannedChange } from "../../plan/digest.ts";
import { lossesOf } from "../../plan/loss.ts";
import { readDocument } from "../../spec/document.ts";
import { objectOf } from "../../spec/objects.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/** Whether a spec protects its environment, as far as its text tells. */
export type Protection = "protected" | "unprotected" | "unknown";

const wayOut = "send it with policy.protect: false first, which somebody else must approve";

/**
 * Lets pass what a protected environment survives: all but a removal, and a rebuild of its data. What a sweep finishes
 * passes too, for nothing is left to protect. Where protection cannot be told, whoever asks must say that there is none;
 * where it can, that changes nothing.
 *
 * @throws StepError FAILED_PRECONDITION, reason `PROTECTED` or `PROTECTION_UNKNOWN`
 */
export function refuseProtected(
  protection: Protection,
  request: Pick<StoredRequest, "environment" | "action" | "level" | "teardown" | "unprotected">,
): void {
  const { environment, action, level, teardown, unprotected } = request;
  const destroys = action === "down" || (action === "rebuild" && level !== "app");
  if (!destroys || teardown !== undefined || protection === "unprotected") return;
  if (protection === "protected") {
    const message = `${environment} is protected by its spec: ${wayOut}`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTED", message });
  }
  if (unprotected) return;
  const message =
    `the stored spec of ${environment} cannot be read by this version of alloyrun, nor whether it protects the ` +
    `environment: a removal with --unprotected (\`unprotected: true\`) says that it does not, and somebody else must approve; ` +
    "`alloyrun up` with its file stores one that can be read";
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTION_UNKNOWN", message });
}

/**
 * Why an `up` is refused by the protection of the stored or the new spec, in a sentence: it loses rows. Where the new spec
 * lifts it, what older generations leave behind goes all the same: no other spec would keep that, and somebody else approves.
 */
export function refusalOf(
  { environment, stored, asked }: Protected,
  changes: readonly PlannedChange[],
): string | undefined {
  if (stored !== "protected" && !asked) return undefined;
  const lossy = changes.filter(({ effects, step }) => effects.dataLoss && (asked || step !== "retire"));
  if (lossy.length === 0) return undefined;
  const told = lossesOf(lossy);
  const causes = told.length > 0 ? told : lossy.map(({ action, resource }) => `${action} ${resource}`);
  return `${environment} is protected by its spec, and this loses rows or may (${causes.join("; ")}): ${wayOut}`;
}

/** What protects an environment: what its stored spec tells, and whether the new one does. */
interface Protected {
  readonly environment: string;
  readonly stored: Protection;
  readonly asked: boolean;
}

/** Whether the spec that an environment was last built from protects it; nothing does before there is one. */
export async function storedProtection(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  environment: string,
): Promise<Protection> {
  return protectionIn((await storage.readText(bucket, objectOf.spec(environment)))?.text);
}

/**
 * What the text of a stored spec says of protection, whether or not the rest of it can be read; nothing protects before there
 * is one. A text that is whole, and of the version known here, says it at its place; in any other what looks like it counts,
 * and where nothing does it is unknown.
 */
export function protectionIn(text: string | undefined): Protection {
  if (text === undefined) return "unprotected";
  const { value, problems } = readDocument(text);
  const file = toObject(value as Json | undefined);
  const protect = toObject(toObject(file?.spec)?.policy)?.protect;
  if (protect === true) return "protected";
  const isWhole = problems.length === 0 && file?.apiVersion === "alloyrun/v1" && toObject(file.spec) !== undefined;
  if (isWhole && (protect === undefined || protect === false)) return "unprotected";
  const isSaid = /(^|[\s{,"'])protect["']?\s*:\s*["']?(true|yes|on)\b/im.test(text.replace(/(^|\s)#.*$/gm, ""));
  return isSaid ? "protected" : "unknown";
}
