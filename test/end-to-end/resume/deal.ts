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

/** How many cases meet in one run where they can: what dies while a run recovers is met as well then. */
const meeting = 3;

/**
 * Deals cases into chains: each begins at a snapshot, and goes on from one run to the next that fits. No case comes twice
 * before every other has come.
 */
export function dealChains(undisturbed: Undisturbed, { seed, count, length }: Deal): Chain[] {
  const deck = createDeck(undisturbed, seed);
  const dealt = Array.from({ length: Math.ceil(count / length) }, (_, number): [Round, ...Round[]] => {
    return [deck.takeFirst(number)];
  });
  // In turn, as cards are: light cases would all lie in the first chains.
  while (dealt.flat(2).length < count) {
    for (const [number, rounds] of dealt.entries()) {
      const before = rounds.at(-1)?.[0].boundary.action ?? "down";
      const isWorn = !deck.hasLight("rebuild");
      rounds.push(deck.take(nextAction(before, isWorn, seed, number, rounds.length)));
    }
  }
  return dealt.map((rounds, number) => chainOf(undisturbed, `${seed}/${number}`, rounds));
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
  /** A round begins with what is fixed to its beginning: the client that asks for the run, or the call that a fork stands at. */
  const withFurther = (first: Case, isFork: boolean): Round => {
    const isFixed = isFork || first.victim === "client";
    let round: Round = [first];
    const meets = (one: Case) =>
      one.victim !== "client" &&
      (!isFixed || placeOf(one) > placeOf(first)) &&
      (isFork || !isMadeOnce(one)) &&
      round.every((before) => !isSameCall(before, one));
    while (round.length < meeting) {
      const further = takeIf(first.boundary.action, meets);
      if (!further) break;
      round = [...round, further];
    }
    const [begins, ...others] = round.toSorted((one, other) => placeOf(one) - placeOf(other));
    return [begins ?? first, ...others];
  };
  return {
    /** Whether there is a case left that costs little, and kills a process. */
    hasLight: (action: Action) => rest[action].some(({ victim }) => victim !== "execution" && victim !== "cloud"),
    take: (action: Action) =>
      withFurther(
        takeOne(action, (one) => !isMadeOnce(one)),
        false,
      ),
    /** A fork is cold anyway: to kill all of it costs least at its beginning. */
    takeFirst: (number: number) => {
      const isForked = (one: Case) => one.victim === "cloud" && snapshotOf(undisturbed, one.boundary) !== undefined;
      return withFurther(takeOne(actions[number % actions.length] ?? "up", isForked), true);
    },
  };
}

/** What a removal leaves to Google's holds is found again by the next `up`: only the first of a cloud makes it. */
function isMadeOnce({ boundary: { action, caller } }: Case): boolean {
  return action === "up" && ["alloyrun-services", "alloyrun-network", "alloyrun-peering"].includes(caller);
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
