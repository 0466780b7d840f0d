import type { Container, Service, TaskTemplate, VpcAccess } from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";

/** What an annotation may stand on; a template's annotations are those of the revision or execution made from it. */
export type Kind = "Service" | "Revision" | "Job" | "Execution";

/**
 * What Cloud Run's own annotations say, by what it means and whatever resource says it: the common ground of the
 * annotations of version 1 and the fields of version 2.
 */
export interface Settings {
  readonly ingress?: Service["ingress"];
  readonly launchStage?: Service["launchStage"];
  readonly description?: string;
  readonly client?: string;
  readonly clientVersion?: string;
  readonly serviceMinScale?: number;
  readonly serviceMaxScale?: number;
  readonly scalingMode?: NonNullable<Service["scaling"]>["scalingMode"];
  readonly manualInstanceCount?: number;
  readonly customAudiences?: readonly string[];
  readonly invokerIamDisabled?: boolean;
  readonly defaultUriDisabled?: boolean;
  /** `default` or the name of a platform policy. */
  readonly binaryAuthorization?: string;
  readonly breakglassJustification?: string;
  readonly minScale?: number;
  readonly maxScale?: number;
  readonly connector?: string;
  readonly egress?: VpcAccess["egress"];
  readonly networkInterfaces?: VpcAccess["networkInterfaces"];
  readonly executionEnvironment?: TaskTemplate["executionEnvironment"];
  readonly cpuIdle?: boolean;
  readonly startupCpuBoost?: boolean;
  readonly sessionAffinity?: boolean;
  readonly healthCheckDisabled?: boolean;
  /** Names of the containers that each container waits for. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  /** Full names of secrets of other projects, by the names that containers and volumes know them by. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The part of a resource that its annotations and labels are on. */
export type Metadata = Pick<v1.ObjectMeta, "annotations" | "labels">;

/** Removes what is absent, so that two spellings of the same are equal. */
export function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

/** A map, or nothing when it is empty. */
export function filled<T extends object>(map: T): T | undefined {
  return Object.keys(map).length > 0 ? map : undefined;
}

/** The same for a list. */
export function listed<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length ? list : undefined;
}

/** The container that requests are sent to: the one with a port, or the only one. */
export function ingressContainer(containers: readonly Container[]): Container | undefined {
  return containers.find(({ ports = [] }) => ports.length > 0) ?? containers[0];
}
