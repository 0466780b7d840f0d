import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import { unserved } from "../../unserved.ts";
import { refusal } from "./error.ts";
import type { SecretAliases } from "./secret-alias.ts";
import { listed, present } from "./shape.ts";

/** A volume as version 2 has it. */
export function fromKnativeVolume(
  { name, secret, emptyDir, configMap, csi, nfs }: v1.Volume,
  { path, secrets = {} }: { readonly path: string; readonly secrets?: Readonly<Record<string, string>> },
): v2.Volume {
  if (configMap) throw refusal(`${path}.config_map`, "is not supported.");
  if (csi ?? nfs) throw unserved("run.volumes", `${path}: such volumes are not served by the local cloud.`);
  return present({
    name,
    secret: secret && fromSecret(secret, secrets),
    emptyDir: emptyDir && fromEmptyDir(emptyDir, path),
  });
}

function fromSecret(
  { secretName = "", items, defaultMode }: v1.SecretVolumeSource,
  secrets: Readonly<Record<string, string>>,
): v2.SecretVolumeSource {
  return present({
    secret: secrets[secretName] ?? secretName,
    items: listed(items?.map(({ key, path, mode }) => present({ version: key, path, mode }))),
    defaultMode,
  });
}

function fromEmptyDir({ medium = "", sizeLimit }: v1.EmptyDirVolumeSource, path: string): v2.EmptyDirVolumeSource {
  if (!["", "Memory"].includes(medium)) throw refusal(`${path}.empty_dir.medium`, "must be 'Memory'.");
  return present({ medium: medium === "Memory" ? ("MEMORY" as const) : undefined, sizeLimit });
}

/** A volume as version 1 has it. */
export function toKnativeVolume({ name, secret, emptyDir }: v2.Volume, { aliasOf }: SecretAliases): v1.Volume {
  return present({
    name,
    secret: secret && {
      ...present({ secretName: aliasOf(secret.secret ?? ""), defaultMode: secret.defaultMode }),
      ...(secret.items
        ? { items: secret.items.map(({ version, path, mode }) => present({ key: version, path, mode })) }
        : {}),
    },
    emptyDir:
      emptyDir &&
      present({ medium: emptyDir.medium === "MEMORY" ? "Memory" : undefined, sizeLimit: emptyDir.sizeLimit }),
  });
}
