import type { Cloud } from "../cloud.ts";
import type { Operation } from "../model/generated/compute.ts";
import { demandFingerprint } from "./fingerprint.ts";
import { changeResource, type Kind, type ResourceRequest } from "./kind.ts";
import { demand } from "./resources.ts";

/** A resource that carries labels. */
interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
  readonly labelFingerprint?: string;
}

/** Writes all labels of a resource at once, in sight of the present ones. */
export function changeLabels<T extends Labelled>(
  cloud: Cloud,
  kind: Kind<T>,
  { call, path, sent = {} }: ResourceRequest & { readonly sent: Labelled | undefined },
): Operation {
  const { labelFingerprint } = demand(kind.collection, path);
  demandFingerprint({
    sent: sent.labelFingerprint,
    present: labelFingerprint,
    field: "labelFingerprint",
    message: "Labels fingerprint either invalid or resource labels have changed.",
  });
  return changeResource(cloud, kind, { call, path, verb: "setLabels", changed: { labels: sent.labels ?? {} } });
}
