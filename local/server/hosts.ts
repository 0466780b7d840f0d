/** What the local cloud answers at a host name. */
export interface HostTable {
  /** The API's own host behind a regional, aliased or mutual-TLS name; `undefined` when no API is there. */
  apiHost(host: string, path?: string): string | undefined;
}

/** APIs that live below a path of `www.googleapis.com` as well. */
const aliases: readonly (readonly [prefix: string, host: string])[] = [
  ["/compute/", "compute.googleapis.com"],
  ["/storage/", "storage.googleapis.com"],
  ["/upload/storage/", "storage.googleapis.com"],
  ["/download/storage/", "storage.googleapis.com"],
];

/** Makes the table of host names of the APIs that are served. */
export function createHostTable(serves: (host: string) => boolean): HostTable {
  return {
    apiHost(host, path = "/") {
      const name = host.replace(/:\d+$/, "").toLowerCase();
      if (name === "www.googleapis.com") return aliases.find(([prefix]) => path.startsWith(prefix))?.[1];
      const plain = name
        .replace(/^[a-z]+-[a-z]+\d+-/, "")
        .replace(/^([a-z]+)\.[a-z]+-[a-z]+\d+\.rep\./, "$1.")
        .replace(/\.mtls\./, ".");
      return [name, plain].find(serves);
    },
  };
}
