import config from "./jest.config.mjs";

export default {
  ...config,
  testMatch: ["<rootDir>/test/**/*.long.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  testTimeout: 600_000,
};
