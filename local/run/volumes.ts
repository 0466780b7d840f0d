import type { Cloud } from "../cloud.ts";
import type { Volume as TemplateVolume } from "../model/generated/run.ts";
import type { Volume, VolumeFile } from "../workload/volume.ts";
import { idOf } from "./names.ts";
import { accessSecret, type SecretReader } from "./secrets.ts";

/** Permission bits of a secret's file where nothing else is said. */
const usualMode = 0o444;

/**
 * The volumes of a template with the secrets as the runtime service account reads them now.
 *
 * @throws DeployError when a secret cannot be read
 * @see https://cloud.google.com/run/docs/configuring/services/secrets#mount-secret
 */
export async function resolveVolumes(
  cloud: Cloud,
  volumes: readonly TemplateVolume[],
  reader: SecretReader,
): Promise<readonly Volume[]> {
  return await Promise.all(
    volumes.map(async ({ name = "", secret }, index) => {
      if (!secret) return { name };
      return { name, files: await readFiles(cloud, { secret, index }, reader) };
    }),
  );
}

interface SecretVolume {
  readonly secret: NonNullable<TemplateVolume["secret"]>;
  readonly index: number;
}

/** A file for each version that is asked for; else one of the latest, under the secret's own name. */
async function readFiles(
  cloud: Cloud,
  { secret: { secret = "", items, defaultMode }, index }: SecretVolume,
  reader: SecretReader,
): Promise<readonly VolumeFile[]> {
  const wanted = items?.length ? items : [{ path: idOf(secret), version: "latest", mode: undefined }];
  const path = `spec.template.spec.volumes[${index}].secret.secret_name`;
  return await Promise.all(
    wanted.map(async ({ path: file = "", version = "latest", mode }) => {
      const content = await accessSecret(cloud, { secret, version, path }, reader);
      return { path: file, content, mode: mode ?? defaultMode ?? usualMode };
    }),
  );
}
