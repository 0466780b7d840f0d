import type { Refusal } from "../../unserved.ts";
import type { Kind, Settings } from "./shape.ts";

/** One annotation of Cloud Run's with its two readings. */
export interface Annotation<Setting extends keyof Settings = keyof Settings> {
  readonly key: string;
  readonly kinds: readonly Kind[];
  readonly setting: Setting;
  readonly values: Values<NonNullable<Settings[Setting]>>;
}

/** How a setting is written as text. */
export interface Values<T> {
  /** `undefined` for a text that means nothing. */
  parse(text: string): T | undefined;
  /** `undefined` where Cloud Run leaves the annotation out, because it says what goes without saying. */
  print(value: T): string | undefined;
  /** What goes without saying. */
  readonly usual?: T;
}

const text: Values<string> = { parse: (value) => value, print: (value) => value };

const count: Values<number> = {
  parse: (value) => (/^\d+$/.test(value) ? Number(value) : undefined),
  print: String,
};

/** A switch that is shown only when it is not as usual. */
const flag = (usual: boolean): Values<boolean> => ({
  parse: (value) => (/^(?:true|false)$/i.test(value) ? value.toLowerCase() === "true" : undefined),
  print: (value) => (value === usual ? undefined : String(value)),
  usual,
});

function named<Name extends string>(names: Readonly<Record<string, Name>>, usual?: Name): Values<Name> {
  return {
    parse: (value) => (Object.hasOwn(names, value) ? names[value] : undefined),
    print: (value) => (value === usual ? undefined : Object.keys(names).find((name) => names[name] === value)),
    usual,
  };
}

function json<T>(isValid: (value: unknown) => value is T): Values<T> {
  return {
    parse(value) {
      try {
        const parsed: unknown = JSON.parse(value);
        return isValid(parsed) ? parsed : undefined;
      } catch {
        return undefined;
      }
    },
    print: (value) => JSON.stringify(value),
  };
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isDependencies = (value: unknown): value is Readonly<Record<string, readonly string[]>> =>
  isRecord(value) && Object.values(value).every(isTexts);

const isInterfaces = (value: unknown): value is NonNullable<Settings["networkInterfaces"]> =>
  Array.isArray(value) && value.every(isInterface);

const isInterface = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(([key, item]) =>
    key === "tags" ? isTexts(item) : ["network", "subnetwork"].includes(key) && typeof item === "string",
  );

/** `{name}:projects/{project}/secrets/{secret}`, separated by commas. */
const secrets: Values<Readonly<Record<string, string>>> = {
  parse(value) {
    const pairs = value.split(",").map((pair) => pair.trim().match(/^([^:]+):(projects\/[^/]+\/secrets\/[^/]+)$/));
    if (pairs.includes(null)) return undefined;
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]));
  },
  print: (value) =>
    Object.entries(value)
      .map(([alias, name]) => `${alias}:${name}`)
      .join(","),
};

const ingress = named({
  all: "INGRESS_TRAFFIC_ALL",
  internal: "INGRESS_TRAFFIC_INTERNAL_ONLY",
  "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
  none: "INGRESS_TRAFFIC_NONE",
} as const);

const launchStage = named({ GA: "GA", BETA: "BETA", ALPHA: "ALPHA" } as const, "GA");
const scalingMode = named({ automatic: "AUTOMATIC", manual: "MANUAL" } as const);
const egress = named({
  "private-ranges-only": "PRIVATE_RANGES_ONLY",
  "all-traffic": "ALL_TRAFFIC",
  all: "ALL_TRAFFIC",
});
const environment = named({ gen1: "EXECUTION_ENVIRONMENT_GEN1", gen2: "EXECUTION_ENVIRONMENT_GEN2" } as const);

const both = ["Revision", "Execution"] as const;
const all = ["Service", "Revision", "Job", "Execution"] as const;

function row<Setting extends keyof Settings>(
  key: string,
  kinds: readonly Kind[],
  [setting, values]: readonly [Setting, Values<NonNullable<Settings[Setting]>>],
): Annotation {
  return { key, kinds, setting, values: values as Annotation["values"] };
}

const run = (name: string): string => `run.googleapis.com/${name}`;
const autoscaling = (name: string): string => `autoscaling.knative.dev/${name}`;

/**
 * The annotations that mean something to Cloud Run.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v1/ObjectMeta
 */
// biome-ignore format: a table
export const annotations: readonly Annotation[] = [
  row(run("ingress"),                           ["Service"],        ["ingress", ingress]),
  row(run("launch-stage"),                      ["Service", "Job"], ["launchStage", launchStage]),
  row(run("description"),                       ["Service"],        ["description", text]),
  row(run("client-name"),                       all,                ["client", text]),
  row(run("client-version"),                    all,                ["clientVersion", text]),
  row(run("minScale"),                          ["Service"],        ["serviceMinScale", count]),
  row(run("maxScale"),                          ["Service"],        ["serviceMaxScale", count]),
  row(run("scalingMode"),                       ["Service"],        ["scalingMode", scalingMode]),
  row(run("manualInstanceCount"),               ["Service"],        ["manualInstanceCount", count]),
  row(run("custom-audiences"),                  ["Service"],        ["customAudiences", json(isTexts)]),
  row(run("invoker-iam-disabled"),              ["Service"],        ["invokerIamDisabled", flag(false)]),
  row(run("default-url-disabled"),              ["Service"],        ["defaultUriDisabled", flag(false)]),
  row(run("binary-authorization"),              ["Service", "Job"], ["binaryAuthorization", text]),
  row(run("binary-authorization-breakglass"),   ["Service", "Job"], ["breakglassJustification", text]),
  row(autoscaling("minScale"),                  ["Revision"],       ["minScale", { ...count, usual: 0 }]),
  row(autoscaling("maxScale"),                  ["Revision"],       ["maxScale", count]),
  row(run("vpc-access-connector"),              both,               ["connector", text]),
  row(run("vpc-access-egress"),                 both,               ["egress", egress]),
  row(run("network-interfaces"),                both,               ["networkInterfaces", json(isInterfaces)]),
  row(run("execution-environment"),             both,               ["executionEnvironment", environment]),
  row(run("cpu-throttling"),                    ["Revision"],       ["cpuIdle", flag(true)]),
  row(run("startup-cpu-boost"),                 ["Revision"],       ["startupCpuBoost", flag(false)]),
  row(run("sessionAffinity"),                   ["Revision"],       ["sessionAffinity", flag(false)]),
  row(run("health-check-disabled"),             ["Revision"],       ["healthCheckDisabled", flag(false)]),
  row(run("container-dependencies"),            both,               ["dependencies", json(isDependencies)]),
  row(run("secrets"),                           both,               ["secrets", secrets]),
];

const unservedNames: Readonly<Partial<Record<Refusal, readonly string[]>>> = {
  "run.cloudSql": ["cloudsql-instances"],
  "run.templates": ["encryption-key", "encryption-key-shutdown-hours", "post-key-revocation-action-type"],
  "run.accelerators": ["gpu-zonal-redundancy-disabled"],
  "run.mesh": ["mesh", "mesh-dataplane", "identity", "enable-workload-certificate"],
  "run.frontDoor": ["iap-enabled", "secure-session-agent", "threat-detection"],
  "run.regions": ["regions", "overflow-scaling"],
  "run.rollouts": ["max-surge", "max-unavailable", "gc-traffic-tags"],
  "run.sources": [
    ...["sources", "base-images", "build-base-image", "build-enable-automatic-updates", "build-environment-variables"],
    ...["build-function-target", "build-id", "build-image-uri", "build-name", "build-service-account"],
    ...["build-source-location", "build-worker-pool"],
  ],
};

/** Annotations of Cloud Run's that mean what is not served here, each with the row that says why. */
export const unservedAnnotations: Readonly<Partial<Record<string, Refusal>>> = Object.fromEntries(
  Object.entries(unservedNames).flatMap(([row, names]) => names.map((name) => [run(name), row as Refusal])),
);

/** What the service writes itself: ignored when it comes back. */
export const written: readonly string[] = [
  ...["operation-id", "ingress-status", "urls", "creator", "lastModifier"].map(run),
  ...["creator", "lastModifier"].map((name) => `serving.knative.dev/${name}`),
];
