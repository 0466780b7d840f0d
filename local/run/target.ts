import type { Service } from "../model/generated/run.ts";
import type { RunContext } from "./context.ts";
import { parseName } from "./names.ts";
import { deterministicUrl, tagUrl } from "./url.ts";

/** Whom a URL means. */
export interface Target {
  readonly service: Service;
  readonly tag?: string;
  /** Path and query as the container sees them. */
  readonly path: string;
  /** Audiences that an ID token for this service may have. */
  readonly audiences: readonly string[];
}

/**
 * Another address of a service, such as a function's `https://{region}-{project}.cloudfunctions.net/{function}`:
 * collection `run.aliases`, keyed by host and first path segment (`{host}/{segment}`), written by the API whose address
 * it is.
 */
interface Alias {
  /** Full name of the service. */
  readonly service: string;
}

/** Finds the service, and the traffic tag, behind a URL. */
export function findTarget(context: RunContext, url: URL): Target | undefined {
  return findAlias(context, url) ?? findService(context, url);
}

/** The service itself, under whatever address. */
export function toTarget(context: RunContext, service: Service, path: string): Target {
  const { cloud } = context;
  const aliases = cloud.store.collection<Alias>("run.aliases").list();
  const own = aliases.filter(([, alias]) => alias.service === service.name).map(([address]) => `https://${address}`);
  return { service, path, audiences: [...(service.urls ?? []), ...(service.customAudiences ?? []), ...own] };
}

function findAlias(context: RunContext, { host, pathname, search }: URL): Target | undefined {
  const [, segment = "", ...rest] = pathname.split("/");
  const alias = context.cloud.store.collection<Alias>("run.aliases").get(`${host}/${segment}`);
  const service = alias && context.services.get(alias.service);
  return service && toTarget(context, service, `/${rest.join("/")}${search}`);
}

function findService(context: RunContext, { host, pathname, search }: URL): Target | undefined {
  const [first = "", ...rest] = host.split("---");
  const tag = rest.length > 0 ? first : undefined;
  const origin = `https://${rest.length > 0 ? rest.join("---") : first}`;
  const found = context.services.list().find(([, service]) => service.urls?.includes(origin));
  if (!found) return undefined;
  const target = toTarget(context, found[1], `${pathname}${search}`);
  if (tag === undefined) return target;
  return { ...target, tag, audiences: [...target.audiences, ...tagUrls(context, found[1], tag)] };
}

function tagUrls({ cloud }: RunContext, { name = "", uri = "" }: Service, tag: string): string[] {
  const { project, region, id } = parseName(name);
  const projectNumber = cloud.projects.find(project)?.projectNumber ?? "";
  return [uri, deterministicUrl({ service: id, projectNumber, region })].map((url) => tagUrl(url, tag));
}
