/** Of the package autocannon, which has no types, what `bench/api.ts` uses. */
declare module 'autocannon' {
  export interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly requests?: readonly { readonly method?: string; readonly path: string }[];
  }

  /** Milliseconds by share, and requests a second. */
  export interface Result {
    readonly latency: { readonly p50: number; readonly p99: number; readonly p99_9: number };
    readonly requests: { readonly average: number; readonly total: number };
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  }

  export default function autocannon(options: Options): Promise<Result>;
}
