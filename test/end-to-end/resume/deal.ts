import { type Action, drawOf } from "./boundary.ts";
import { type Case, drawCases } from "./case.ts";
import { type Chain, chainOf } from "./chain.ts";
import type { Round } from "./round.ts";
import { snapshotOf, type Undisturbed } from "./undisturbed.ts";

/** How many cases are dealt, and into what. */
export interface Deal {
  readonly seed: string;
  readonly count: number;
  /** How many cases a chain has. */
  readonly length: number;
}

/**
 * Deals cases into chains: each begins at a snapshot, and goes on from one run to the next that fits. Two cases meet in each
 * run where they can, for what dies while a run recovers is met as well then. No case comes twice before every other has
 * come.
 */
export function dealChains(undisturbed: Undisturbed, { seed, count, length }: Deal): Chain[] {
  const deck = createDeck(undisturbed, seed);
  const chains: Chain[] = [];
  for (let left = count; left > 0; left -= length) {
    const number = chains.length;
    const rounds: [Round, ...Round[]] = [deck.takeFirst(number)];
    while (rounds.flat().length < Math.min(length, left)) {
      const before = rounds.at(-1)?.[0].boundary.action ?? "down";
      const isWorn = !deck.hasLight("rebuild");
      rounds.push(deck.take(nextAction(before, isWorn, seed, number, rounds.length)));
    }
    chains.push(chainOf(undisturbed, `${seed}/${number}`, rounds));
  }
  return chains;
}

function createDeck(undisturbed: Undisturbed, seed: string) {
  const drawn = drawCases(undisturbed.cases, seed);
  const rest = { up: [...drawn.up], rebuild: [...drawn.rebuild], down: [...drawn.down] };
  const takeIf = (action: Action, fits: (one: Case) => boolean): Case | undefined => {
    const index = rest[action].findIndex(fits);
    return index < 0 ? undefined : rest[action].splice(index, 1)[0];
  };
  const takeOne = (action: Action, fits = (_one: Case) => true): Case => {
    if (rest[action].length === 0) rest[action] = [...drawn[action]];
    const one = takeIf(action, fits) ?? takeIf(action, () => true);
    if (!one) throw new Error(`there is no case for ${action}`);
    return one;
  };
  const placeOf = ({ boundary }: Case) => undisturbed.boundaries.indexOf(boundary);
  const follows = (first: Case, one: Case) =>
    placeOf(one) > placeOf(first) && one.victim !== "client" && !isSameCall(first, one);
  const withSecond = (first: Case): Round => {
    const second = takeIf(first.boundary.action, (one) => follows(first, one));
    return second ? [first, second] : [first];
  };
  return {
    /** Whether there is a case left that costs little, and kills a process. */
    hasLight: (action: Action) => rest[action].some(({ victim }) => victim !== "execution" && victim !== "cloud"),
    take: (action: Action) => withSecond(takeOne(action)),
    /** A fork is cold anyway: to kill all of it costs least at its beginning. */
    takeFirst: (number: number) => {
      const isForked = (one: Case) => one.victim === "cloud" && snapshotOf(undisturbed, one.boundary) !== undefined;
      return withSecond(takeOne(actions[number % actions.length] ?? "up", isForked));
    },
  };
}

/** Which of two calls of one kind is held could not be told once the first has disturbed the run. */
function isSameCall(one: Case, other: Case): boolean {
  return one.boundary.caller === other.boundary.caller && one.boundary.method === other.boundary.method;
}

const actions = ["rebuild", "up", "down"] as const;

/** A rebuild is the cheapest run, and has most to lose: it comes often, for as long as its light cases last. */
function nextAction(before: Action, isWorn: boolean, ...draw: readonly (string | number)[]): Action {
  if (before === "down") return "up";
  return !isWorn && drawOf("action", ...draw) < 0.65 ? "rebuild" : "down";
}
