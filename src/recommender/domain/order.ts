/** Compares ids by their UTF-16 code units: the same everywhere, unlike a locale's order. */
export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
