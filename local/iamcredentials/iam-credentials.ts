import { type KeyOwner, openAccountKeys } from "../access/account-keys.ts";
import type { Principal } from "../access/principal.ts";
import { signBytes, signJwt } from "../access/rsa-key.ts";
import { type Api, type Call, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { GenerateAccessTokenRequest, IamCredentialsMethods } from "../model/generated/iam-credentials.ts";
import { permissions } from "./permissions.ts";

const host = "iamcredentials.googleapis.com";

/** The longest that an access token lives, unless an organisation allows more. */
const longestSeconds = 3600;

interface Account extends KeyOwner {
  readonly projectId: string;
  readonly disabled?: boolean;
}

/** What is asked, of whom. */
interface Asked {
  readonly name?: string;
  readonly delegates?: readonly string[];
}

/**
 * IAM Service Account Credentials: tokens and signatures of accounts, for those who may create them.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest
 */
export function createIamCredentials(cloud: Cloud): Api {
  const accounts = cloud.store.collection<Account>("iam.serviceAccounts");
  const keys = openAccountKeys(cloud.store);
  const find = (name: string) => {
    const id = name.split("/").at(-1) ?? "";
    return accounts.get(id) ?? accounts.list().find(([, { uniqueId }]) => uniqueId === id)?.[1];
  };

  /** The account that the caller may speak for, perhaps by way of others. */
  function demand({ name = "", delegates = [] }: Asked, permission: string, { principal }: Call): Account {
    demandChain(cloud, { principal, delegates, name, permission, toPrincipal: (one) => toPrincipal(findOne(one)) });
    return findOne(name);
  }

  function findOne(name: string): Account {
    const account = find(name);
    if (!account) throw unknown(name.split("/").at(-1) ?? "");
    if (account.disabled) {
      throw new ApiError({ code: "FAILED_PRECONDITION", message: `Service account ${account.email} is disabled.` });
    }
    return account;
  }

  return {
    host,
    permissions,
    projectOf: (resource) => find(resource)?.projectId ?? /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(resource)?.[1],
    methods: handlers<IamCredentialsMethods>({
      "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken": (request, call) =>
        accessToken(cloud, toPrincipal(demand(request, "getAccessToken", call)), request),
      "google.iam.credentials.v1.IAMCredentials.GenerateIdToken": (request, call) => {
        const account = demand(request, "getOpenIdToken", call);
        const silence = request.includeEmail ? {} : { email: undefined, email_verified: undefined };
        const extra = { ...silence, ...(request.useEmailAzp ? { azp: account.email } : {}) };
        return { token: cloud.tokens.idToken({ principal: toPrincipal(account) }, request.audience ?? "", extra) };
      },
      "google.iam.credentials.v1.IAMCredentials.SignBlob": (request, call) => {
        const { keyId, privateKey } = keys.managed(demand(request, "signBlob", call));
        const signed = signBytes(privateKey, Buffer.from(request.payload ?? "", "base64"));
        return { keyId, signedBlob: signed.toString("base64") };
      },
      "google.iam.credentials.v1.IAMCredentials.SignJwt": (request, call) => {
        const account = demand(request, "signJwt", call);
        const key = keys.managed(account);
        return { keyId: key.keyId, signedJwt: signJwt(key, claimsIn(request.payload ?? "")) };
      },
    }),
  };
}

function toPrincipal({ email, uniqueId }: KeyOwner): Principal {
  return { kind: "serviceAccount", email, uniqueId };
}

/** Each of a chain must be allowed to stand for the next, the last to do what is asked. */
function demandChain(
  { access }: Cloud,
  chain: Required<Asked> & {
    readonly principal: Principal;
    readonly permission: string;
    readonly toPrincipal: (name: string) => Principal;
  },
): void {
  let { principal } = chain;
  for (const delegate of chain.delegates) {
    access.demand(principal, "iam.serviceAccounts.implicitDelegation", `//iam.googleapis.com/${delegate}`);
    principal = chain.toPrincipal(delegate);
  }
  if (chain.delegates.length === 0) return;
  access.demand(principal, `iam.serviceAccounts.${chain.permission}`, `//iam.googleapis.com/${chain.name}`);
}

function accessToken({ tokens }: Cloud, principal: Principal, { scope = [], lifetime }: GenerateAccessTokenRequest) {
  const seconds = lifetime === undefined ? longestSeconds : Number.parseFloat(lifetime);
  if (!(seconds > 0 && seconds <= longestSeconds)) {
    const message = `The token lifetime must be between 1 and ${longestSeconds} seconds.`;
    throw new ApiError({ code: "INVALID_ARGUMENT", message });
  }
  const { token } = tokens.accessToken({ principal }, { lifetimeSeconds: seconds, scopes: scope });
  const expireTime = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  return { accessToken: token, expireTime };
}

/** @throws ApiError INVALID_ARGUMENT for what is no JSON object, or would be valid for more than twelve hours */
function claimsIn(payload: string): string {
  const invalid = (message: string, cause?: unknown) => new ApiError({ code: "INVALID_ARGUMENT", message, cause });
  let exp: unknown;
  try {
    ({ exp } = JSON.parse(payload) as { exp?: unknown });
  } catch (cause) {
    throw invalid("The payload must be a JSON object of claims.", cause);
  }
  const latest = Date.now() / 1000 + 12 * 3600;
  if (exp !== undefined && !(Number.isInteger(exp) && Number(exp) <= latest)) {
    throw invalid("The exp claim must be an integer at most 12 hours from now.");
  }
  return payload;
}

function unknown(id: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: `Not found; Gaia id not found for email ${id}` });
}
