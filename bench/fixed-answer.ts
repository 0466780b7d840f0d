import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";

/*
 * The least that a server can do, to hold the local Google Cloud's figures against: one fixed JSON over HTTP and one
 * fixed message over gRPC, at ports that it prints.
 */
const secret = {
  name: "projects/1/secrets/s",
  replication: { automatic: {} },
  createTime: "2026-01-01T00:00:00.000000Z",
};
const body = Buffer.from(JSON.stringify(secret));
const http = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json; charset=UTF-8", "content-length": body.length });
    response.end(body);
  });
});
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));

const message = Buffer.concat([Buffer.from([0x0a, 20]), Buffer.from("projects/1/secrets/s")]);
const same = (bytes: Buffer) => bytes;
const grpc = new Server();
const names = ["GetSecret", "ListSecrets", "CreateSecret"];
const service = "/google.cloud.secretmanager.v1.SecretManagerService/";
const definition = Object.fromEntries(
  names.map((name) => [
    name,
    {
      path: `${service}${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  ]),
);
const answer = (_call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => done(null, message);
grpc.addService(definition, Object.fromEntries(names.map((name) => [name, answer])));
const grpcPort = await new Promise<number>((resolve, reject) =>
  grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  ),
);
process.stdout.write(`http ${(http.address() as AddressInfo).port} grpc ${grpcPort}\n`);
