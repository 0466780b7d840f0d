import { type Family, families, type Verb, verbs } from "./families.ts";

/** A command that must be replayed, and what its requests must come to. */
export interface Row {
  /** `{api}: {command}` */
  readonly name: string;
  /** Host that it is sent to, or one that ends with it. */
  readonly host: string;
  /** One of its requests must have one of these. */
  readonly methods: readonly string[];
}

/** HTTP methods by which a verb may do what it says. */
const methodsOf: Readonly<Record<Verb, readonly string[]>> = {
  create: ["POST", "PUT"],
  describe: ["GET"],
  list: ["GET"],
  update: ["PATCH", "PUT", "POST"],
  // Some APIs remove by a method of another name.
  delete: ["DELETE", "POST"],
};

/** Commands on a policy. */
const bindingWords = ["get-iam-policy", "add-iam-policy-binding", "remove-iam-policy-binding"];

/** Every family's verbs in gcloud's words, what is done with it besides, and the bindings of its policy. */
export const commandRows: readonly Row[] = families.flatMap(toRows);

/** Loops and rules that hold for every command, and refusals, which a verb alone does not ask for. */
export const ruleRows: readonly string[] = [
  "compute: several resources in one batch",
  "compute: an operation that ends in an error",
  "cloudresourcemanager: a policy that somebody changed meanwhile",
  "cloudbuild: the bucket of builds submit",
  "run: a service that version 1 refuses",
  "rules: compute's wait is a long poll with an empty body",
  "rules: an operation is looked at until it is done",
  "rules: an operation that ends in an error says so with HTTP 200",
  "rules: 404 and 409 in the envelopes of two families",
  "rules: a create that took effect before its 503 is sent again and meets its own 409",
  "rules: a look at an operation that fails is repeated",
  "rules: too many requests, in the envelopes of two families",
  "rules: a request without credentials",
  "rules: Python's booleans and parameters of every method",
  "rules: a project's number stands for its id",
];

function toRows(family: Family): Row[] {
  const { without = {}, besides = [], bindings } = family;
  const served = verbs.filter((verb) => without[verb] === undefined);
  return [
    ...served.flatMap((verb) =>
      (family.spelled?.[verb] ?? [verb]).map((words) => toRow(family, words, methodsOf[verb])),
    ),
    ...besides.map((words) => toRow(family, words, ["GET", "POST"])),
    ...(bindings ? bindingWords.map((words) => toRow(family, words, ["GET", "POST"])) : []),
  ];
}

function toRow({ api, command }: Family, words: string, methods: readonly string[]): Row {
  return { name: `${api}: ${command} ${words}`, host: `${api}.googleapis.com`, methods };
}
