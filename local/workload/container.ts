import type { Probe } from "./probe.ts";
import type { Mount, Volume } from "./volume.ts";

/** One container of a workload: Cloud Run's own fields, with its environment resolved. */
export interface Container {
  /** Unique within the workload. */
  readonly name: string;
  /** Image reference, see `Images.resolve`. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Values, with secrets in their place. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  /** Names of containers that must have started before. */
  readonly dependsOn?: readonly string[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  /** Volumes of the workload and where this container has them. */
  readonly mounts?: readonly Mount[];
  /** Port that requests are sent to; on one container of a service. */
  readonly port?: number;
}

/** Where a workload's outgoing traffic goes. */
export interface Egress {
  /** `projects/{project}/global/networks/{network}` when it enters a VPC network. */
  readonly network?: string;
  /** False when all traffic enters a subnet without Private Google Access. */
  readonly reachesGoogle: boolean;
}

/** Everything one instance needs. */
export interface Workload {
  /** Full name of the revision or task, for people and as the stem of the instance's name. */
  readonly name: string;
  readonly project: string;
  readonly region: string;
  /** E-mail of the runtime service account. */
  readonly serviceAccount: string;
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  /** Variables that every container gets (`K_SERVICE`, `CLOUD_RUN_JOB` …). */
  readonly env: Readonly<Record<string, string>>;
  readonly egress: Egress;
  /** Monitored resource of the log entries. */
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  /** Labels of the log entries, such as the execution's name. */
  readonly logLabels?: Readonly<Record<string, string>>;
}

/** Why an instance did not come up. */
export class StartError extends Error {
  readonly container: string;
  readonly reason: "image" | "exit" | "probe";
  readonly exitCode: number | null | undefined;

  constructor(fields: {
    readonly container: string;
    readonly reason: "image" | "exit" | "probe";
    readonly message: string;
    readonly exitCode?: number | null;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = "StartError";
    this.container = fields.container;
    this.reason = fields.reason;
    this.exitCode = fields.exitCode;
  }
}
