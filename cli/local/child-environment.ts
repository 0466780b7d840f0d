import { devNull } from "node:os";

/** Variables by which a person's programs find their own Google Cloud and who they are there. */
const personal = /^(GOOGLE_|GCLOUD_|CLOUDSDK_|GCE_METADATA_)/;

/**
 * The environment of a command that is to know no Google Cloud but the local one: the person's, without the login that
 * they may have (a variable or gcloud's own folder names it, and it would be asked before the metadata server is).
 */
export function childEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  local: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(own).filter(([name]) => !personal.test(name));
  return { ...Object.fromEntries(kept), ...local, CLOUDSDK_CONFIG: devNull };
}
