/** A client without a page: it speaks `sarangbang.v1.json`, as app/src/protocol.rs has it. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

type Result = { joined?: { snapshot: { room: string } } } & Record<string, unknown>;
type Answer = { resolve: (result: Result) => void; reject: (error: Error) => void };

export class Bot {
  private room = '';
  private commands = 0;
  private readonly waiting = new Map<number, Answer>();

  private constructor(
    readonly name: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data) => this.receive(JSON.parse(String(data))));
    socket.on('close', (code) => this.fail(new Error(`the connection was closed with ${code}`)));
    socket.on('error', (error) => this.fail(error));
  }

  /** Sits down in a room. */
  static async join(server: string, room: string, username: string): Promise<Bot> {
    const url = `${server.replace(/^http/, 'ws')}/ws`;
    const socket = new WebSocket(url, ['sarangbang.v1.json'], { origin: server });
    await once(socket, 'open');
    const bot = new Bot(username, socket);
    socket.send(JSON.stringify({ hello: { build: null, token: null } }));
    const { joined } = await bot.command({ join: { room, username } });
    if (!joined) throw new Error('the answer to a join was not `joined`');
    // The key as the server writes it, which may differ from what was asked for.
    bot.room = joined.snapshot.room;
    return bot;
  }

  /** Says something and waits until it is stored. */
  async say(text: string): Promise<void> {
    await this.command({ message: { room: this.room, id: randomUUID(), text } });
  }

  /** Says many things in order, without waiting for one before the next. */
  async sayAll(texts: Iterable<string>): Promise<void> {
    await Promise.all(Array.from(texts, (text) => this.say(text)));
  }

  /** Looks elsewhere, or is back. */
  async beAway(on: boolean): Promise<void> {
    await this.command({ away: { on } });
  }

  async leave(): Promise<void> {
    await this.command({ leave: { room: this.room } });
    this.close();
  }

  /** Drops the connection without a word. */
  close(): void {
    this.socket.terminate();
  }

  private command(command: object): Promise<Result> {
    const id = ++this.commands;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ command: { id, command } }));
    });
  }

  private receive(frame: { ack?: { id: number; result: Result }; refused?: { id: number | null; refusal: unknown } }) {
    const id = frame.ack?.id ?? frame.refused?.id;
    const answer = id == null ? undefined : this.waiting.get(id);
    if (id == null || !answer) return;
    this.waiting.delete(id);
    if (frame.ack) answer.resolve(frame.ack.result);
    else answer.reject(new Error(`refused: ${JSON.stringify(frame.refused?.refusal)}`));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
