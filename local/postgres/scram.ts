import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
const iterations = 4096;

/**
 * What PostgreSQL stores of a password: enough to check it, not enough to log in. It is accepted in place of the
 * password by `ALTER ROLE … PASSWORD`, so a password appears in no statement and no file.
 *
 * @returns `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`
 * @see https://www.postgresql.org/docs/16/catalog-pg-authid.html
 */
export async function scramVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const salted = await derive(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${hmac("Server Key").toString("base64")}`;
}
