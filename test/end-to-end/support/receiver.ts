import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Api, Site } from "../../../local/api.ts";

/** A delivery that a receiver took. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A webhook's other side: a plain HTTP server on loopback, which the local cloud finds under a name of the world. */
export interface Receiver {
  /** Its address as a spec names it. */
  readonly url: string;
  /** What it took, in order. */
  readonly taken: readonly Received[];
  /** How often somebody called while it was down. */
  readonly missed: number;
  /** Brings it to the local cloud. */
  readonly api: () => Api;
  open(): Promise<void>;
  close(): Promise<void>;
}

const host = "tickets.example.test";

/** Makes a receiver that is down. */
export function createReceiver(): Receiver {
  const taken: Received[] = [];
  let missed = 0;
  let server: Server | undefined;

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    taken.push({ path: incoming.url ?? "", headers: incoming.headers, body: await textOf(incoming) });
    response.writeHead(202).end();
  }

  const site: Site = {
    matches: (name) => name === host,
    handle(incoming, response, url) {
      const port = (server?.address() as AddressInfo | undefined)?.port ?? 0;
      const { method, headers } = incoming;
      const onward = ask({ host: "127.0.0.1", port, method, headers, path: url.pathname }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.once("error", () => {
        missed += 1;
        response.destroy();
      });
      incoming.pipe(onward);
    },
    fetch: () => Promise.reject(new Error("nobody inside the local cloud asks for it")),
  };

  return {
    url: `https://${host}/alloyrun`,
    taken,
    get missed() {
      return missed;
    },
    api: () => ({ host: "receiver.example.test", methods: {}, permissions: {}, sites: [site] }),
    async open() {
      const opened = createServer((incoming, response) => void take(incoming, response));
      await new Promise<void>((resolve) => opened.listen(0, "127.0.0.1", resolve));
      server = opened;
    },
    async close() {
      const closing = server;
      server = undefined;
      closing?.closeAllConnections();
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
