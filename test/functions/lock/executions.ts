import type { LockClients } from "../../../functions/lock/hold.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";

/** Executions by name, as a test says that they stand; any other is not known. */
export function executionsOf(states: ReadonlyMap<string, Partial<Execution>>): LockClients["executions"] {
  return {
    async getExecution(name) {
      const found = states.get(name);
      return found && { name, state: "ACTIVE", labels: {}, ...found };
    },
  };
}
