/**
 * What the fixture charges: a model, after the figures that the service publishes (1 KB read by id 1 request unit and
 * 100 KB 10; 1 KB inserted about 5, replaced about 10; a query not under 2.3). No invoice.
 */
const kilobytes = (bytes: number): number => Math.max(1, bytes / 1_024);

/** Two digits, as the service tells them. */
const rounded = (units: number): number => Math.round(units * 100) / 100;

export const readCharge = (bytes: number): number => rounded(1 + 0.09 * (kilobytes(bytes) - 1));
export const missCharge = 1;
export const insertCharge = (bytes: number): number => rounded(5 + 0.45 * (kilobytes(bytes) - 1));
export const replaceCharge = (bytes: number): number => rounded(10 + 0.9 * (kilobytes(bytes) - 1));
export const deleteCharge = 5;
export const queryCharge = (bytes: number): number => rounded(2.3 + 0.09 * kilobytes(bytes));
export const feedCharge = (bytes: number): number => rounded(1 + 0.09 * (kilobytes(bytes) - 1));
