import { accountEmail, installationAccountId } from "../spec/names.ts";
import { stepNames } from "./step.ts";

/** Accounts of an installation that are no step's, by the names that installing gives them. */
const otherNames = [
  ...["request", "plan", "lock", "record", "events", "hook"],
  ...["workflow", "sweep", "scheduler", "push", "build"],
];

/** All accounts of an installation as policies name them: what each may do is decided by what is declared, and by nobody else. */
export function installationMembers(project: string): readonly string[] {
  return [...stepNames, ...otherNames].map(
    (name) => `serviceAccount:${accountEmail(project, installationAccountId(name))}`,
  );
}
