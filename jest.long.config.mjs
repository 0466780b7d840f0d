import config from "./jest.config.mjs";

export default {
  ...config,
  testMatch: ["<rootDir>/test/**/*.long.test.ts"],
  testSequencer: "<rootDir>/test/support/longest-first.mjs",
  testPathIgnorePatterns: ["/node_modules/"],
  // One more than the short ones have: each waits now and then for what cannot be hurried, and would leave a core idle.
  maxWorkers: 3,
  testTimeout: 600_000,
};
