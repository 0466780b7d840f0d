/** What a flag takes. */
type FlagKind = "text" | "switch" | "number" | "duration";

/** One flag of the Auth Proxy. */
export interface Flag {
  readonly kind: FlagKind;
  readonly short?: string;
  readonly fallback?: string;
  /** Whether it may stand in the query of an instance URI. */
  readonly perInstance?: true;
  /** What comes of it here: by default what the Auth Proxy does; `nothing`; or the start is refused. */
  readonly effect?: "nothing" | "refused";
}

/**
 * The flags of the Auth Proxy by name.
 *
 * @see https://github.com/GoogleCloudPlatform/alloydb-auth-proxy/blob/main/docs/cmd/alloydb-auth-proxy.md
 */
// biome-ignore format: a table
export const flags = {
  "address":                      { kind: "text",     short: "a", fallback: "127.0.0.1", perInstance: true },
  "port":                         { kind: "number",   short: "p", fallback: "5432",      perInstance: true },
  "auto-iam-authn":               { kind: "switch",   short: "i",                        perInstance: true },
  "public-ip":                    { kind: "switch",                                      perInstance: true },
  "psc":                          { kind: "switch",                                      perInstance: true },
  "lazy-refresh":                 { kind: "switch" },
  "token":                        { kind: "text",     short: "t" },
  "credentials-file":             { kind: "text",     short: "c" },
  "json-credentials":             { kind: "text",     short: "j" },
  "alloydbadmin-api-endpoint":    { kind: "text",     fallback: "https://alloydb.googleapis.com" },
  "static-connection-info":       { kind: "text" },
  "health-check":                 { kind: "switch" },
  "with-backend-check":           { kind: "switch" },
  "http-address":                 { kind: "text",     fallback: "localhost" },
  "http-port":                    { kind: "number",   fallback: "9090" },
  "run-connection-test":          { kind: "switch" },
  "quitquitquit":                 { kind: "switch" },
  "admin-port":                   { kind: "number",   fallback: "9091" },
  "exit-zero-sigterm":            { kind: "switch" },
  "min-sigterm-delay":            { kind: "duration", fallback: "0s" },
  "max-sigterm-delay":            { kind: "duration", fallback: "0s" },
  "max-connections":              { kind: "number",   fallback: "0" },
  "structured-logs":              { kind: "switch" },
  "quiet":                        { kind: "switch" },
  "max":                          { kind: "duration", fallback: "30s" },
  "version":                      { kind: "switch",   short: "v" },
  "help":                         { kind: "switch",   short: "h" },
  "user-agent":                   { kind: "text" },
  "debug":                        { kind: "switch",   effect: "nothing" },
  "debug-logs":                   { kind: "switch",   effect: "nothing" },
  "disable-built-in-telemetry":   { kind: "switch",   effect: "nothing" },
  "disable-metrics":              { kind: "switch",   effect: "nothing" },
  "disable-traces":               { kind: "switch",   effect: "nothing" },
  "telemetry-prefix":             { kind: "text",     effect: "nothing" },
  "telemetry-project":            { kind: "text",     effect: "nothing" },
  "telemetry-sample-rate":        { kind: "number",   effect: "nothing" },
  "prometheus-namespace":         { kind: "text",     effect: "nothing" },
  "prometheus":                   { kind: "switch",   effect: "refused" },
  "config-file":                  { kind: "text",     effect: "refused" },
  "fuse":                         { kind: "text",     effect: "refused" },
  "fuse-tmp-dir":                 { kind: "text",     effect: "refused" },
  "gcloud-auth":                  { kind: "switch",   short: "g", effect: "refused" },
  "impersonate-service-account":  { kind: "text",     effect: "refused" },
  "unix-socket":                  { kind: "text",     short: "u", effect: "refused" },
  "unix-socket-path":             { kind: "text",     effect: "refused", perInstance: true },
} as const satisfies Record<string, Flag>;

/** Name of a flag. */
export type FlagName = keyof typeof flags;

/** The text that `--help` prints, and that follows a message about wrong arguments. */
export function usage(): string {
  const lines = (Object.entries(flags) as [FlagName, Flag][]).map(([name, { kind, short, fallback }]) => {
    const left = `${short ? `-${short}, ` : "    "}--${name}${kind === "switch" ? "" : ` ${kind}`}`;
    return `  ${left.padEnd(40)}${fallback ? `(default ${JSON.stringify(fallback)})` : ""}`.trimEnd();
  });
  return `Usage:\n  alloydb-auth-proxy instance_uri... [flags]\n\nFlags:\n${lines.join("\n")}\n`;
}
