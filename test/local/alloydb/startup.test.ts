import { describe, expect, it } from "@jest/globals";
import { fatalError, parseFirstPacket, withoutChannelBinding } from "../../../local/alloydb/startup.ts";

function packet(code: number, body = ""): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), Buffer.from(body)]);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(code, 4);
  return bytes;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.from(`${type}0000`);
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

async function passed(...chunks: Buffer[]): Promise<Buffer> {
  const stream = withoutChannelBinding();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return Buffer.concat(await stream.toArray());
}

const offer = (mechanisms: string) =>
  message("R", Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from(mechanisms)]));
const whole = offer("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
const plain = offer("SCRAM-SHA-256\0\0");

describe("parseFirstPacket", () => {
  it.each([
    ["a login", packet(196608, "database\0user\0user\0me\0\0"), { kind: "startup", user: "me" }],
    ["a login without a user", packet(196608, "database\0db\0\0"), { kind: "startup", user: "" }],
    ["a request for TLS", packet(80877103), { kind: "encryption" }],
    ["a request for GSSAPI", packet(80877104), { kind: "encryption" }],
    ["a cancellation", packet(80877102, "12345678"), { kind: "cancel" }],
  ])("tells %s", (_, bytes, expected) => {
    expect(parseFirstPacket(bytes)).toMatchObject(expected);
  });
});

describe("withoutChannelBinding", () => {
  const after = message("S", Buffer.from("name\0value\0"));

  it("takes the offer of channel binding out, and nothing else", async () => {
    expect(await passed(Buffer.concat([whole, after]))).toEqual(Buffer.concat([plain, after]));
  });

  it("does so over any cut of the bytes", async () => {
    const bytes = Buffer.concat([message("v", Buffer.alloc(8)), whole, after]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const result = await passed(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(result).toEqual(Buffer.concat([message("v", Buffer.alloc(8)), plain, after]));
    }
  });

  it("passes an immediate end of the login through", async () => {
    const failed = fatalError("28000", "no");
    expect(await passed(failed)).toEqual(failed);
  });
});
