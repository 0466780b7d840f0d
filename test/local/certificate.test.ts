import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../local/certificate.ts";

describe("createAuthority", () => {
  it("issues server certificates for host names and addresses that clients of its own trust", async () => {
    const authority = await createAuthority();
    const { key, certificate } = await authority.issueServer({
      hosts: ["*.run.app"],
      addresses: ["127.0.0.1", "10.0.0.2"],
    });
    const server = createServer({ key, cert: certificate }, (socket) => socket.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1", servername: "my-service.run.app", ca: authority.certificate });
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toBe("hello");
    expect(socket.getPeerCertificate().subjectaltname).toBe("DNS:*.run.app, IP Address:127.0.0.1, IP Address:10.0.0.2");
    socket.destroy();
    server.close();
  });

  it.each([
    [
      "EC, SPKI",
      () => generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
    ],
    [
      "RSA, SPKI",
      () => generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" }),
    ],
    [
      "RSA, PKCS#1",
      () => generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "pkcs1", format: "pem" }),
    ],
  ])("issues client certificates for a key that somebody else holds (%s)", async (_, makeKey) => {
    const authority = await createAuthority();
    const publicKey = String(makeKey());
    const issued = new X509Certificate(
      await authority.issueClient({ publicKey, commonName: "robot", durationSeconds: 3600 }),
    );
    const issuer = new X509Certificate(authority.certificate);
    expect(issued.verify(issuer.publicKey)).toBe(true);
    expect(issued.subject).toBe("CN=robot");
    expect(issued.publicKey.equals(createPublicKey(publicKey))).toBe(true);
    expect(issued.validToDate.getTime() - Date.now()).toBeLessThanOrEqual(3600_000);
  });
});
