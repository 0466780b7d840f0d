import { isDeepStrictEqual } from "node:util";
import { unserved } from "../../unserved.ts";
import { annotations, unservedAnnotations, written } from "./annotation-table.ts";
import { refusal } from "./error.ts";
import { filled, type Kind, type Metadata, present, type Settings } from "./shape.ts";

const system = /^(?:run\.googleapis\.com|autoscaling\.knative\.dev|serving\.knative\.dev|cloud\.googleapis\.com)\//;

/** What a resource's own annotations say, apart from those that are its user's. */
export interface ReadMetadata {
  readonly settings: Settings;
  /** Annotations and labels that mean nothing to Cloud Run. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Reads the annotations and labels of a resource.
 *
 * @param path of the metadata within the resource, for messages
 * @throws ApiError INVALID_ARGUMENT for an annotation in the wrong place or with a senseless value, UNIMPLEMENTED for one
 *   that means what is not served
 */
export function readMetadata(metadata: Metadata = {}, { kind, path }: { kind: Kind; path: string }): ReadMetadata {
  const sent = Object.entries(metadata.annotations ?? {});
  const own = sent.filter(([key]) => !system.test(key));
  const settings = sent
    .filter(([key]) => system.test(key) && !written.includes(key))
    .map(([key, value]) => readAnnotation({ key, value, kind, path: `${path}.annotations` }));
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !system.test(key));
  return present({
    settings: Object.assign({}, ...settings) as Settings,
    annotations: filled(Object.fromEntries(own)),
    labels: filled(Object.fromEntries(labels)),
  });
}

interface Sent {
  readonly key: string;
  readonly value: string;
  readonly kind: Kind;
  readonly path: string;
}

function readAnnotation({ key, value, kind, path }: Sent): Settings {
  const row = unservedAnnotations[key];
  if (row) throw unserved(row, `${path}[${key}] is not served by the local cloud.`);
  const found = annotations.find((annotation) => annotation.key === key);
  if (!found?.kinds.includes(kind)) {
    const kinds = found ? ` Supported kinds are: ${found.kinds.join(", ")}` : "";
    throw refusal(path, `Annotation '${key}' is not supported on resources of kind '${kind}'.${kinds}`);
  }
  const parsed = found.values.parse(value);
  if (parsed === undefined) throw refusal(path, `Annotation '${key}' has an invalid value: '${value}'.`);
  return { [found.setting]: parsed };
}

/**
 * Writes settings as annotations. What a client spelled its own way stays as it spelled it for as long as it still means
 * the same.
 */
export function writeAnnotations(
  settings: Settings,
  { kind, spelled = {} }: { readonly kind: Kind; readonly spelled?: Readonly<Record<string, string>> },
): Record<string, string> {
  const rows = annotations.filter(({ kinds }) => kinds.includes(kind));
  return Object.fromEntries(
    rows.flatMap(({ key, setting, values }): [string, string][] => {
      const value = settings[setting] ?? values.usual;
      const own = spelled[key];
      if (own !== undefined && isDeepStrictEqual(values.parse(own), value)) return [[key, own]];
      const printed = value === undefined || settings[setting] === undefined ? undefined : values.print(value);
      return printed === undefined ? [] : [[key, printed]];
    }),
  );
}
