import { describe, expect, it } from "@jest/globals";
import { toLine } from "../../../google/clients/logging.ts";

describe("toLine", () => {
  it.each([
    ["a line of text", { textPayload: "hello\n" }, "hello"],
    ["the message of a structured line", { jsonPayload: { message: "hello", file: "1.sql" } }, "hello"],
    ["a structured line without a message as JSON", { jsonPayload: { a: 1 } }, '{"a":1}'],
    ["nothing of an entry without either", {}, ""],
  ])("gives %s", (_, entry, line) => {
    expect(toLine(entry)).toBe(line);
  });
});
