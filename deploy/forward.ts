// Carries connections from a port of this network namespace to a port of its loopback: forward.ts FROM TO
//
// Without credentials Millrace listens on loopback only, in a container on that of the container. Whoever wants the port
// published there has to say so: by running this beside it (`network_mode: service:…`). It asks nobody who they are, so
// publish it to loopback of the host, or put what asks in front of it.
import { connect, createServer, type Socket } from 'node:net';

const mostConnections = 1_000;
const largestPort = 65_535;

const [from = -1, to = 0] = process.argv.slice(2).map(Number);
if (from >= 0 && from <= largestPort && to > 0 && to <= largestPort) forward();
else {
  process.stderr.write('forward.ts FROM TO: two ports\n');
  process.exitCode = 2;
}

function forward(): void {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, incoming => {
    open.add(incoming);
    incoming.on('close', () => open.delete(incoming));
    carry(incoming);
  });
  server.maxConnections = mostConnections;
  server.listen(from, () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : address;
    process.stdout.write(`forwarding ${port} to 127.0.0.1:${to}\n`);
  });
  const stop = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

/** Both ways, each to its own end; where one side fails, the other one ends. */
function carry(incoming: Socket): void {
  const outgoing = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true, noDelay: true });
  incoming.on('error', () => outgoing.destroy()).on('close', () => outgoing.destroy());
  outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroySoon());
  incoming.pipe(outgoing).pipe(incoming);
}
