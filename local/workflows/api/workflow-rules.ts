import type { Workflow } from "../../model/generated/workflows.ts";
import { invalid } from "./names.ts";

/** Largest definition, in bytes. */
const maxSourceBytes = 128 * 1024;

/**
 * Checks what the service checks before it starts an operation.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function checkWorkflow(workflow: Workflow): void {
  if ((workflow.description ?? "").length > 1000) throw invalid("description is longer than 1000 characters");
  if (!workflow.sourceContents) throw invalid("source_code must be set");
  if (Buffer.byteLength(workflow.sourceContents) > maxSourceBytes) {
    throw invalid(`source_contents is larger than ${maxSourceBytes} bytes`);
  }
  checkLabels(workflow.labels ?? {});
  checkEnvironment(workflow.userEnvVars ?? {});
}

/** @throws ApiError INVALID_ARGUMENT for an id that no workflow can have */
export function checkWorkflowId(id: string): void {
  if (/^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/.test(id)) return;
  throw invalid(
    `Workflow ID '${id}' must be 1 to 64 letters, digits, underscores or hyphens, start with a letter and end with a letter or digit`,
  );
}

/**
 * Checks the labels of a workflow or execution.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (Object.keys(labels).length > 64) throw invalid("a resource can have at most 64 labels");
  for (const [key, value] of Object.entries(labels)) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key)) throw invalid(`invalid label key '${key}'`);
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) throw invalid(`invalid value '${value}' of label '${key}'`);
  }
}

function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  if (Object.keys(variables).length > 20) throw invalid("a workflow can have at most 20 environment variables");
  for (const [name, value] of Object.entries(variables)) {
    if (name === "" || /^(GOOGLE|WORKFLOWS)/.test(name)) throw invalid(`invalid environment variable name '${name}'`);
    if (Buffer.byteLength(value) > 4096) throw invalid(`environment variable '${name}' is larger than 4 KiB`);
  }
}
