import type { Instance } from "../model/generated/alloydb.ts";
import { unserved } from "../unserved.ts";
import { checkFlags } from "./database-flags.ts";
import { toMachine } from "./machine.ts";
import { idOf, invalid, parseName } from "./names.ts";

/** What an instance is given beside its name. */
export interface InstanceBirth {
  readonly name: string;
  readonly uid: string;
  readonly createTime: string;
  readonly updateTime: string;
}

/** A new instance as the API shows it: what was sent, and the defaults for what was not. */
export function newInstance(sent: Instance, birth: InstanceBirth): Instance {
  const isPool = sent.instanceType === "READ_POOL";
  return withChecks({
    ...birth,
    displayName: sent.displayName,
    labels: sent.labels,
    annotations: sent.annotations,
    state: "CREATING",
    instanceType: sent.instanceType,
    machineConfig: toMachine(sent.machineConfig),
    availabilityType: isPool ? undefined : (sent.availabilityType ?? "REGIONAL"),
    gceZone: sent.gceZone,
    databaseFlags: sent.databaseFlags,
    queryInsightsConfig: sent.queryInsightsConfig ?? {
      recordApplicationTags: false,
      recordClientAddress: false,
      queryStringLength: 1024,
      queryPlansPerMinute: 5,
    },
    observabilityConfig: sent.observabilityConfig ?? { enabled: false },
    readPoolConfig: sent.readPoolConfig,
    reconciling: false,
    clientConnectionConfig: withConnectionDefaults(sent),
    networkConfig: sent.networkConfig,
    activationPolicy: sent.activationPolicy ?? "ALWAYS",
    connectionPoolConfig: sent.connectionPoolConfig,
  });
}

/** Fields of an instance that an update may name. */
export const mutable = [
  "displayName",
  "labels",
  "annotations",
  "machineConfig",
  "availabilityType",
  "gceZone",
  "databaseFlags",
  "queryInsightsConfig",
  "observabilityConfig",
  "readPoolConfig",
  "clientConnectionConfig",
  "networkConfig",
  "activationPolicy",
  "connectionPoolConfig",
] as const;

/** An instance after an update, its defaults put back where the update cleared them. */
export function changedInstance(changed: Instance): Instance {
  return withChecks({
    ...changed,
    machineConfig: toMachine(changed.machineConfig),
    clientConnectionConfig: withConnectionDefaults(changed),
  });
}

function withConnectionDefaults({ clientConnectionConfig: sent = {} }: Instance): Instance["clientConnectionConfig"] {
  const { sslMode } = sent.sslConfig ?? {};
  const mode = sslMode === undefined || sslMode === "SSL_MODE_UNSPECIFIED" ? "ENCRYPTED_ONLY" : sslMode;
  return { ...sent, sslConfig: { caSource: "CA_SOURCE_MANAGED", ...sent.sslConfig, sslMode: mode } };
}

/** @throws ApiError INVALID_ARGUMENT for what does not go together */
function withChecks(instance: Instance): Instance {
  const { instanceType, readPoolConfig, gceZone, availabilityType, databaseFlags = {}, networkConfig } = instance;
  checkFlags(databaseFlags);
  const nodeCount = readPoolConfig?.nodeCount ?? 0;
  if (instanceType === "READ_POOL" && (nodeCount < 1 || nodeCount > 20)) {
    throw invalid("read_pool_config.node_count must be between 1 and 20 for a read pool");
  }
  if (instanceType !== "READ_POOL" && readPoolConfig) throw invalid("read_pool_config is for read pools only");
  if (gceZone && availabilityType !== "ZONAL")
    throw invalid("gce_zone is for instances of availability type ZONAL only");
  if (networkConfig?.enablePublicIp)
    throw unserved("alloydb.publicIp", "network_config.enable_public_ip is not served here");
  return instance;
}

/** What an instance shows once it runs: its address and its nodes. A regional one has its writable node and a standby. */
export function placed(instance: Instance, ipAddress: string): Instance {
  const { region } = parseName(instance.name ?? "");
  const zone = instance.gceZone || `${region}-b`;
  if (instance.instanceType === "READ_POOL") {
    const nodes = Array.from({ length: instance.readPoolConfig?.nodeCount ?? 1 }, (_, index) => ({
      id: `${idOf(instance.name ?? "")}-node-${index}`,
      zoneId: `${region}-${index % 2 === 0 ? "b" : "c"}`,
      ip: ipAddress,
      state: "READY",
    }));
    return { ...instance, ipAddress, nodes };
  }
  const standby = instance.availabilityType === "REGIONAL" ? [{ zoneId: `${region}-c` }] : [];
  return { ...instance, ipAddress, writableNode: { zoneId: zone }, nodes: standby };
}
