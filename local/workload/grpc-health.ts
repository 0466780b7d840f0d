import { Client, credentials } from "@grpc/grpc-js";

/** What is asked how it is. */
export interface HealthQuestion {
  readonly address: string;
  readonly port: number;
  /** Service in question; empty for the server as a whole. */
  readonly service: string;
  readonly timeoutMs: number;
}

/** `SERVING` in field 1 of the answer. */
const serving = Buffer.from([0x08, 0x01]);

/**
 * Asks a server by gRPC's health protocol, without TLS, whether it serves.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export function isServing({ address, port, service, timeoutMs }: HealthQuestion): Promise<boolean> {
  // A channel of its own and no proxy: the server is an instance of this machine.
  const options = { "grpc.enable_http_proxy": 0, "grpc.use_local_subchannel_pool": 1 };
  const client = new Client(`${address}:${port}`, credentials.createInsecure(), options);
  const deadline = new Date(Date.now() + timeoutMs);
  return new Promise((resolve) => {
    const end = (isGood: boolean) => {
      client.close();
      resolve(isGood);
    };
    client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      encodeService,
      (bytes) => bytes,
      service,
      { deadline },
      (error, answer) => end(error === null && answer !== undefined && serving.equals(answer)),
    );
  });
}

/** The question's only field, the service's name. */
function encodeService(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}
