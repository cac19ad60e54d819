/** Connections on which nothing has been asked: browsers open them beforehand, and a server that closes waits for them. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export class UnusedConnections {
  readonly #unused = new Set<Socket>();

  constructor(server: Pick<Server, 'on'>) {
    server.on('connection', socket => {
      this.#unused.add(socket);
      socket.once('close', () => this.#unused.delete(socket));
    });
    server.on('request', ({ socket }) => this.#unused.delete(socket));
  }

  close(): void {
    for (const socket of this.#unused) socket.destroy();
  }
}
