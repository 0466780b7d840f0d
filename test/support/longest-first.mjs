import DefaultSequencer from "@jest/test-sequencer";

/** Suites that take minutes, the longest first: one that begins late would run alone at the end. */
const longest = [
  ...["resume.long", "gcloud/gcloud.long", "permissions.long", "levels.long", "users.long", "upgrade.long"],
  ...["planned-anew.long", "state.long", "canary.long", "shapes.long", "installation.long", "removal.long"],
];

/** Begins with the longest suites, since a fresh clone does not know yet how long each takes. */
export default class LongestFirst extends DefaultSequencer {
  sort(tests) {
    const rankOf = ({ path }) => {
      const rank = longest.findIndex((name) => path.includes(`/${name}.test.ts`));
      return rank < 0 ? longest.length : rank;
    };
    return super.sort(tests).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
