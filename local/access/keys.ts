import { randomBytes } from "node:crypto";
import type { Store } from "../store.ts";
import { createRsaKey, type RsaKey } from "./rsa-key.ts";

/** The keys of the token issuer, which lie in the collection `local.keys` so that tokens outlive a restart. */
export interface IssuerKeys {
  /** What access and refresh tokens are sealed with. */
  secret(): Buffer;
  /** The key that ID tokens are signed with. */
  signing(): RsaKey;
}

/** Opens the issuer's keys; each is made when it is first needed. */
export function openIssuerKeys(store: Store): IssuerKeys {
  const secrets = store.collection<{ readonly secret: string }>("local.keys");
  const signers = store.collection<RsaKey>("local.keys");
  return {
    secret() {
      const { secret } = secrets.get("seal") ?? secrets.put("seal", { secret: randomBytes(32).toString("base64") });
      return Buffer.from(secret, "base64");
    },
    signing: () => signers.get("signing") ?? signers.put("signing", createRsaKey()),
  };
}
