import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  readFrame,
} from "../../../local/alloydb/metadata-exchange.ts";

describe("the metadata exchange", () => {
  it.each(["DB_NATIVE", "AUTO_IAM"] as const)("carries a request for %s", (authType) => {
    const request = { userAgent: "agent/1", authType, token: "t".repeat(300) };
    const bytes = encodeRequest(request);
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    expect(decodeRequest(bytes.subarray(4))).toEqual(request);
  });

  it("has the bytes of the protobuf messages", () => {
    expect(encodeRequest({ userAgent: "a", authType: "AUTO_IAM", token: "b" }).toString("hex")).toBe(
      "000000080a016110021a0162",
    );
    expect(encodeResponse({}).toString("hex")).toBe("000000020801");
    expect(encodeResponse({ error: "no" }).toString("hex")).toBe("00000006080212026e6f");
  });

  it.each([{}, { error: "not allowed" }])("carries the response %j", (response) => {
    expect(decodeResponse(encodeResponse(response).subarray(4))).toEqual(response);
  });

  it.each(["0a", "0a05616263", "0d01020304"])("refuses the bytes %s", (hex) => {
    expect(() => decodeRequest(Buffer.from(hex, "hex"))).toThrow("malformed");
  });
});

describe("readFrame", () => {
  const stream = () => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }) as Socket;

  it("waits for a message that comes in pieces, and leaves what is behind it", async () => {
    const socket = stream();
    const reading = readFrame(socket);
    for (const piece of ["0000", "0002", "0801ff"]) socket.push(Buffer.from(piece, "hex"));
    expect((await reading).toString("hex")).toBe("0801");
    expect(socket.read()).toEqual(Buffer.from([0xff]));
  });

  it("refuses a message that is too long", async () => {
    const socket = stream();
    const reading = readFrame(socket);
    socket.push(Buffer.from("00010000", "hex"));
    await expect(reading).rejects.toThrow("too long");
  });

  it("fails when the connection ends first", async () => {
    const socket = stream();
    const reading = readFrame(socket);
    socket.destroy();
    await expect(reading).rejects.toThrow("ended");
  });
});
