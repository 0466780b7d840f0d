import { type Code, codes } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { allocations } from "./allocations.ts";
import type { AllocationQuota, Fault, FaultEffect, FaultPlan, FaultTime, RateQuota } from "./plan.ts";
import { createReader, type Reader } from "./reader.ts";

/** A rule as people give it; its id is made up when they give none. */
export type Unnamed<Rule extends { readonly id: string }> = Omit<Rule, "id"> & { readonly id?: string };

/** A plan before its rules have got ids. */
export interface UnnamedPlan {
  readonly faults: readonly Unnamed<Fault>[];
  readonly rates: readonly Unnamed<RateQuota>[];
  readonly limits: readonly Unnamed<AllocationQuota>[];
}

/**
 * Reads a fault plan.
 *
 * @throws ApiError INVALID_ARGUMENT with the path of what is wrong
 */
export function parsePlan(value: Json): UnnamedPlan {
  const reader = createReader(value, "");
  const plan: { readonly [Part in keyof FaultPlan]: readonly Unnamed<FaultPlan[Part][number]>[] } = {
    faults: reader.list("faults").map((item, index) => parseFault(createReader(item, `faults[${index}]`))),
    rates: reader.list("rates").map((item, index) => parseRate(createReader(item, `rates[${index}]`))),
    limits: reader.list("limits").map((item, index) => parseLimit(createReader(item, `limits[${index}]`))),
  };
  reader.end();
  return plan;
}

function parseFault(reader: Reader): Unnamed<Fault> {
  const on = reader.demand("on", reader.choice<Fault["on"]>("on", ["call", "operation", "site"]));
  const when = reader.object("when");
  const fault = {
    id: reader.text("id"),
    on,
    match: reader.demand("match", reader.text("match")),
    resource: reader.text("resource"),
    caller: reader.text("caller"),
    ...(when ? { when: parseTime(when) } : {}),
    effect: parseEffect(reader.demand("effect", reader.object("effect")), on),
  };
  reader.end();
  return present(fault);
}

function parseTime(reader: Reader): FaultTime {
  const time = {
    nth: reader.number("nth", 1),
    share: reader.number("share", 0),
    times: reader.number("times", 1),
    fromSeconds: reader.number("fromSeconds", 0),
    untilSeconds: reader.number("untilSeconds", 0),
  };
  reader.end();
  if (time.share !== undefined && !(time.share > 0 && time.share <= 1)) {
    throw reader.refusal("share", `must be above 0 and at most 1, not ${time.share}`);
  }
  return present(time);
}

const kinds = {
  call: ["error", "close", "timeout", "slow"],
  operation: ["error", "never", "slow"],
  site: ["error", "close", "timeout", "slow"],
} as const;

function parseEffect(reader: Reader, on: Fault["on"]): FaultEffect {
  const kind = reader.demand("kind", reader.choice<FaultEffect["kind"]>("kind", kinds[on]));
  const effect = effectOf(kind, reader, on);
  reader.end();
  return present(effect);
}

function effectOf(kind: FaultEffect["kind"], reader: Reader, on: Fault["on"]): FaultEffect {
  switch (kind) {
    case "error":
      return {
        kind,
        ...toCode(reader),
        message: reader.text("message"),
        reason: reader.text("reason"),
        ...detailsOf(reader),
        after: reader.boolean("after"),
      };
    case "close":
      return { kind, after: reader.boolean("after") };
    case "timeout":
      return { kind, seconds: reader.number("seconds", 0), after: reader.boolean("after") };
    case "never":
      return { kind };
    case "slow": {
      const factor = on === "operation" ? reader.number("factor", 0) : undefined;
      const seconds = reader.number("seconds", 0);
      if (factor === undefined && seconds === undefined) throw reader.refusal("seconds", "is missing");
      return { kind, factor, seconds };
    }
  }
}

function detailsOf(reader: Reader): { readonly details?: readonly JsonObject[] } {
  const details = reader.list("details");
  if (details.length === 0) return {};
  const objects = details.filter(isJsonObject);
  if (objects.length < details.length) throw reader.refusal("details", "must be objects");
  return { details: objects };
}

/** HTTP statuses as people say them, where several codes share one. */
const usual: Readonly<Record<number, Code>> = { 400: "INVALID_ARGUMENT", 409: "ABORTED", 500: "INTERNAL" };

/** A code by its name or by an HTTP status; a status that is no code's own is kept beside the nearest one. */
function toCode(reader: Reader): { readonly code: Code; readonly httpStatus?: number } {
  const given = reader.demand("code", reader.value("code"));
  const httpStatus = reader.number("httpStatus", 400);
  if (typeof given === "string" && given in codes) return { code: given as Code, httpStatus };
  const status = Number(given);
  const named = usual[status] ?? (Object.keys(codes) as Code[]).find((code) => codes[code].http === status);
  if (named) return { code: named, httpStatus };
  if (Number.isInteger(status) && status >= 400 && status <= 599) {
    return { code: status < 500 ? "FAILED_PRECONDITION" : "UNAVAILABLE", httpStatus: status };
  }
  const why = `must be a code such as UNAVAILABLE or an HTTP status, not ${JSON.stringify(given)}`;
  throw reader.refusal("code", why);
}

function parseRate(reader: Reader): Unnamed<RateQuota> {
  const rate = {
    id: reader.text("id"),
    project: reader.text("project") ?? "*",
    match: reader.demand("match", reader.text("match")),
    perMinute: reader.demand("perMinute", reader.number("perMinute", 0)),
    metric: reader.text("metric") ?? "Requests",
  };
  reader.end();
  return present(rate);
}

function parseLimit(reader: Reader): Unnamed<AllocationQuota> {
  const limit = {
    id: reader.text("id"),
    project: reader.text("project") ?? "*",
    metric: reader.demand("metric", reader.choice("metric", Object.keys(allocations))),
    limit: reader.demand("limit", reader.number("limit", 0)),
  };
  reader.end();
  return present(limit);
}

/** Without the fields that were not given, so that a plan told is the plan taken. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
