// Whether the server of this container is ready: exit code 0 or 1. It listens on loopback, so it is asked from inside.
const port = process.env['PORT'] ?? process.env['MILLRACE_PORT'] ?? '8080';
const patience_ms = 4_000;

async function whyNotReady(): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patience_ms);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz/ready`, { signal });
    return answer.ok ? undefined : `not ready: ${answer.status} ${await answer.text()}`;
  } catch (error) {
    return `not reachable: ${String(error instanceof Error ? (error.cause ?? error) : error)}`;
  }
}

const why = await whyNotReady();
if (why !== undefined) {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}
