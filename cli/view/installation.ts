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

/** What `deploy` would make and change, in lines: under the heading of its kind every resource with what differs. */
export function renderInstallationPlan(changes: readonly InstallationChange[]): readonly string[] {
  if (changes.length === 0) return ["Nothing to change: the installation is as this version makes it."];
  const groups = Object.entries(headings).flatMap(([kind, heading]) => {
    const ofKind = changes.filter((change) => change.kind === kind);
    return ofKind.length === 0 ? [] : [`${heading}:`, ...ofKind.flatMap(renderChange)];
  });
  const counts = [
    ...(["create", "update", "restore"] as const).flatMap((action) => {
      const count = changes.filter((change) => change.action === action).length;
      return count > 0 ? [`${count} to ${action}`] : [];
    }),
  ];
  return [...groups, `${counts.join(", ")}. Nothing was changed.`];
}

function renderChange({ action, resource, differences }: InstallationChange): readonly string[] {
  return [`  ${marks[action]} ${resource}`, ...differences.map((difference) => `      ${difference}`)];
}
