import { unreachableAddress } from "../fabric.ts";
import type { AddressTable } from "./translate.ts";
import type { MountTable } from "./volume.ts";

/** What the environment of a container's process is made of. */
export interface EnvironmentParts {
  /** How a process reaches the local cloud, see `Cloud.environment`. */
  readonly cloud: Readonly<Record<string, string>>;
  /** The image's and the container's own variables, addresses already translated. */
  readonly container: Readonly<Record<string, string>>;
  /** False: the proxy is put out of reach, as Google's APIs are. */
  readonly reachesGoogle: boolean;
  /** `file:` URLs of the modules that Node loads first. */
  readonly preloads: readonly string[];
  /** Where Node keeps what programs compile to. */
  readonly compiled: string;
  /** Where the container's volumes really are. */
  readonly mounts: MountTable;
  /** The instance's loopback address. */
  readonly address: string;
  readonly table: AddressTable;
}

/** Belongs to whoever sits at the terminal, not to a workload: no container on Google Cloud has it. */
const personal = /^(CLOUDSDK_|GOOGLE_CLOUD_PROJECT$|GOOGLE_APPLICATION_CREDENTIALS$)/;

/** The whole environment of a container's process; nothing comes from the local cloud's own. */
export function instanceEnvironment(parts: EnvironmentParts): Record<string, string> {
  const cloud = Object.fromEntries(Object.entries(parts.cloud).filter(([name]) => !personal.test(name)));
  const proxies = Object.entries(cloud).filter(([name]) => /^https_proxy$/i.test(name));
  const keep = [...new Set(proxies.map(([, url]) => new URL(url).host))];
  const direct = [parts.address, ...Object.values(parts.table)];
  return {
    ...cloud,
    ...Object.fromEntries(proxies.map(([name, url]) => [name, parts.reachesGoogle ? url : outOfReach(url)])),
    ...Object.fromEntries(
      ["NO_PROXY", "no_proxy"].map((name) => [
        name,
        [...new Set([cloud[name] ?? "", ...direct])].filter(Boolean).join(","),
      ]),
    ),
    NODE_COMPILE_CACHE: parts.compiled,
    ...parts.container,
    NODE_OPTIONS: [...parts.preloads.map((module) => `--import=${module}`), parts.container.NODE_OPTIONS ?? ""]
      .join(" ")
      .trim(),
    ...(Object.keys(parts.mounts).length > 0 ? { LOCAL_CLOUD_MOUNTS: JSON.stringify(parts.mounts) } : {}),
    LOCAL_CLOUD_NETWORK: JSON.stringify({ address: parts.address, addresses: parts.table, keep }),
  };
}

function outOfReach(proxy: string): string {
  const url = new URL(proxy);
  url.hostname = unreachableAddress;
  return url.href;
}
