import config from "./jest.config.mjs";

export default {
  ...config,
  testMatch: ["<rootDir>/test/**/*.long.test.ts"],
  testSequencer: "<rootDir>/test/support/longest-first.mjs",
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 600_000,
};
