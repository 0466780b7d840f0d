import { environmentLabel, installationLabel } from "../names.ts";
import type { Finding } from "../problem.ts";
import type { EnvironmentFile } from "../schema.ts";

/** Refuses names and labels that belong to the installation itself: its accounts, functions, secrets and marks. */
export function checkOwnership({ metadata, spec }: EnvironmentFile): Finding[] {
  const names: readonly [readonly string[], string | undefined][] = [
    [["metadata", "name"], metadata.name],
    [["spec", "identity", "serviceAccount"], spec.identity.serviceAccount],
    [["spec", "service", "name"], spec.service.name],
  ];
  const fix = "choose a name that does not begin with alloyrun-";
  const taken = names
    .filter(([, name]) => name?.startsWith("alloyrun-"))
    .map(
      ([path, name]): Finding => ({ path, message: `${name} begins like alloyrun's own functions and accounts`, fix }),
    );
  return [...taken, ...checkPasswords(metadata.name), ...checkLabels(metadata.labels)];
}

/** The ids of an environment's passwords would begin as those of secrets that the public function reads. */
function checkPasswords(name: string): Finding[] {
  if (!/^hook(-|$)/.test(name)) return [];
  const message = `${name} would have its passwords named like the secrets of webhooks, which begin with alloyrun-hook-`;
  return [{ path: ["metadata", "name"], message, fix: "choose a name that is not hook and does not begin with hook-" }];
}

function checkLabels(labels: Readonly<Record<string, string>>): Finding[] {
  const path = ["metadata", "labels"];
  const ours = [installationLabel, environmentLabel]
    .filter((key) => Object.hasOwn(labels, key))
    .map(
      (key): Finding => ({ path: [...path, key], atKey: true, message: "is written by alloyrun", fix: "remove it" }),
    );
  if (Object.keys(labels).length <= 60) return ours;
  return [...ours, { path, message: "has more labels than a resource takes beside ours", fix: "keep 60 or fewer" }];
}
