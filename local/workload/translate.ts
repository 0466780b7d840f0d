import type { Translation } from "../fabric.ts";

/** The spellings of "this machine" that mean the instance itself inside a container. */
const ownSpellings = ["127.0.0.1", "localhost", "0.0.0.0"] as const;

/** What an address is replaced by, for one instance. */
export type AddressTable = Readonly<Record<string, string>>;

/** The table of an instance: its own spellings mean its loopback address, private addresses where it finds them. */
export function addressTable(address: string, translations: readonly Translation[]): AddressTable {
  return {
    ...Object.fromEntries(ownSpellings.map((spelling) => [spelling, address])),
    ...Object.fromEntries(translations.map(({ privateAddress, loopback }) => [privateAddress, loopback])),
  };
}

/**
 * Replaces whole addresses in an argument or an environment value: alone, with a port, after `=`, in a list, and as
 * the host of a URL or of a connection string. An address inside a longer word or number stays.
 */
export function translateAddresses(text: string, table: AddressTable): string {
  return text.replace(addressPattern, (found) => table[found] ?? found);
}

const addressPattern = /(?<=^|[=,@"]|:\/\/)(?:localhost|\d{1,3}(?:\.\d{1,3}){3})(?=$|[:/,?#"\s])/g;
