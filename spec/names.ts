import { createHash } from "node:crypto";

/** Who something belongs to: written on everything an environment makes, compared before anything is adopted or removed. */
export interface Ownership {
  /** Name of the installation, `<project>-alloyrun`. */
  readonly installation: string;
  readonly environment: string;
  /** For the description of what takes no labels: `alloyrun:<installation>/<environment>`. */
  readonly mark: string;
  /** All labels to write: the user's own and `alloyrun-installation`, `alloyrun-environment`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Label that names the installation. */
export const installationLabel = "alloyrun-installation";

/** Label that names the environment. */
export const environmentLabel = "alloyrun-environment";

/** Name of a project's installation, which is also its bucket's: `<project>-alloyrun`. */
export function installationName(project: string): string {
  return `${project}-alloyrun`;
}

/** Makes the ownership that a step's input carries; the user's labels never win over ours. */
export function ownershipOf(owner: {
  readonly installation: string;
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
}): Ownership {
  const { installation, environment } = owner;
  const labels = { ...owner.labels, [installationLabel]: installation, [environmentLabel]: environment };
  return { installation, environment, mark: `alloyrun:${installation}/${environment}`, labels };
}

/** Last segment of a full resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/**
 * Fits an id into an API's limit: kept as it is when short enough, else cut and ended with four characters of its hash,
 * so that two long names never meet.
 */
export function shorten(id: string, limit: number): string {
  if (id.length <= limit) return id;
  return `${id.slice(0, limit - 5).replace(/-+$/, "")}-${sha256(id).slice(0, 4)}`;
}

/** An id made from another, within an API's limit: what is too long is shortened before the suffix. */
export function derivedId(stem: string, suffix: string, limit: number): string {
  return `${shorten(stem, limit - suffix.length)}${suffix}`;
}

/** Lower-case hexadecimal SHA-256 of a text or of bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What names of environments are like, wherever one comes from outside and becomes the name of an object. */
export const environmentNamePattern = /^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/;

/** Account of the installation that an entry or step runs as, for example `alloyrun-read-pool`; `name` in camel case. */
export function installationAccountId(name: string): string {
  return `alloyrun-${kebab(name)}`;
}

/** Name of the function of a step or entry, for example `alloyrun-read-pool`. */
export function functionId(name: string): string {
  return `alloyrun-${kebab(name)}`;
}

/** E-mail address of a service account. */
export function accountEmail(project: string, accountId: string): string {
  return `${accountId}@${project}.iam.gserviceaccount.com`;
}

/** Id of the account that the seed job runs as, from the id of the service's account; 30 characters at most. */
export function seedAccountId(serviceAccount: string): string {
  return derivedId(serviceAccount, "-seed", 30);
}

/** Id of the Cloud Run job that seeds an environment; 49 characters at most, as for a service. */
export function seedJobId(environment: string): string {
  return derivedId(environment, "-seed", 49);
}

/** Id of the Cloud Scheduler job that asks for an environment's rebuilds. */
export function rebuildJobId(environment: string): string {
  return `alloyrun-rebuild-${environment}`;
}

/** Id of the installation's secret that holds the key of approval links. */
export const linkKeySecret = "alloyrun-link-key";

/** URL of an installation's function, which is also the audience of tokens for it. */
export function functionUrl(name: string, place: { readonly projectNumber: string; readonly region: string }): string {
  return `https://${functionId(name)}-${place.projectNumber}.${place.region}.run.app`;
}

/**
 * Id that alloyrun gives to an environment's connector when the spec names none; 25 characters at most. In an existing
 * network it is all that tells whose the connector is.
 */
export function connectorId(environment: string): string {
  return derivedId(environment, "-egress", 25);
}

/** Id of an environment's secret; what it holds is `admin-password` or `application-password`. */
export function secretId(environment: string, holds: "admin-password" | "application-password"): string {
  return `alloyrun-${environment}-${holds}`;
}

/** How the ids of environments' secrets end: no secret of another purpose may. */
export const passwordEndings = ["-admin-password", "-application-password"] as const;

/** Id of the Artifact Registry repository that holds an environment's images; its own, so that `down` may remove it whole. */
export function repositoryId(environment: string): string {
  return shorten(`alloyrun-${environment}`, 63);
}

/**
 * Name of a service's revision: `<service>-<hash8>` of what the revision is made of. The same content gives the same
 * name, so a repeated call finds the revision instead of making another.
 */
export function revisionId(serviceId: string, template: object): string {
  return `${shorten(serviceId, 54)}-${sha256(canonicalJson(template)).slice(0, 8)}`;
}

/** Tag under which a revision answers before it has traffic; with the service's id at most 46 characters, as Cloud Run wants. */
export function revisionTag(revision: string): string {
  return `r${revision.slice(-8)}`;
}

/** Name of the database of a generation: `mydb`, then `mydb_g2`, `mydb_g3` … */
export function databaseName(base: string, generation: number): string {
  return generation <= 1 ? base : `${base}_g${generation}`;
}

/** Id of the cluster of a generation: `<cluster>`, then `<cluster>-g2`, `<cluster>-g3` … */
export function clusterGenerationId(base: string, generation: number): string {
  return generation <= 1 ? base : derivedId(base, `-g${generation}`, 63);
}

/**
 * Name under which the application logs in. AlloyDB names a service account's login by its address without
 * `.gserviceaccount.com`.
 *
 * @see https://cloud.google.com/alloydb/docs/database-users/manage-iam-auth
 */
export function iamDatabaseUser(email: string): string {
  return email.replace(/\.gserviceaccount\.com$/, "");
}

/** JSON with sorted keys and without undefined values: the same content gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
