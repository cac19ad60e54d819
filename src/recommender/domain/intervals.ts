/** Intervals of shares and of the difference between two of them, at 95 %. Pure. */

export interface Count {
  readonly hits: number;
  readonly of: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % point. */
const z = 1.959963984540054;

/**
 * Where a share lies; null of nothing. Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
 * Inference", Journal of the American Statistical Association 22 (1927), 209-212.
 */
export function shareInterval({ hits, of }: Count): Interval | null {
  if (of === 0) return null;
  const share = hits / of;
  const shrunk = 1 + z ** 2 / of;
  const middle = (share + z ** 2 / (2 * of)) / shrunk;
  const half = (z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))) / shrunk;
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Where share of a less share of b lies, of two independent counts; null where either is of nothing. Source:
 * R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
 * Statistics in Medicine 17 (1998), 873-890, method 10.
 */
export function differenceInterval(a: Count, b: Count): Interval | null {
  const [ofA, ofB] = [shareInterval(a), shareInterval(b)];
  if (ofA === null || ofB === null) return null;
  const [shareA, shareB] = [a.hits / a.of, b.hits / b.of];
  const difference = shareA - shareB;
  return {
    low: difference - Math.hypot(shareA - ofA.low, ofB.high - shareB),
    high: difference + Math.hypot(ofA.high - shareA, shareB - ofB.low),
  };
}
