import { ApiError } from "../error.ts";
import type { HttpResponse } from "../http.ts";
import { noBucket } from "./error.ts";

/** What an error of the XML API tells. */
export interface XmlErrorFields {
  readonly status: number;
  /** For example `SignatureDoesNotMatch`. */
  readonly code: string;
  readonly message: string;
  /** Further elements by their names. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A refusal that only the XML API has. */
export class XmlError extends Error {
  readonly fields: XmlErrorFields;

  constructor(fields: XmlErrorFields) {
    super(fields.message);
    this.name = "XmlError";
    this.fields = fields;
  }
}

/**
 * The answer of the XML API for a refusal, which objects have at their plain URLs.
 *
 * @see https://cloud.google.com/storage/docs/xml-api/reference-status
 */
export function xmlResponse(caught: unknown): HttpResponse {
  const { status, code, message, details = {} } = fieldsOf(caught);
  if (status === 304) return { status, headers: {}, body: Buffer.alloc(0) };
  const elements = Object.entries({ Code: code, Message: message, ...details });
  const body = elements.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join("");
  const text = `<?xml version='1.0' encoding='UTF-8'?><Error>${body}</Error>`;
  return { status, headers: { "content-type": "application/xml; charset=UTF-8" }, body: Buffer.from(text) };
}

function fieldsOf(caught: unknown): XmlErrorFields {
  if (caught instanceof XmlError) return caught.fields;
  if (!(caught instanceof ApiError)) throw caught;
  const { httpStatus: status, message } = caught;
  switch (status) {
    case 401:
    case 403:
      return { status: 403, code: "AccessDenied", message: "Access denied.", details: { Details: message } };
    case 404:
      return message === noBucket().message
        ? { status, code: "NoSuchBucket", message }
        : { status, code: "NoSuchKey", message: "The specified key does not exist.", details: { Details: message } };
    case 412:
      return { status, code: "PreconditionFailed", message };
    case 429:
      return { status, code: "SlowDown", message };
    case 400:
      return { status, code: "InvalidArgument", message: "Invalid argument.", details: { Details: message } };
    default:
      return { status, code: "InternalError", message };
  }
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char] ?? char);
}
