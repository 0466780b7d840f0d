import type { EnvironmentFile } from "./schema.ts";

type Rebuild = NonNullable<EnvironmentFile["spec"]["policy"]["rebuild"]>;

/** Minutes that a rebuild of a level takes as a rule; less than that is not a plan but a hope. */
export const rebuildMinutes: Readonly<Record<Rebuild["level"], number>> = { app: 3, data: 5, database: 15, all: 20 };
