const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/** Tells whether an amount fits a signed 64-bit integer. */
export function isInt64(amount: bigint): boolean {
  return amount >= smallest && amount <= largest;
}
