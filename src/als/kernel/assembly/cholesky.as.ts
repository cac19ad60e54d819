import { nmadd, splat64 } from './simd.as';

/**
 * U'U = A in place, tile by tile of 4 x 4. A is upper, row-major, `leading` doubles a row, k a multiple of 4; column k
 * is the right-hand side. Each element subtracts its products with t ascending and is then multiplied by 1 / sqrt of its
 * pivot, as in the textbook's loop. Answers whether every pivot was positive.
 */
export function factorise(A: usize, k: i32, leading: i32): bool {
  const row: usize = (<usize>leading) << 3;
  for (let j = 0; j < k; j += 4) {
    for (let i = j; i <= k; i += 4) tile(A, j, i, row);
  }
  for (let j = 0; j < k; j++) {
    const inverse = load<f64>(A + <usize>j * (row + 8));
    if (!(inverse >= 0 && inverse < Infinity)) return false;
  }
  return true;
}

/** Rows j to j + 3 of columns i to i + 3. */
function tile(A: usize, j: i32, i: i32, row: usize): void {
  const R = A + <usize>j * row + ((<usize>i) << 3);
  const R1 = R + row;
  const R2 = R1 + row;
  const R3 = R2 + row;
  let r00 = v128.load(R);
  let r01 = v128.load(R, 16);
  let r10 = v128.load(R1);
  let r11 = v128.load(R1, 16);
  let r20 = v128.load(R2);
  let r21 = v128.load(R2, 16);
  let r30 = v128.load(R3);
  let r31 = v128.load(R3, 16);
  let p = A + ((<usize>j) << 3);
  let q = A + ((<usize>i) << 3);
  for (let t = 0; t < j; t++) {
    const y0 = v128.load(q);
    const y1 = v128.load(q, 16);
    let w = splat64(p);
    r00 = nmadd(r00, w, y0);
    r01 = nmadd(r01, w, y1);
    w = v128.load_splat<f64>(p, 8);
    r10 = nmadd(r10, w, y0);
    r11 = nmadd(r11, w, y1);
    w = v128.load_splat<f64>(p, 16);
    r20 = nmadd(r20, w, y0);
    r21 = nmadd(r21, w, y1);
    w = v128.load_splat<f64>(p, 24);
    r30 = nmadd(r30, w, y0);
    r31 = nmadd(r31, w, y1);
    p += row;
    q += row;
  }
  if (i > j) {
    const Q = A + <usize>j * row + ((<usize>j) << 3);
    const Q1 = Q + row;
    const Q2 = Q1 + row;
    const Q3 = Q2 + row;
    let w = splat64(Q);
    r00 = f64x2.mul(r00, w);
    r01 = f64x2.mul(r01, w);
    w = v128.load_splat<f64>(Q, 8);
    r10 = nmadd(r10, w, r00);
    r11 = nmadd(r11, w, r01);
    w = v128.load_splat<f64>(Q, 16);
    r20 = nmadd(r20, w, r00);
    r21 = nmadd(r21, w, r01);
    w = v128.load_splat<f64>(Q, 24);
    r30 = nmadd(r30, w, r00);
    r31 = nmadd(r31, w, r01);
    w = v128.load_splat<f64>(Q1, 8);
    r10 = f64x2.mul(r10, w);
    r11 = f64x2.mul(r11, w);
    w = v128.load_splat<f64>(Q1, 16);
    r20 = nmadd(r20, w, r10);
    r21 = nmadd(r21, w, r11);
    w = v128.load_splat<f64>(Q1, 24);
    r30 = nmadd(r30, w, r10);
    r31 = nmadd(r31, w, r11);
    w = v128.load_splat<f64>(Q2, 16);
    r20 = f64x2.mul(r20, w);
    r21 = f64x2.mul(r21, w);
    w = v128.load_splat<f64>(Q2, 24);
    r30 = nmadd(r30, w, r20);
    r31 = nmadd(r31, w, r21);
    w = v128.load_splat<f64>(Q3, 24);
    r30 = f64x2.mul(r30, w);
    r31 = f64x2.mul(r31, w);
  }
  v128.store(R, r00);
  v128.store(R, r01, 16);
  v128.store(R1, r10);
  v128.store(R1, r11, 16);
  v128.store(R2, r20);
  v128.store(R2, r21, 16);
  v128.store(R3, r30);
  v128.store(R3, r31, 16);
  if (i == j) pivots(R, row);
}

/** The four pivots of a tile on the diagonal and what lies above it; the inverse takes the place of each pivot. */
function pivots(R: usize, row: usize): void {
  const R1 = R + row;
  const R2 = R1 + row;
  const R3 = R2 + row;
  const d0 = 1 / sqrt<f64>(load<f64>(R));
  const u1 = load<f64>(R, 8) * d0;
  const u2 = load<f64>(R, 16) * d0;
  const u3 = load<f64>(R, 24) * d0;
  store<f64>(R, d0);
  store<f64>(R, u1, 8);
  store<f64>(R, u2, 16);
  store<f64>(R, u3, 24);
  const d1 = 1 / sqrt<f64>(load<f64>(R1, 8) - u1 * u1);
  const v2 = (load<f64>(R1, 16) - u1 * u2) * d1;
  const v3 = (load<f64>(R1, 24) - u1 * u3) * d1;
  store<f64>(R1, d1, 8);
  store<f64>(R1, v2, 16);
  store<f64>(R1, v3, 24);
  const d2 = 1 / sqrt<f64>(load<f64>(R2, 16) - u2 * u2 - v2 * v2);
  const w3 = (load<f64>(R2, 24) - u2 * u3 - v2 * v3) * d2;
  store<f64>(R2, d2, 16);
  store<f64>(R2, w3, 24);
  store<f64>(R3, 1 / sqrt<f64>(load<f64>(R3, 24) - u3 * u3 - v3 * v3 - w3 * w3), 24);
}

/** U x = z: row by row from the last, each subtracting with t descending. z is column k of A; x goes to `b`. */
export function substituteBack(A: usize, k: i32, leading: i32, b: usize): void {
  const row: usize = (<usize>leading) << 3;
  const right: usize = (<usize>k) << 3;
  for (let i = k - 4; i >= 0; i -= 4) {
    const R = A + <usize>i * row;
    const R1 = R + row;
    const R2 = R1 + row;
    const R3 = R2 + row;
    const at: usize = (<usize>i) << 3;
    let s0 = load<f64>(R + right);
    let s1 = load<f64>(R1 + right);
    let s2 = load<f64>(R2 + right);
    let s3 = load<f64>(R3 + right);
    for (let t = k - 1; t >= i + 4; t--) {
      const column: usize = (<usize>t) << 3;
      const z = load<f64>(b + column);
      s0 -= load<f64>(R + column) * z;
      s1 -= load<f64>(R1 + column) * z;
      s2 -= load<f64>(R2 + column) * z;
      s3 -= load<f64>(R3 + column) * z;
    }
    const x3 = s3 * load<f64>(R3 + at, 24);
    s2 -= load<f64>(R2 + at, 24) * x3;
    s1 -= load<f64>(R1 + at, 24) * x3;
    s0 -= load<f64>(R + at, 24) * x3;
    const x2 = s2 * load<f64>(R2 + at, 16);
    s1 -= load<f64>(R1 + at, 16) * x2;
    s0 -= load<f64>(R + at, 16) * x2;
    const x1 = s1 * load<f64>(R1 + at, 8);
    s0 -= load<f64>(R + at, 8) * x1;
    store<f64>(b + at, s0 * load<f64>(R + at));
    store<f64>(b + at, x1, 8);
    store<f64>(b + at, x2, 16);
    store<f64>(b + at, x3, 24);
  }
}
