import { idOf } from "../../spec/names.ts";

/** An environment variable of a container: a value, or a pinned version of a secret. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueSource?: { readonly secretKeyRef: { readonly secret: string; readonly version: string } };
}

/** A variable that holds a value. */
export function plainVariable(name: string, value: string): Variable {
  return { name, value };
}

/**
 * A variable that holds a secret. The version is pinned: `latest` is resolved by each instance for itself.
 *
 * @param version `projects/{project}/secrets/{secret}/versions/{version}`
 */
export function secretVariable(name: string, version: string): Variable {
  const [secret = ""] = version.split("/versions/");
  return { name, valueSource: { secretKeyRef: { secret: idOf(secret), version: idOf(version) } } };
}
