import type { Cloud } from "../../cloud.ts";
import type { Execution } from "../../model/generated/workflow-executions.ts";
import type { Workflow } from "../../model/generated/workflows.ts";
import { notFound } from "./names.ts";

/** The workflows of a local cloud and every revision of each. */
export interface WorkflowStore {
  find(name: string): Workflow | undefined;
  /** @throws ApiError NOT_FOUND */
  get(name: string): Workflow;
  /** @throws ApiError NOT_FOUND */
  getRevision(name: string, revisionId: string): Workflow;
  /** The revision that an execution keeps. @throws ApiError NOT_FOUND */
  getRevisionOf(execution: Execution): Workflow;
  /** Newest first. */
  listRevisions(name: string): readonly Workflow[];
  /** In order of name. */
  list(parent: string): readonly Workflow[];
  /** Keeps a workflow as it is now, also as its revision. */
  put(workflow: Workflow): Workflow;
  delete(name: string): void;
}

/** Opens the collections that both Workflows APIs read. */
export function openWorkflowStore({ store }: Cloud): WorkflowStore {
  const workflows = store.collection<Workflow>("workflows.workflows");
  const revisions = store.collection<Workflow>("workflows.revisions");
  const revisionsOf = (name: string) => revisions.list(`${name}/revisions/`).map(([, revision]) => revision);
  return {
    find: (name) => workflows.get(name),
    get(name) {
      const found = workflows.get(name);
      if (!found) throw notFound(name);
      return found;
    },
    getRevision(name, revisionId) {
      const found = revisions.get(`${name}/revisions/${revisionId}`);
      if (!found) throw notFound(`${name}@${revisionId}`);
      return found;
    },
    getRevisionOf({ name = "", workflowRevisionId = "" }) {
      return this.getRevision(name.replace(/\/executions\/.*$/, ""), workflowRevisionId);
    },
    listRevisions: (name) => revisionsOf(name).reverse(),
    list: (parent) => workflows.list(`${parent}/workflows/`).map(([, workflow]) => workflow),
    put(workflow) {
      const { name = "", revisionId = "" } = workflow;
      revisions.put(`${name}/revisions/${revisionId}`, workflow);
      return workflows.put(name, workflow);
    },
    delete(name) {
      workflows.delete(name);
      for (const { revisionId } of revisionsOf(name)) revisions.delete(`${name}/revisions/${revisionId}`);
    },
  };
}
