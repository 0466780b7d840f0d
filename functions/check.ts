import type { ResourceManagerClient } from "../google/clients/resource-manager.ts";
import type { StepDeclaration } from "../plan/step.ts";
import { StepError } from "./error.ts";

/**
 * Proves that the permissions which the step's own account was given on the project are in effect, which takes minutes
 * after they were granted.
 *
 * @throws StepError PERMISSION_DENIED, retryable, naming those that are missing
 * @see https://cloud.google.com/iam/docs/access-change-propagation
 */
export async function checkPermissions(
  declaration: Pick<StepDeclaration<never, object>, "name" | "permissions">,
  project: string,
  resourceManager: ResourceManagerClient,
): Promise<void> {
  const { project: always, limited = [] } = declaration.permissions;
  // A condition that looks at names does not hold on the project itself.
  const everywhere = limited.filter(({ secrets }) => secrets === undefined);
  const wanted = [...always, ...everywhere.flatMap(({ permissions }) => permissions)];
  if (wanted.length === 0) return;
  const held = new Set(await resourceManager.testPermissions(project, wanted));
  const missing = wanted.filter((permission) => !held.has(permission));
  if (missing.length === 0) return;
  throw new StepError({
    code: "PERMISSION_DENIED",
    reason: "PERMISSION_NOT_IN_EFFECT",
    retryable: true,
    resource: `projects/${project}`,
    message: `step ${declaration.name} lacks ${missing.join(", ")} on project ${project}; deploy again if it stays so`,
  });
}
