import type { Container, Volume } from "../model/generated/run.ts";
import { unserved } from "../unserved.ts";
import { demandRange } from "./demand-range.ts";
import { parseMemory } from "./validate-resources.ts";
import { violation } from "./violation.ts";

/**
 * Checks the volumes of a template and where its containers have them.
 *
 * @param path of the template within the request, for messages
 * @throws ApiError INVALID_ARGUMENT, or UNIMPLEMENTED for what lies outside this machine
 * @see https://cloud.google.com/run/docs/reference/rest/v2/Volume
 */
export function validateVolumes(
  {
    volumes = [],
    containers = [],
  }: { readonly volumes?: readonly Volume[]; readonly containers?: readonly Container[] },
  path: string,
): void {
  const names = volumes.map(({ name = "" }) => name);
  for (const [index, volume] of volumes.entries()) validateVolume(volume, `${path}.volumes[${index}]`);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw violation(`${path}.volumes`, `volume name '${repeated}' is not unique.`);
  for (const [index, container] of containers.entries()) {
    validateMounts(container, { names, field: `${path}.containers[${index}].volume_mounts` });
  }
}

function validateVolume({ name = "", secret, emptyDir, ...elsewhere }: Volume, field: string): void {
  const [kind] = Object.keys(elsewhere);
  if (kind) throw unserved("run.volumes", `${field}.${kind} is not served by the local cloud.`);
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    throw violation(`${field}.name`, `'${name}' must be lowercase letters, digits and hyphens.`);
  if (Boolean(secret) === Boolean(emptyDir)) throw violation(field, "exactly one kind of volume must be set.");
  if (secret && !secret.secret) throw violation(`${field}.secret.secret`, "must be set.");
  validateFiles({ secret, emptyDir }, field);
  const item = secret?.items?.find(({ path = "" }) => path === "" || path.startsWith("/") || path.includes(".."));
  if (item) throw violation(`${field}.secret.items`, `path '${item.path ?? ""}' must be relative and without '..'.`);
}

function validateFiles({ secret, emptyDir }: Volume, field: string): void {
  const most = 0o777;
  demandRange(secret?.defaultMode, { field: `${field}.secret.default_mode`, least: 0, most });
  for (const [index, { mode }] of (secret?.items ?? []).entries()) {
    demandRange(mode, { field: `${field}.secret.items[${index}].mode`, least: 0, most });
  }
  const { sizeLimit } = emptyDir ?? {};
  if (sizeLimit && Number.isNaN(parseMemory(sizeLimit))) {
    throw violation(`${field}.empty_dir.size_limit`, `'${sizeLimit}' is not a quantity such as '512Mi'.`);
  }
}

function validateMounts(
  { volumeMounts = [] }: Container,
  { names, field }: { readonly names: readonly string[]; readonly field: string },
): void {
  const paths = volumeMounts.map(({ mountPath = "" }) => mountPath);
  const repeated = paths.find((mount, index) => paths.indexOf(mount) !== index);
  if (repeated !== undefined) throw violation(field, `mount path '${repeated}' is used more than once.`);
  for (const { name = "", mountPath = "" } of volumeMounts) {
    if (!names.includes(name)) throw violation(field, `volume '${name}' does not exist.`);
    if (!/^\/[^:]*[^/:]$/.test(mountPath))
      throw violation(field, `mount path '${mountPath}' must be absolute and not '/'.`);
  }
}
