import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { unreachableAddress } from "../../../local/fabric.ts";
import { get, localCloud, main, network, post, primary, send, startCloud, stopCloud } from "./harness.ts";

jest.setTimeout(60_000);

beforeAll(() => startCloud());

afterAll(stopCloud);

describe("connectors", () => {
  it("issues a certificate for a key, with the authorities behind it", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const body = {
      publicKey: publicKey.export({ type: "pkcs1", format: "pem" }),
      certDuration: "3600s",
      useMetadataExchange: true,
    };
    const answer = (await post(`v1alpha/${main}:generateClientCertificate`, body)).body;
    const [leaf, intermediate, root] = (answer.pemCertificateChain as string[]).map((pem) => new X509Certificate(pem));
    expect(leaf?.publicKey.equals(publicKey)).toBe(true);
    expect(leaf?.verify(intermediate?.publicKey as never)).toBe(true);
    expect(intermediate?.verify(root?.publicKey as never)).toBe(true);
    expect(root?.toString()).toBe(String(answer.caCert));
  });

  it("gives a caller without a workload the address of this machine, where both ports are open", async () => {
    const { ipAddress, instanceUid } = await get(`v1alpha/${primary}/connectionInfo`);
    expect(instanceUid).toBe((await get(`v1/${primary}`)).uid);
    for (const port of [5432, 5433]) {
      const socket = connect({ host: String(ipAddress), port });
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      socket.destroy();
    }
  });

  it("gives a workload the address as its network reaches it", async () => {
    const { tokens, fabric } = localCloud().cloud;
    const principal = { kind: "owner", email: "owner@example.com" } as const;
    fabric.register({ name: "inside", address: "127.1.1.1", network });
    fabric.register({ name: "outside", address: "127.1.1.2" });
    const asked = async (workload: string) => {
      const { token } = tokens.accessToken({ principal, workload });
      const path = `v1alpha/${primary}/connectionInfo`;
      return (await send("GET", path, { token })).body.ipAddress;
    };
    expect(await asked("inside")).toBe((await get(`v1alpha/${primary}/connectionInfo`)).ipAddress);
    expect(await asked("outside")).toBe(unreachableAddress);
  });

  it.each([
    [
      "another curve",
      generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ type: "spki", format: "pem" }),
    ],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })],
    ["a private key", generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })],
    ["no key", "x"],
  ])("certifies RSA and P-256 keys only: %s", async (_, publicKey) => {
    const { status, body } = await post(`v1alpha/${main}:generateClientCertificate`, { publicKey: String(publicKey) });
    expect([status, body.error?.status]).toEqual([400, "INVALID_ARGUMENT"]);
  });

  it("certifies a P-256 key", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const body = { publicKey: publicKey.export({ type: "spki", format: "pem" }) };
    expect((await post(`v1alpha/${main}:generateClientCertificate`, body)).status).toBe(200);
  });

  it("demands permission", async () => {
    const { status } = await send("GET", `v1alpha/${primary}/connectionInfo`, {
      token: "user:nobody@example.com",
    });
    expect(status).toBe(403);
  });
});
