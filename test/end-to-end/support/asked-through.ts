import type { IncomingMessage, ServerResponse } from "node:http";
import type { Api, Site } from "../../../local/api.ts";
import { apis } from "../../../local/apis.ts";
import type { Cloud } from "../../../local/cloud.ts";
import type { HttpResponse } from "../../../local/http.ts";
import { createRun } from "../../../local/run/run.ts";

/** Asks a service, by its id, in place of whoever called. */
type Through = (service: string, ask: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** All APIs, with what is asked of the listed services going through a function. */
export function apisAskedThrough(services: readonly string[], through: Through): readonly ((cloud: Cloud) => Api)[] {
  return apis.map((create) => {
    if (create !== createRun) return create;
    return (cloud) => {
      const run = createRun(cloud);
      return { ...run, sites: run.sites?.map((site) => asked(site, services, through)) };
    };
  });
}

function asked(site: Site, services: readonly string[], through: Through): Site {
  const serviceOf = ({ hostname }: URL) => services.find((id) => hostname.startsWith(`${id}-`));
  const fetch: Site["fetch"] = (request) => {
    const service = serviceOf(request.url);
    return service === undefined ? site.fetch(request) : through(service, () => site.fetch(request));
  };
  return {
    matches: site.matches,
    fetch,
    handle(request, response, url) {
      if (serviceOf(url) === undefined) site.handle(request, response, url);
      else void relay(fetch, { request, response, url });
    },
  };
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Has a request from the network answered as one from inside is, so that it can be asked more than once. */
async function relay(fetch: Site["fetch"], { request, response, url }: Visit): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
  const answer = await fetch({ method: request.method ?? "GET", url, headers, body: Buffer.concat(chunks) });
  response.writeHead(answer.status, answer.headers).end(answer.body);
  answer.afterwards?.();
}
