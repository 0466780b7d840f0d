import config from "./jest.config.mjs";

export default {
  ...config,
  testMatch: ["<rootDir>/test/**/*.long.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 600_000,
};
