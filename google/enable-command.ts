/** The command that turns APIs on in a project; without one, in the project that gcloud is set to. */
export function enableCommand(apis: readonly string[], project?: string): string {
  const where = project ? ` --project=${project}` : "";
  return `gcloud services enable ${apis.join(" ")}${where}`;
}
