import type { Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  AccessConfig,
  ComputeMethods,
  Instance,
  NetworkInterface,
  Operation,
  SetServiceAccountInstanceRequest,
} from "../model/generated/compute.ts";
import { demandActAs } from "../workload/service-account.ts";
import { invalid } from "./error.ts";
import { demandFingerprint } from "./fingerprint.ts";
import { machineType } from "./instance.ts";
import { type InstanceRequest, instanceKind, instancePath } from "./instance-kind.ts";
import { accessConfig, withFingerprint } from "./instance-network.ts";
import { changeResource, type Kind } from "./kind.ts";
import { changeLabels } from "./labels.ts";
import { idempotent } from "./operation.ts";
import { demand, type Identified, type Resources } from "./resources.ts";

interface Context {
  readonly cloud: Cloud;
  readonly kind: Kind<Instance>;
}

/** Gives the fields that a request writes, in sight of the machine as it is. */
type Setting<Request> = (request: Request, instance: Instance & Identified) => Instance;

const prefix = "google.cloud.compute.v1.Instances";

/** Methods that write one part of a virtual machine's record. */
export function instanceSettingMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context: Context = { cloud, kind: instanceKind(cloud, resources) };
  const set = <Request extends InstanceRequest & { readonly requestId?: string }>(
    verb: string,
    setting: Setting<Request>,
  ) => idempotent(cloud, (request: Request, call) => write(context, { request, call, verb }, setting));
  const setServiceAccount = set(
    "setServiceAccount",
    (request: SetServiceAccountInstanceRequest, present: Instance & Identified) => {
      demandStopped(present, "service account");
      const { email, scopes } = request.instancesSetServiceAccountRequestResource ?? {};
      return { serviceAccounts: email ? [{ email, scopes }] : [] };
    },
  );
  return {
    [`${prefix}.SetLabels` as const]: idempotent(cloud, (request, call) =>
      changeLabels(cloud, context.kind, {
        ...{ call, path: instancePath(request) },
        sent: request.instancesSetLabelsRequestResource,
      }),
    ),
    [`${prefix}.SetMetadata` as const]: set("setMetadata", ({ metadataResource: metadata = {} }, present) => {
      demandFingerprint({ sent: metadata.fingerprint, present: present.metadata?.fingerprint, field: "fingerprint" });
      return { metadata };
    }),
    [`${prefix}.SetTags` as const]: set("setTags", ({ tagsResource: tags = {} }, present) => {
      demandFingerprint({ sent: tags.fingerprint, present: present.tags?.fingerprint, field: "fingerprint" });
      return { tags };
    }),
    [`${prefix}.SetServiceAccount` as const]: async (request, call) => {
      const { project = "", instancesSetServiceAccountRequestResource: { email } = {} } = request;
      if (email) await demandActAs(cloud, { principal: call.principal, email, project });
      return setServiceAccount(request, call);
    },
    [`${prefix}.SetMachineType` as const]: set("setMachineType", (request, present) => {
      demandStopped(present, "machine type");
      const sent = request.instancesSetMachineTypeRequestResource?.machineType;
      return { machineType: machineType(cloud, sent, instancePath(request)) };
    }),
    [`${prefix}.SetScheduling` as const]: set("setScheduling", ({ schedulingResource = {} }, { scheduling }) => ({
      scheduling: { ...scheduling, ...schedulingResource },
    })),
    [`${prefix}.SetDeletionProtection` as const]: idempotent(cloud, ({ resource, ...request }, call) =>
      write(context, { request: { ...request, instance: resource }, call, verb: "setDeletionProtection" }, () => ({
        // Absent means protected, by the method's definition.
        deletionProtection: request.deletionProtection ?? true,
      })),
    ),
    [`${prefix}.AddAccessConfig` as const]: set("addAccessConfig", (request, present) =>
      withConfigs(present, request.networkInterface, (configs) => {
        if (configs.length > 0) throw invalid("accessConfig", "", "At most one access config is supported.");
        return [accessConfig(request.accessConfigResource ?? {}, instancePath(request))];
      }),
    ),
    [`${prefix}.DeleteAccessConfig` as const]: set("deleteAccessConfig", (request, present) =>
      withConfigs(present, request.networkInterface, (configs) => {
        const kept = configs.filter(({ name }) => name !== request.accessConfig);
        if (kept.length < configs.length) return kept;
        throw invalid("accessConfig", request.accessConfig, "The network interface has no such access config.");
      }),
    ),
  };
}

interface Write<Request> {
  readonly request: Request;
  readonly call: Call;
  readonly verb: string;
}

function write<Request extends InstanceRequest>(
  { cloud, kind }: Context,
  { request, call, verb }: Write<Request>,
  setting: Setting<Request>,
): Operation {
  const path = instancePath(request);
  const changed = setting(request, demand(kind.collection, path));
  return changeResource(cloud, kind, { call, path, verb, changed });
}

function demandStopped({ status, selfLink }: Instance & Identified, what: string): void {
  if (status === "TERMINATED") return;
  throw invalid("instance", selfLink, `The instance must be stopped before its ${what} can be changed.`);
}

function withConfigs(
  { networkInterfaces = [] }: Instance,
  name: string | undefined,
  change: (configs: readonly AccessConfig[]) => readonly AccessConfig[],
): Instance {
  if (!networkInterfaces.some((one) => one.name === name)) {
    throw invalid("networkInterface", name, "The instance has no such network interface.");
  }
  const changed = (one: NetworkInterface) =>
    withFingerprint({ ...one, accessConfigs: change(one.accessConfigs ?? []) });
  return { networkInterfaces: networkInterfaces.map((one) => (one.name === name ? changed(one) : one)) };
}
