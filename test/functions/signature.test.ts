import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isRecent, isSignedBy, parseSignature, signatureOf } from "../../functions/signature.ts";

const signed = { secret: "secret", time: 1_767_225_600, body: '{"number":"CHG1"}' };

function check(header: string, { secret, body }: { readonly secret: string; readonly body: string | Uint8Array }) {
  const signature = parseSignature(header);
  return signature !== undefined && isSignedBy(signature, { secret, body });
}

describe("signatureOf", () => {
  it("is HMAC-SHA256 of time and body, as any other program makes it", () => {
    // printf '1767225600.{"number":"CHG1"}' | openssl dgst -sha256 -hmac secret
    const mac = "5899c6f699e0f9e808330f4735256d2a6eaccaff42a9f7771d729196c20b5932";
    expect(signatureOf(signed)).toBe(`t=1767225600,v1=${mac}`);
  });
});

describe("isSignedBy", () => {
  it("believes exactly what was signed, by whom and when", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.uint8Array(), fc.nat(), (secret, time, body, flip) => {
        const header = signatureOf({ secret, time, body });
        expect(check(header, { secret, body })).toBe(true);
        expect(check(header, { secret: `${secret}x`, body })).toBe(false);
        expect(check(header.replace(`t=${time}`, `t=${time + 1}`), { secret, body })).toBe(false);
        const changed = Uint8Array.from([...body, flip % 256]);
        expect(check(header, { secret, body: changed })).toBe(false);
      }),
    );
  });

  it("believes one of several, so that a secret can be changed without a gap", () => {
    const other = signatureOf({ ...signed, secret: "former" }).replace(/^t=\d+,/, "");
    expect(check(`${signatureOf(signed)},${other}`, signed)).toBe(true);
    expect(check(`${signatureOf(signed)},${other}`, { ...signed, secret: "former" })).toBe(true);
  });
});

describe("parseSignature", () => {
  it.each([undefined, "", "t=1", `v1=${"0".repeat(64)}`, `t=1,t=2,v1=${"0".repeat(64)}`, "t=1,v1=00", "x".repeat(501)])(
    "takes %j for none",
    (header) => {
      expect(parseSignature(header)).toBeUndefined();
    },
  );
});

describe("isRecent", () => {
  it("lets clocks differ by five minutes, either way", () => {
    expect([700, 1300].map((time) => isRecent(time, 1000))).toEqual([true, true]);
    expect([699, 1301].map((time) => isRecent(time, 1000))).toEqual([false, false]);
  });
});
