import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** What an HTTP path answers. */
type Responder = (method: string) => Promise<Answer> | Answer;

/** Status and text of an answer. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Where a server listens and what it answers by path; any other path is 404. */
export interface HttpServerOptions {
  readonly address: string;
  readonly port: number;
  readonly paths: Readonly<Record<string, Responder>>;
}

/** Serves a few plain-text paths. @throws Error when the address is taken */
export async function startHttpServer({ address, port, paths }: HttpServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const responder = paths[path] ?? notFound;
    void Promise.resolve(responder(request.method ?? "GET"))
      .catch((caught: unknown) => ({ status: 500, text: String(caught) }))
      .then(({ status, text }) =>
        response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text),
      );
  });
  server.listen({ host: address, port });
  await once(server, "listening");
  return server;
}

const notFound: Responder = () => ({ status: 404, text: "404 page not found\n" });
