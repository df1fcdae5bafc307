/** A client of the classic room chat, on the stock `socket.io-client`, as its tutorial has it. */
import { once } from 'node:events';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export interface Message {
  username: string;
  text: string;
  createdAt: number;
}

export interface RoomData {
  room: string;
  users: { id: string; username: string; room: string }[];
}

export type Options = Partial<ManagerOptions & SocketOptions>;

export class Classic {
  /** Every event in the order it came, callbacks included. */
  readonly events: [name: string, ...args: unknown[]][] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((name, ...args) => this.events.push([name, ...args]));
  }

  /** Connects; fails with what the server says against it. A Manager of its own each time. */
  static async connect(server: string, options: Options = {}): Promise<Classic> {
    const socket = io(server, { forceNew: true, ...options });
    const client = new Classic(socket);
    await client.connected();
    return client;
  }

  async connected(): Promise<void> {
    if (this.socket.connected) return;
    await new Promise<void>((resolve, reject) => {
      this.socket.once('connect', resolve);
      // While the server is away that is no answer yet.
      this.socket.on('connect_error', (error) => {
        if (!this.socket.active) reject(error);
      });
    });
  }

  /** Resolves to why not, or to nothing. */
  async ask(event: string, ...args: unknown[]): Promise<string | undefined> {
    const answer: unknown[] = await new Promise((resolve, reject) => {
      this.socket.once('disconnect', (reason) => reject(new Error(reason)));
      this.socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
    });
    this.events.push(['called back', ...answer]);
    if (answer.length > 1) throw new Error(`called back with ${JSON.stringify(answer)}`);
    return answer[0] as string | undefined;
  }

  join(room: string, username: string, more: object = {}): Promise<string | undefined> {
    return this.ask('join', { username, room, ...more });
  }

  say(text: string, more?: object): Promise<string | undefined> {
    return more ? this.ask('message', text, more) : this.ask('message', text);
  }

  /** The `message` events so far, as `name: text`. */
  get lines(): string[] {
    const messages = this.events.filter(([name]) => name === 'message');
    return messages.map(([, message]) => `${(message as Message).username}: ${(message as Message).text}`);
  }

  /** What people said so far. */
  get texts(): string[] {
    return this.lines.filter((line) => !line.startsWith('Admin: ')).map((line) => line.slice(line.indexOf(': ') + 2));
  }

  get lists(): RoomData[] {
    return this.events.filter(([name]) => name === 'roomData').map(([, data]) => data as RoomData);
  }

  /** The names in the last list. */
  get names(): string[] {
    return this.lists.at(-1)?.users.map((user) => user.username) ?? [];
  }

  get transport(): string {
    return this.socket.io.engine.transport.name;
  }

  async upgraded(): Promise<void> {
    if (this.transport !== 'websocket') await once(this.socket.io.engine as never, 'upgrade');
  }

  close(): void {
    this.socket.disconnect();
  }
}
