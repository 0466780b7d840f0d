import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { scramVerifier } from "../../../local/postgres/scram.ts";

describe("scramVerifier", () => {
  it("gives the keys that RFC 5802 derives, under a salt of its own each time", async () => {
    const [one, two] = await Promise.all([scramVerifier("pencil"), scramVerifier("pencil")]);
    expect(one).not.toBe(two);
    const [, iterations = "", salt = "", stored, server] = /^SCRAM-SHA-256\$(\d+):(.+)\$(.+):(.+)$/.exec(one) ?? [];
    const salted = pbkdf2Sync("pencil", Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
    const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
    expect(stored).toBe(createHash("sha256").update(hmac("Client Key")).digest("base64"));
    expect(server).toBe(hmac("Server Key").toString("base64"));
  });
});
