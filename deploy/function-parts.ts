import type { CloudFunction } from "../google/clients/functions.ts";
import type { Service } from "../google/clients/run.ts";

/**
 * What differs between a function as it is and as it is sent, one line each. What Cloud Functions fills in by itself is left
 * out, and so are the variables while they are not known.
 */
export function functionDifferences(held: CloudFunction, wanted: CloudFunction): readonly string[] {
  const parts = partsOf(held);
  const settings = Object.entries(partsOf(wanted)).flatMap(([part, value]) =>
    parts[part] === value ? [] : [`~ ${part}: ${parts[part]} → ${value}`],
  );
  return [...settings, ...variableDifferences(held, wanted)];
}

/** By the words that people read. A setting that is absent has the value that Cloud Functions takes it for. */
function partsOf({ buildConfig = {}, serviceConfig = {} }: CloudFunction): Readonly<Record<string, unknown>> {
  return {
    runtime: buildConfig.runtime,
    "entry point": buildConfig.entryPoint,
    "account of the build": buildConfig.serviceAccount,
    account: serviceConfig.serviceAccountEmail,
    timeout: serviceConfig.timeoutSeconds,
    memory: serviceConfig.availableMemory,
    "most instances": serviceConfig.maxInstanceCount,
    "fewest instances": serviceConfig.minInstanceCount ?? 0,
    "requests at once": serviceConfig.maxInstanceRequestConcurrency ?? 1,
    ingress: serviceConfig.ingressSettings,
    connector: serviceConfig.vpcConnector || "none",
    "all traffic on the latest revision": serviceConfig.allTrafficOnLatestRevision ?? false,
  };
}

/** Values are not told: somebody may have put a secret into one. */
function variableDifferences(held: CloudFunction, wanted: CloudFunction): readonly string[] {
  const after = wanted.serviceConfig?.environmentVariables;
  if (after === undefined) return [];
  const before = held.serviceConfig?.environmentVariables ?? {};
  const secrets = held.serviceConfig?.secretEnvironmentVariables ?? [];
  return [
    ...Object.keys(after).flatMap((name) => {
      if (before[name] === after[name]) return [];
      return [`${before[name] === undefined ? "+" : "~"} variable ${name}`];
    }),
    ...[...Object.keys(before), ...secrets.map(({ key = "" }) => key)]
      .filter((name) => after[name] === undefined)
      .map((name) => `- variable ${name}`),
  ];
}

/** What of the service below a function differs from what the function says: who edits it there is not seen by the function. */
export function serviceDifferences(
  held: Service | undefined,
  { serviceConfig = {} }: CloudFunction,
): readonly string[] {
  if (!held) return ["+ its service, which was deleted"];
  const account = held.template?.serviceAccount;
  return [
    ...(account === serviceConfig.serviceAccountEmail
      ? []
      : [`~ account of its service: ${account} → ${serviceConfig.serviceAccountEmail}`]),
    ...(held.ingress === openIngress ? [] : [`~ ingress of its service: ${held.ingress} → ${openIngress}`]),
  ];
}

/** What Cloud Run calls `ALLOW_ALL`: requests come from anywhere, and IAM decides. */
const openIngress = "INGRESS_TRAFFIC_ALL";
