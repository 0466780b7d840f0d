import { installationFunctions } from "../../../deploy/installation.ts";
import type { Decision } from "../../../local/access/access.ts";
import type { Api } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import type { HttpResponse } from "../../../local/http.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { apisAskedThrough } from "./asked-through.ts";
import { keyOf, rightOf } from "./grants.ts";

/** What became of whoever lacked a right at the moment when it was needed. */
export interface Taken {
  readonly key: string;
  /**
   * `failed`: what was asked for, and the answer names what is missing; `unnamed`: the same, and it does not; `again`: it was
   * tried again by itself until it came through; `went on`: it ended well without.
   */
  readonly outcome: "failed" | "unnamed" | "again" | "went on";
  /** What was answered, or how the run ended. */
  readonly said: string;
}

/** Takes rights away, each once, at the first moment when nothing else would have let a request through. */
export interface TakeAway {
  /** APIs through which functions are asked once more when they failed because of it. */
  readonly apis: readonly ((cloud: Cloud) => Api)[];
  start(local: LocalCloud): void;
  /** Takes nothing from now on. */
  stop(): void;
  /** Every right that was taken and given back. */
  taken(): readonly Taken[];
  /** Whether something was refused on purpose: `{who} {permission} {resource}`. */
  refused(line: string): boolean;
  /**
   * Gives back what accounts lack that are no function's own, such as the workflow's; a run that needs it cannot get past.
   *
   * @param said how what was asked for meanwhile ended
   * @returns what was away, which makes it worth asking again
   */
  giveBack(said: { readonly failed: boolean; readonly text: string }): readonly string[];
}

interface Lacked {
  readonly key: string;
  readonly permission: string;
}

interface Away extends Lacked {
  readonly holder: string;
  /** What the same calls were refused beside, so that it is still to be asked for when its own turn comes. */
  readonly beside: Map<string, Lacked>;
  /** Calls of the holder's function that may have met the refusal and have not ended. */
  readonly calls: Set<object>;
}

/** Rights of a list that were not taken from anybody who then failed, or went on asking until it had them. */
export function untaken(rights: readonly string[], takeAway: TakeAway): readonly string[] {
  const felt = takeAway.taken().filter(({ outcome }) => outcome !== "went on");
  return rights.filter((key) => !felt.some((one) => one.key === key));
}

/** Which rights are taken of accounts that are no function's own. */
export interface Others {
  /** Whether a right may be taken at this moment: each costs a run. */
  readonly mayTake: (key: string) => boolean;
  /** Those that whoever needs them tries again with by itself; they are taken once, for a moment, and cost no run. */
  readonly isTriedAgain: (key: string) => boolean;
}

/** Takes rights of a project's accounts. */
export function createTakeAway(project: string, { mayTake, isTriedAgain }: Others): TakeAway {
  const holders = new Map(installationFunctions(project).map(({ id, account }) => [id, account]));
  const accounts = new Set(holders.values());
  const seen = new Set<string>();
  const refused = new Set<string>();
  const ended: Taken[] = [];
  const calling = new Map<string, Set<object>>();
  /** Calls that met a refusal which another call was the first to end of. */
  const met = new WeakSet<object>();
  const once = new Map<string, boolean>();
  let away: Away[] = [];
  let end = () => {};

  function picks(decision: Decision): boolean {
    const [only, ...others] = decision.grants;
    const { principal, permission, resource } = decision;
    if (!only || others.length > 0 || !principal.endsWith(`@${project}.iam.gserviceaccount.com`)) return false;
    const lacked = { key: keyOf(rightOf(decision, only)), permission };
    const isRefused = accounts.has(principal) ? picksOfFunction(lacked, principal) : picksOfOther(lacked, principal);
    if (isRefused) refused.add(`${principal} ${permission} ${resource}`);
    return isRefused;
  }

  function picksOfFunction({ key, permission }: Lacked, holder: string): boolean {
    const calls = calling.get(holder) ?? new Set();
    const present = away.find((one) => one.holder === holder);
    if (present && (present.key === key || !seen.has(key))) {
      if (present.key !== key) present.beside.set(key, { key, permission });
      for (const each of calls) present.calls.add(each);
      return true;
    }
    if (present || seen.has(key) || calls.size === 0) return false;
    seen.add(key);
    away.push({ key, permission, holder, beside: new Map(), calls: new Set(calls) });
    return true;
  }

  function picksOfOther({ key, permission }: Lacked, holder: string): boolean {
    if (isTriedAgain(key)) {
      if (once.get(key) === true) ended.push({ key, outcome: "again", said: "" });
      const isFirst = !once.has(key);
      once.set(key, isFirst);
      return isFirst;
    }
    // Branches of a run lack theirs beside each other: what is made but once would else pass while another lacks its own.
    if (away.some((one) => one.key === key)) return true;
    if (seen.has(key) || !mayTake(key)) return false;
    seen.add(key);
    away.push({ key, permission, holder, beside: new Map(), calls: new Set() });
    return true;
  }

  function settle(one: Away, { failed, text }: { readonly failed: boolean; readonly text: string }): void {
    away = away.filter((other) => other !== one);
    for (const each of one.calls) met.add(each);
    const isNamed = ({ permission }: Lacked) => text.toLowerCase().includes(permission.toLowerCase());
    const named = failed ? [one, ...one.beside.values()].find(isNamed) : undefined;
    const { key } = named ?? one;
    if (key !== one.key) seen.delete(one.key);
    seen.add(key);
    ended.push({ key, outcome: failed ? (named ? "failed" : "unnamed") : "went on", said: text.slice(0, 400) });
  }

  /** Asks a function as if it were called by somebody who asks again when it could not do it. */
  async function call(holder: string, ask: () => Promise<HttpResponse>): Promise<HttpResponse> {
    for (;;) {
      const mine = {};
      const calls = calling.get(holder) ?? new Set();
      calling.set(holder, calls.add(mine));
      const answer = await ask().finally(() => calls.delete(mine));
      const lacking = away.filter((one) => one.calls.delete(mine));
      const said = { failed: answer.status >= 400, text: answer.body.toString() };
      for (const one of lacking) if (said.failed || one.calls.size === 0) settle(one, said);
      if (!said.failed || (lacking.length === 0 && !met.has(mine))) return answer;
    }
  }

  return {
    apis: apisAskedThrough([...holders.keys()], (id, ask) => call(holders.get(id) ?? "", ask)),
    start(local) {
      end = local.cloud.access.withhold(picks);
    },
    stop: () => end(),
    taken: () => ended,
    refused: (line) => refused.has(line),
    giveBack(said) {
      const lost = away.filter(({ holder }) => !accounts.has(holder));
      const isNamed = ({ permission }: Lacked) => said.text.toLowerCase().includes(permission.toLowerCase());
      const felt = said.failed && lost.some(isNamed) ? lost.filter(isNamed) : lost;
      for (const one of felt) settle(one, said);
      // Of the others nobody can tell whether the run would have failed for want of them alone: they are taken again.
      for (const { key } of away.filter((one) => lost.includes(one))) seen.delete(key);
      away = away.filter((one) => !lost.includes(one));
      return lost.map(({ key }) => key);
    },
  };
}
