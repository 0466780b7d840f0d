import { Agent, request as httpRequest } from "node:http";
import { Client, credentials, Metadata } from "@grpc/grpc-js";

/** What a client asks for. */
export type Kind = "get" | "list" | "create";

/** A way to ask; resolves when the answer is there. @throws Error for anything but success */
export type Ask = (kind: Kind, id: string) => Promise<void>;

const parent = "projects/load-project";
const secret = JSON.stringify({ replication: { automatic: {} } });

/** A client over HTTP with connections that are kept. */
export function restClient(port: number, prefix: string): Ask {
  const agent = new Agent({ keepAlive: true });
  const base = `${prefix}/v1/${parent}/secrets`;
  const paths = {
    get: (id: string) => `${base}/${id}`,
    list: () => `${base}?pageSize=25`,
    create: (id: string) => `${base}?secretId=${id}`,
  };
  return (kind, id) =>
    new Promise((resolve, reject) => {
      const method = kind === "create" ? "POST" : "GET";
      const headers = { authorization: "Bearer owner", "content-type": "application/json" };
      const sent = httpRequest(
        { agent, port, host: "127.0.0.1", method, path: paths[kind](id), headers },
        (response) => {
          response.resume().on("end", () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${kind} ${id}: HTTP ${response.statusCode}`));
          });
        },
      );
      sent.on("error", reject);
      sent.end(kind === "create" ? secret : undefined);
    });
}

/** A client over gRPC with one channel of its own. */
export function grpcClient(port: number): Ask & { close(): void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer owner");
  const same = (bytes: Buffer) => bytes;
  const methods = { get: "GetSecret", list: "ListSecrets", create: "CreateSecret" };
  const ask: Ask = (kind, id) =>
    new Promise((resolve, reject) => {
      const path = `/google.cloud.secretmanager.v1.SecretManagerService/${methods[kind]}`;
      client.makeUnaryRequest(path, same, same, encode(kind, id), metadata, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  return Object.assign(ask, { close: () => client.close() });
}

/** Requests of Secret Manager in protobuf: few enough fields to be written down. */
function encode(kind: Kind, id: string): Buffer {
  switch (kind) {
    case "get":
      return text(1, `${parent}/secrets/${id}`);
    case "list":
      return Buffer.concat([text(1, parent), Buffer.from([0x10, 25])]);
    case "create":
      return Buffer.concat([text(1, parent), text(2, id), Buffer.from([0x1a, 4, 0x12, 2, 0x0a, 0])]);
  }
}

function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
}
