/**
 * APIs that Google documents as connectors, with their versions, by the name in `googleapis.{name}.{version}`.
 *
 * @see https://cloud.google.com/workflows/docs/reference/googleapis
 */
export const documented: Readonly<Record<string, readonly string[]>> = {
  aiplatform: ["v1", "v1beta1"],
  batch: ["v1"],
  bigquery: ["v2"],
  bigquerydatatransfer: ["v1"],
  cloudbuild: ["v1"],
  cloudfunctions: ["v1", "v2"],
  cloudresourcemanager: ["v3"],
  cloudscheduler: ["v1"],
  cloudtasks: ["v2", "v2beta3"],
  compute: ["v1", "beta"],
  container: ["v1"],
  dataflow: ["v1b3"],
  documentai: ["v1"],
  firestore: ["v1"],
  forms: ["v1"],
  gke: ["v1"],
  language: ["v1"],
  logging: ["v2"],
  ml: ["v1"],
  pubsub: ["v1"],
  run: ["v1", "v2"],
  secretmanager: ["v1"],
  sheets: ["v4"],
  spanner: ["v1"],
  sqladmin: ["v1"],
  storage: ["v1"],
  storagetransfer: ["v1"],
  transcoder: ["v1"],
  translate: ["v2", "v3", "v3beta1"],
  workflowexecutions: ["v1", "v1beta"],
  workflows: ["v1", "v1beta"],
};
