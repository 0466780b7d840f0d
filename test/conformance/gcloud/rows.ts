/** Every command, loop and rule of gcloud's traffic that has a replay; `{part}: {command or rule}`. */
export const rows: readonly string[] = [
  "compute: networks create",
  "compute: networks subnets create",
  "compute: addresses create",
  "compute: instances create",
  "compute: firewall-rules create",
];
