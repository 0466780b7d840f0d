import { ApiError } from "../error.ts";
import { type HttpResponse, jsonResponse } from "../http.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { Model } from "../model/model.ts";
import { unserved } from "../unserved.ts";
import { parseSelection, selectFields } from "./partial-response.ts";

/** How a caller wants an answer written, told by the query parameters that every method takes. */
export interface AnswerForm {
  readonly enumsAsNumbers: boolean;
  readonly isPretty: boolean;
  /** Part of the answer that is wanted; all unless given. */
  readonly fields?: ReturnType<typeof parseSelection>;
}

/**
 * Reads the parameters; each may be spelled with a dollar sign.
 *
 * @throws ApiError for a form that no answer has
 * @see https://cloud.google.com/apis/docs/system-parameters
 */
export function readForm({ searchParams }: URL): AnswerForm {
  const value = (name: string) => searchParams.get(`$${name}`) ?? searchParams.get(name) ?? undefined;
  const alt = value("alt") ?? "json";
  const [format, encoding = ""] = alt.split(";");
  if (format === "proto") {
    throw unserved("answers.proto", "Answers are JSON here: alt=proto is not served; speak gRPC instead.");
  }
  if (format !== "json" && format !== "media") {
    const message = `Invalid value for parameter alt: ${alt}`;
    throw new ApiError({ code: "INVALID_ARGUMENT", reason: "invalidParameter", message });
  }
  const fields = value("fields");
  return {
    enumsAsNumbers: encoding === "enum-encoding=int",
    isPretty: /^(?:true|1)$/i.test(value("prettyPrint") ?? value("pp") ?? ""),
    ...(fields ? { fields: parseSelection(fields) } : {}),
  };
}

/** An answer as its caller wants it. */
export function formAnswer(
  model: Model,
  { answer, type, form }: { readonly answer: JsonObject; readonly type: string | undefined; readonly form: AnswerForm },
): HttpResponse {
  const shown = form.fields ? selectFields(model, type, answer, form.fields) : answer;
  const response = jsonResponse(200, shown);
  return form.isPretty ? { ...response, body: Buffer.from(`${JSON.stringify(shown, null, 2)}\n`) } : response;
}

/** The answer of an upload in the form wanted; anything that is no JSON stays as it is. */
export function formRaw(model: Model, response: HttpResponse, form: AnswerForm): HttpResponse {
  const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
  if (!form.fields || !isJson || response.status !== 200) return response;
  const answer: unknown = JSON.parse(response.body.toString());
  return isJsonObject(answer) ? formAnswer(model, { answer, type: undefined, form }) : response;
}
