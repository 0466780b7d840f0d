import type { HttpResponse } from "../../http.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { CallbackRequest } from "./host.ts";
import type { Codec } from "./journal.ts";

/** For waits that give nothing. */
export const nothingCodec: Codec<void> = { toJson: () => null, fromJson: () => undefined };

/** HTTP responses, with bodies in base64. */
export const responseCodec: Codec<HttpResponse> = {
  toJson: ({ status, headers, body }) => ({ status, headers, body: body.toString("base64") }),
  fromJson(json) {
    const { status, headers, body } = toObject(json);
    return { status: Number(status), headers: toTexts(headers), body: toBytes(body) };
  },
};

/** Requests to callback endpoints; null when none came in time. */
export const callbackCodec: Codec<CallbackRequest | undefined> = {
  toJson(request) {
    if (!request) return null;
    const { method, url, headers, body, receivedTime } = request;
    return { method, url: url.href, headers, body: body.toString("base64"), receivedTime };
  },
  fromJson(json) {
    if (json === null) return undefined;
    const { method, url, headers, body, receivedTime } = toObject(json);
    return {
      method: String(method),
      url: new URL(String(url)),
      headers: toTexts(headers),
      body: toBytes(body),
      receivedTime: String(receivedTime),
    };
  },
};

function toObject(json: Json): JsonObject {
  if (isJsonObject(json)) return json;
  throw new Error("the journal holds an entry of another kind");
}

function toTexts(json: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(toObject(json ?? {})).map(([name, value]) => [name, String(value)]));
}

function toBytes(json: Json | undefined): Buffer {
  return Buffer.from(String(json ?? ""), "base64");
}
