/** What may stand between people and the server: it passes requests on, and of WebSockets what it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** `pass` lets WebSockets through, `refuse` answers 403, `swallow` takes them and says nothing. */
type Manner = 'pass' | 'refuse' | 'swallow';

export class Proxy {
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly target: URL,
    private readonly server: Server,
    public manner: Manner,
  ) {
    server.on('request', (from, to) => this.forward(from, to));
    server.on('upgrade', (from, socket, head) => this.upgrade(from, socket, head));
  }

  static async before(url: string, manner: Manner): Promise<Proxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(new URL(url), server, manner);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on WebSockets are treated so, and those that are open break. */
  become(manner: Manner): void {
    this.manner = manner;
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.become('refuse');
    this.server.closeAllConnections();
    this.server.close();
  }

  private forward(from: IncomingMessage, to: ServerResponse): void {
    const { hostname, port } = this.target;
    const on = request({ hostname, port, method: from.method, path: from.url, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(to);
    });
    on.on('error', () => to.destroy());
    to.on('close', () => on.destroy());
    from.pipe(on);
  }

  private upgrade(from: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    if (this.manner === 'refuse') return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    if (this.manner === 'swallow') return;
    const on: Socket = connect(Number(this.target.port), this.target.hostname);
    const headers = from.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : [`${name}: ${all[i + 1]}\r\n`]));
    on.write(`${from.method} ${from.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    on.write(head);
    on.pipe(socket).pipe(on);
    on.on('close', () => socket.destroy()).on('error', () => {});
    socket.on('close', () => on.destroy());
  }
}
