import type { AutomatedBackupPolicy, Cluster, CreateClusterRequest } from "../model/generated/alloydb.ts";
import type { Projects } from "../projects.ts";
import { invalid, parseName } from "./names.ts";

const everyDay = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;

/** What a cluster is given beside its name. */
export interface ClusterBirth {
  readonly name: string;
  readonly uid: string;
  readonly createTime: string;
  readonly updateTime: string;
}

/** The version that a cluster has when none is asked for. */
const defaultVersion = "POSTGRES_16";

/**
 * A new cluster as the API shows it: what was sent, and the defaults for what was not. Continuous backup is on unless
 * it is turned off, the automated one is off unless it is turned on.
 */
export function newCluster(sent: Cluster, birth: ClusterBirth, projects: Projects): Cluster {
  const { region } = parseName(birth.name);
  const network = shownNetwork(networkOf(sent, projectIn(birth.name)), projects);
  const { enabled = true, recoveryWindowDays = 14 } = sent.continuousBackupConfig ?? {};
  const encryptionInfo = { encryptionType: "GOOGLE_DEFAULT_ENCRYPTION" } as const;
  return {
    ...birth,
    displayName: sent.displayName,
    labels: sent.labels,
    annotations: sent.annotations,
    state: "CREATING",
    clusterType: "PRIMARY",
    databaseVersion: sent.databaseVersion ?? defaultVersion,
    networkConfig: { network, allocatedIpRange: sent.networkConfig?.allocatedIpRange },
    network,
    reconciling: false,
    automatedBackupPolicy: withBackupDefaults(sent.automatedBackupPolicy, region),
    sslConfig: { sslMode: "ENCRYPTED_ONLY", caSource: "CA_SOURCE_MANAGED" },
    encryptionConfig: sent.encryptionConfig,
    encryptionInfo,
    continuousBackupConfig: enabled ? { ...sent.continuousBackupConfig, enabled, recoveryWindowDays } : { enabled },
    continuousBackupInfo: enabled
      ? { encryptionInfo, enabledTime: birth.createTime, earliestRestorableTime: birth.createTime, schedule: everyDay }
      : undefined,
    primaryConfig: {},
    maintenanceUpdatePolicy: sent.maintenanceUpdatePolicy,
    subscriptionType: sent.subscriptionType ?? "STANDARD",
  };
}

function withBackupDefaults(sent: AutomatedBackupPolicy = {}, region: string): AutomatedBackupPolicy {
  const schedule = sent.weeklySchedule ?? { daysOfWeek: everyDay, startTimes: [{ hours: 23 }] };
  const retention = sent.quantityBasedRetention
    ? { quantityBasedRetention: sent.quantityBasedRetention }
    : { timeBasedRetention: sent.timeBasedRetention ?? { retentionPeriod: "1209600s" } };
  return {
    ...sent,
    enabled: sent.enabled ?? false,
    backupWindow: sent.backupWindow ?? "3600s",
    location: sent.location ?? region,
    weeklySchedule: schedule,
    ...retention,
  };
}

/**
 * The network that a cluster is wanted in, `projects/{project}/global/networks/{network}`; a bare id is one of the cluster's
 * own project.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function networkOf({ network, networkConfig }: Cluster, project: string): string {
  const named = [networkConfig?.network, network].filter((name) => name !== undefined && name !== "");
  const [name = ""] = named;
  if (new Set(named).size > 1) throw invalid("network and network_config.network must not differ");
  const plain = name.replace(/^https:\/\/(www|compute)\.googleapis\.com\/compute\/v1\//, "");
  if (/^projects\/[^/]+\/global\/networks\/[^/]+$/.test(plain)) return plain;
  if (/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(plain)) return `projects/${project}/global/networks/${plain}`;
  throw invalid(
    name === ""
      ? "exactly one of network_config.network and psc_config.psc_enabled must be set"
      : `network "${name}" must have the form projects/{project}/global/networks/{network}`,
  );
}

function projectIn(name: string): string {
  return name.split("/")[1] ?? "";
}

/** The API shows networks by project number. */
function shownNetwork(network: string, projects: Projects): string {
  return network.replace(/^projects\/([^/]+)/, (same, project: string) => {
    const number = projects.find(project)?.projectNumber;
    return number === undefined ? same : `projects/${number}`;
  });
}

/** @throws ApiError INVALID_ARGUMENT for what cannot be made */
export function checkCluster({ cluster: sent = {} }: CreateClusterRequest): void {
  if (sent.databaseVersion === "POSTGRES_13") throw invalid("database_version POSTGRES_13 is no longer supported");
  const days = sent.continuousBackupConfig?.recoveryWindowDays;
  if (days !== undefined && (days < 1 || days > 35)) {
    throw invalid(`continuous_backup_config.recovery_window_days ${days} must be between 1 and 35`);
  }
  const { initialUser } = sent;
  if (initialUser?.user && /^(alloydb|pg_)/.test(initialUser.user)) {
    throw invalid(`initial_user.user "${initialUser.user}" is reserved`);
  }
}
