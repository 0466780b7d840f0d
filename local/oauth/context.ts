import { type AccountKeys, openAccountKeys } from "../access/account-keys.ts";
import type { Tokens } from "../access/tokens.ts";
import { type HttpResponse, jsonResponse } from "../http.ts";
import type { Store } from "../store.ts";

/** A service account as far as tokens concern it. */
export interface AccountState {
  readonly email: string;
  readonly uniqueId: string;
  readonly disabled?: boolean;
}

/** What Google's identity pages are answered from. */
export interface OAuthContext {
  readonly tokens: Tokens;
  readonly accountKeys: AccountKeys;
  /** The service account of an e-mail or unique id. */
  readonly account: (id: string) => AccountState | undefined;
}

/** Makes what the identity pages are answered from. */
export function createOAuthContext(store: Store, tokens: Tokens): OAuthContext {
  const accounts = store.collection<AccountState>("iam.serviceAccounts");
  return {
    tokens,
    accountKeys: openAccountKeys(store),
    account: (id) => accounts.get(id) ?? accounts.list().find(([, { uniqueId }]) => uniqueId === id)?.[1],
  };
}

/**
 * A refusal in the form of OAuth 2.0.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
 */
export function oauthError(error: string, description: string, status = 400): HttpResponse {
  return jsonResponse(status, { error, error_description: description });
}
