import { ApiError } from "../../error.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { parseName } from "../names.ts";

/** A refusal of one field in the words of version 1. */
export function refusal(field: string, description: string): ApiError {
  return refusals([{ field, description }]);
}

interface Violation {
  readonly field: string;
  readonly description: string;
}

function refusals(fieldViolations: readonly Violation[]): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    message: fieldViolations.map(({ field, description }) => `${field}: ${description}`).join("\n"),
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: fieldViolations as unknown as JsonObject[],
      },
    ],
  });
}

/** @throws ApiError NOT_FOUND in the words of version 1 */
export function demandResource<T>(resource: T | undefined, kind: string, name: string): T {
  if (resource !== undefined) return resource;
  const { project, region, id } = parseName(name);
  throw new ApiError({
    code: "NOT_FOUND",
    message: `Resource '${id}' of kind '${kind}' in region '${region}' in project '${project}' does not exist.`,
  });
}

/** @throws ApiError ABORTED when a version was given and is not the present one */
export function demandVersion(given: string | undefined, { id, present }: { id: string; present: string }): void {
  if (!given || given === present) return;
  const message = `Conflict for resource '${id}': version '${given}' was specified but current version is '${present}'.`;
  throw new ApiError({ code: "ABORTED", message });
}

/** Where a field of version 2 is in version 1, the longest path first. */
const places: readonly (readonly [from: RegExp, to: string])[] = [
  [/^(?:service|job)_id$/, "metadata.name"],
  [/^(labels|annotations)\b/, "metadata.$1"],
  [/^traffic\b(.*?)(\.revision)?$/, "spec.traffic$1$2"],
  [/^(?:scaling|description)\b.*/, "metadata.annotations"],
  [/^template\.timeout$/, "spec.template.spec.timeout_seconds"],
  [/^template\.template\.timeout$/, "spec.template.spec.template.spec.timeout_seconds"],
  [/^template\.max_instance_request_concurrency$/, "spec.template.spec.container_concurrency"],
  [/^template\.template\.(?:vpc_access|execution_environment).*/, "spec.template.metadata.annotations"],
  [/^template\.template\b/, "spec.template.spec.template.spec"],
  [/^template\.(?:vpc_access|scaling).*/, "spec.template.metadata.annotations"],
  [/^template\.(labels|annotations)\b/, "spec.template.metadata.$1"],
  [/^template\.revision$/, "spec.template.metadata.name"],
  [/^template\b/, "spec.template.spec"],
];

/** Says what version 2 refused in the words of version 1; everything else stays as it is. */
export async function inWordsOfV1<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    throw caught instanceof ApiError ? translate(caught) : caught;
  }
}

function translate(error: ApiError): ApiError {
  const listed = error.details.flatMap(({ fieldViolations }) =>
    Array.isArray(fieldViolations) ? fieldViolations : [],
  );
  const violations = listed.filter(isJsonObject).map(({ field, description }) => ({
    field: toPlace(String(field ?? "")),
    description: String(description ?? ""),
  }));
  return violations.length > 0 ? refusals(violations) : error;
}

function toPlace(field: string): string {
  if (field.startsWith("RunJobRequest."))
    return field.replace("RunJobRequest.", "").replace(/timeout$/, "timeout_seconds");
  if (!/^(?:Create|Update)(?:Service|Job)Request\./.test(field)) return field;
  const inside = field.replace(/^\w+\.(?:(?:service|job)\.)?/, "");
  const [from, to = ""] = places.find(([pattern]) => pattern.test(inside)) ?? [];
  return from ? inside.replace(from, to).replace(/(traffic\[\d+\])\.revision$/, "$1.revision_name") : inside;
}
