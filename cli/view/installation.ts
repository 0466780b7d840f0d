import type { ChangeKind, InstallationChange } from "../../deploy/change.ts";

/** Headings in the order in which an installation is made. */
const headings: Readonly<Record<ChangeKind, string>> = {
  api: "APIs",
  account: "Accounts",
  role: "Roles",
  grants: "Grants",
  bucket: "Bucket",
  topic: "Topics",
  subscription: "Subscriptions",
  repository: "Repository",
  image: "Images",
  secret: "Secrets",
  function: "Functions",
  workflow: "Workflows",
  schedule: "Schedules",
};

const marks = { create: "+", update: "~", restore: "↺" } as const;

/** Lines that fit on a phone. */
const shownLines = 20;

/**
 * What `deploy` would make and change: under the heading of its kind every resource with what differs, or how many there
 * are where all of them would not fit on a phone.
 */
export function renderInstallationPlan(
  changes: readonly InstallationChange[],
  { verbose }: { readonly verbose: boolean },
): readonly string[] {
  if (changes.length === 0) return ["Nothing to change: the installation is as this version makes it."];
  const groups = Object.entries(headings).flatMap(([kind, heading]) => {
    const ofKind = changes.filter((change) => change.kind === kind);
    return ofKind.length === 0 ? [] : [{ heading, changes: ofKind }];
  });
  const whole = groups.flatMap((group) => [`${group.heading}:`, ...group.changes.flatMap(renderChange)]);
  const end = `${count(changes)}. Nothing was changed.`;
  if (verbose || whole.length <= shownLines) return [...whole, end];
  const counts = groups.map((group) => `  ${group.heading.padEnd(15)}${count(group.changes)}`);
  return [...counts, end, "Every resource and difference: --verbose, or --json for programs."];
}

/** How many there are of each kind of change: `3 to create, 1 to update`. */
function count(changes: readonly InstallationChange[]): string {
  return (["create", "update", "restore"] as const)
    .flatMap((action) => {
      const ofAction = changes.filter((change) => change.action === action).length;
      return ofAction > 0 ? [`${ofAction} to ${action}`] : [];
    })
    .join(", ");
}

function renderChange({ action, resource, differences }: InstallationChange): readonly string[] {
  return [`  ${marks[action]} ${resource}`, ...differences.map((difference) => `      ${difference}`)];
}
