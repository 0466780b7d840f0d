import type * as v1 from "../../model/generated/run-v1.ts";
import { paginate } from "../../page.ts";
import { parseName } from "../names.ts";
import { limits } from "../revisions.ts";
import { refusal } from "./error.ts";
import { filled, present } from "./shape.ts";

/** What every list of version 1 is asked with. */
export interface ListRequest {
  readonly parent?: string;
  readonly continue?: string;
  readonly limit?: number;
  readonly labelSelector?: string;
  readonly watch?: boolean;
}

/** A list of version 1. */
export interface List<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: v1.ListMeta;
  readonly items: readonly T[];
}

/** What may be listed. */
export interface Listed {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: v1.ObjectMeta;
}

/** The names below a parent, where `-` stands for every location. */
export function isBelow(parent: string): (name: string) => boolean {
  const { project, region } = parseName(parent);
  return (name) => {
    const found = parseName(name);
    return found.project === project && (region === "-" || found.region === region);
  };
}

/**
 * Selects by labels and cuts a page.
 *
 * @param kind of the items, and their group and version
 * @throws ApiError INVALID_ARGUMENT for a selector that cannot be read
 */
export function toList<T extends Listed>(
  items: readonly T[],
  { continue: token, limit, labelSelector = "", watch }: ListRequest,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): List<T> {
  if (watch) throw refusal("watch", "is not supported.");
  const isSelected = parseSelector(labelSelector);
  const selected = items
    .filter(({ metadata }) => isSelected(metadata?.labels ?? {}))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = paginate(selected, { key, size: limit, token, limits });
  const metadata = filled(present({ continue: page.nextPageToken })) ?? {};
  return { apiVersion, kind: `${kind}List`, metadata, items: page.items };
}

function key({ metadata = {} }: Listed): string {
  return `${metadata.name} ${metadata.uid}`;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Reads a label selector: requirements separated by commas, all of which must hold.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseSelector(text: string): (labels: Labels) => boolean {
  const requirements = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseRequirement);
  return (labels) => requirements.every((holds) => holds(labels));
}

function parseRequirement(text: string): (labels: Labels) => boolean {
  const set = text.match(/^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/);
  if (set) {
    const [, name = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[name] ?? "") === (operator === "in");
  }
  const equality = text.match(/^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/);
  if (equality) {
    const [, name = "", operator, value] = equality;
    return (labels) => (labels[name] === value) === (operator !== "!=");
  }
  const [, not, name] = text.match(/^(!?)\s*([\w./-]+)$/) ?? [];
  if (name === undefined) throw refusal("label_selector", `'${text}' is not a valid requirement.`);
  return (labels) => name in labels !== (not === "!");
}
