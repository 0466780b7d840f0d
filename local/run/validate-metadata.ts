import type { RevisionTemplate } from "../model/generated/run.ts";
import { violation } from "./violation.ts";

const reservedPrefixes =
  /^(?:[\w.-]+\.)?(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;
/** Names and values of labels, in small letters or a script that has none; a name may stand below a client's domain. */
const labelKey = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const labelValue = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const annotationKey = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const mostLabels = 64;
const largestAnnotations = 256 * 1024;

/** What a resource or template is labelled with. */
export type Labelled = Pick<RevisionTemplate, "labels" | "annotations">;

/**
 * Checks labels and annotations. Those of Google's own domains cannot be set through v2.
 *
 * @param path of what carries them within the request
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/run/docs/configuring/services/labels
 */
export function validateMetadata({ labels = {}, annotations = {} }: Labelled, path: string): void {
  for (const [field, entries] of Object.entries({ labels, annotations })) {
    const reserved = Object.keys(entries).find((key) => reservedPrefixes.test(key));
    if (reserved) throw violation(`${path}.${field}`, `'${reserved}' is in a namespace reserved by the system.`);
  }
  validateLabels(labels, `${path}.labels`);
  validateAnnotations(annotations, `${path}.annotations`);
}

function validateLabels(labels: Readonly<Record<string, string>>, field: string): void {
  if (Object.keys(labels).length > mostLabels) throw violation(field, `must be at most ${mostLabels} labels.`);
  for (const [key, value] of Object.entries(labels)) {
    const characters = "at most 63 lowercase letters, digits, underscores and hyphens";
    if (!labelKey.test(key))
      throw violation(field, `label key '${key}' must begin with a letter and be ${characters}.`);
    if (!labelValue.test(value)) throw violation(field, `value '${value}' of label '${key}' must be ${characters}.`);
  }
}

function validateAnnotations(annotations: Readonly<Record<string, string>>, field: string): void {
  const odd = Object.keys(annotations).find((key) => !annotationKey.test(key));
  if (odd !== undefined) throw violation(field, `'${odd}' is not a valid annotation key.`);
  const size = Object.entries(annotations).reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
  if (size > largestAnnotations) throw violation(field, `must be at most ${largestAnnotations} bytes, not ${size}.`);
}
