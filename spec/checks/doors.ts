import { shortestLifeSeconds, toSeconds } from "../duration.ts";
import { passwordEndings } from "../names.ts";
import type { Finding } from "../problem.ts";
import type { EnvironmentFile } from "../schema.ts";

type Section = EnvironmentFile["spec"];
type Ticket = Section["tickets"][number];

/** Checks webhooks: that addresses are some, and that what tickets ask for fits together. */
export function checkDoors({ spec }: EnvironmentFile): Finding[] {
  const names = spec.tickets.map(({ name }) => name);
  return [
    ...checkWebhook(spec.notify),
    ...checkSecret(spec.notify.webhook?.secret, ["spec", "notify", "webhook"]),
    ...spec.tickets.flatMap((ticket, index) => {
      const path = ["spec", "tickets", index];
      const isTaken = names.indexOf(ticket.name) < index;
      const twice = { path: [...path, "name"], message: `${ticket.name} is taken`, fix: "give each a name of its own" };
      return [
        ...(isTaken ? [twice] : []),
        ...checkSecret(ticket.secret, path),
        ...checkAction(ticket, path),
        ...checkLife(ticket, path, spec.policy),
        ...checkBoth(ticket, path),
        ...checkRequester(ticket, path, spec.policy),
      ];
    }),
  ];
}

function checkWebhook({ webhook }: Section["notify"]): Finding[] {
  if (!webhook || URL.canParse(webhook.url)) return [];
  const path = ["spec", "notify", "webhook", "url"];
  return [{ path, message: "is no address", fix: "write for example https://tickets.example.com/alloyrun" }];
}

/** No function that is called from outside reads what may be an environment's password. */
function checkSecret(named: Ticket["secret"] | undefined, path: readonly PropertyKey[]): Finding[] {
  const ending = passwordEndings.find((end) => named?.secret.endsWith(end));
  if (!ending) return [];
  const message = `ends with ${ending}, as passwords of databases do, which are not readable for webhooks`;
  return [{ path: [...path, "secret", "secret"], message, fix: "name a secret of another ending" }];
}

/** What a fixed action never takes would have every ticket refused. */
function checkAction({ fields, values }: Ticket, path: readonly PropertyKey[]): Finding[] {
  const { action } = values;
  if (action === undefined && fields.action === undefined) {
    return [{ path, message: "does not say what tickets ask for", fix: "add values: { action: up }" }];
  }
  if (action === undefined) return [];
  const findings: Finding[] = [];
  for (const [key, wants] of [
    ["level", "rebuild"],
    ["timeToLive", "up"],
  ] as const) {
    const place = values[key] !== undefined ? "values" : fields[key] !== undefined ? "fields" : undefined;
    if (place === undefined || action === wants) continue;
    const at = [...path, place, key];
    findings.push({ path: at, atKey: true, message: `is only for action ${wants}`, fix: "remove it" });
  }
  return findings;
}

/** What is always refused, because it ends what is protected, or ends before it is used. */
function checkLife(
  { fields, values }: Ticket,
  path: readonly PropertyKey[],
  { protect }: Section["policy"],
): Finding[] {
  const place = values.timeToLive !== undefined ? "values" : "fields";
  const at = [...path, place, "timeToLive"];
  if (protect && (values.timeToLive ?? fields.timeToLive) !== undefined) {
    const fix = "remove it, or write protect: false";
    return [{ path: at, atKey: true, message: "removes what protect keeps", fix }];
  }
  if (values.timeToLive === undefined || toSeconds(values.timeToLive) >= shortestLifeSeconds) return [];
  const message = `${values.timeToLive} is shorter than it takes to be built and used`;
  return [{ path: at, message, fix: "write 1h or more" }];
}

function checkBoth({ fields, values }: Ticket, path: readonly PropertyKey[]): Finding[] {
  return Object.keys(values)
    .filter((key) => Object.hasOwn(fields, key))
    .map((key) => ({
      path: [...path, "values", key],
      atKey: true,
      message: "is given below fields too",
      fix: "keep it in one of the two",
    }));
}

/** Whoever asked may not approve, so it must be known who did. */
function checkRequester({ fields }: Ticket, path: readonly PropertyKey[], { approval }: Section["policy"]): Finding[] {
  if (approval.when.length === 0 || fields.requestedBy !== undefined) return [];
  const message = "does not say who asks, although whoever asks may not approve";
  return [{ path, message, fix: "add fields: { requestedBy: /requested_for/email }" }];
}
