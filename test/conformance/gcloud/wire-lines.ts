import type { Tapped } from "./tap.ts";

/** Requests as cases write them; repeated looks at the same thing count once. */
export function wireLines(requests: readonly Tapped[]): string[] {
  const lines = requests.map(({ method, host, path }) => `${method} ${host}${plain(path)}`);
  return lines.filter((line, index) => line !== lines[index - 1]);
}

/** A path without what every request carries, and with one name for every operation. */
function plain(path: string): string {
  const [name = "", query = ""] = path.split("?");
  const kept = query.split("&").filter((part) => part !== "" && part !== "alt=json");
  const address = name.replace(/\/operations\/[^/:]+/, "/operations/OP");
  return kept.length > 0 ? `${address}?${kept.join("&")}` : address;
}
