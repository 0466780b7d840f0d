import { describe, expect, it } from "@jest/globals";
import { addressTable, translateAddresses } from "../../../local/workload/translate.ts";

const table = addressTable("127.9.0.2", [{ privateAddress: "10.0.0.2", loopback: "127.9.0.7" }]);

describe("translateAddresses", () => {
  it.each([
    ["127.0.0.1", "127.9.0.2"],
    ["localhost:5432", "127.9.0.2:5432"],
    ["--address=0.0.0.0", "--address=127.9.0.2"],
    ["postgres://app:pw@10.0.0.2:5432/db?x=1", "postgres://app:pw@127.9.0.7:5432/db?x=1"],
    ["http://10.0.0.2/path", "http://127.9.0.7/path"],
    ["host=10.0.0.2 port=5432", "host=127.9.0.7 port=5432"],
    ["10.0.0.2,localhost", "127.9.0.7,127.9.0.2"],
    ['{"host":"10.0.0.2"}', '{"host":"127.9.0.7"}'],
  ])("replaces the whole address in %s", (text, expected) => {
    expect(translateAddresses(text, table)).toBe(expected);
  });

  it.each(["10.0.0.20", "110.0.0.2", "10.0.0.2.example.com", "mylocalhost", "localhost.example.com", "at 10.0.0.2"])(
    "leaves %s",
    (text) => expect(translateAddresses(text, table)).toBe(text),
  );
});
