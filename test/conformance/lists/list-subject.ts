import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { type RestAnswer, rest, testProject } from "../../support/local-cloud.ts";
import { plausibleLine } from "../malformed/request-line.ts";
import { label, type Subject, subjectsOf } from "../malformed/subject.ts";

/** A list that is given in pages, under the names that its API has for them. */
export interface ListSubject {
  readonly title: string;
  readonly subject: Subject;
  readonly tokenField: "pageToken" | "continue";
  readonly sizeField: string;
  /** Whether the request has a field. */
  has(field: string): boolean;
}

const model = loadModel();

/** Every list that a local cloud serves: what takes the token of a page. */
export function listsOf(local: LocalCloud): ListSubject[] {
  return subjectsOf(local, model).flatMap((subject) => {
    const fields = model.messages[subject.method.request]?.fields ?? {};
    const tokenField = (["pageToken", "continue"] as const).find((name) => name in fields);
    const sizeField = ["pageSize", "maxResults", "limit"].find((name) => name in fields);
    if (!subject.route || !tokenField || !sizeField) return [];
    return { title: label(subject), subject, tokenField, sizeField, has: (field: string) => field in fields };
  });
}

/** A list as it is asked for with arguments, and perhaps of another project. */
export interface Asked {
  readonly arguments: { readonly [argument: string]: string | number };
  readonly project?: string;
}

/** Asks for a list, with its arguments in whichever part of the request the API takes them. */
export function askList(local: LocalCloud, { subject }: ListSubject, asked: Asked): Promise<RestAnswer> {
  const { target, body } = plausibleLine(model, subject);
  const inProject = (text: string) => text.replaceAll(testProject, asked.project ?? testProject);
  if (body !== undefined) {
    // Logs are kept of projects, which the definition does not say.
    const named = subject.host === "logging.googleapis.com" ? { resourceNames: [`projects/${testProject}`] } : {};
    const sent = JSON.stringify({ ...(body as JsonObject), ...named, ...asked.arguments });
    return rest(local, inProject(target), { body: inProject(sent) });
  }
  const query = Object.entries(asked.arguments).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
  return rest(local, `${inProject(target)}${query.join("")}`);
}
