import type { StepName } from "./step.ts";

/**
 * The steps of a rebuild of the application alone. All that a new revision stands on is as the serving one names it, and is
 * neither asked nor touched.
 */
export const applicationSteps: readonly StepName[] = ["image", "service", "verify", "traffic"];
