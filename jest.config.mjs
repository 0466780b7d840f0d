export default {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "./test/support/strip-types.mjs" },
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "\\.long\\.test\\.ts$"],
  globalSetup: "<rootDir>/test/support/shared-folder.mjs",
  maxWorkers: 2,
  // Generous, because suites start real processes and the machine may be busy; nothing asserts how long they take.
  testTimeout: 60000,
};
