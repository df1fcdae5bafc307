/** A real Sarangbang: a process and a database of its own, to be killed and started again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** The program that `SARANGBANG_BIN` names, else what was built last (`cargo leptos end-to-end` builds no release). */
const program = process.env.SARANGBANG_BIN || lastBuilt('release', 'debug');

function lastBuilt(...profiles: string[]): string {
  const paths = profiles.map((profile) => new URL(`../target/${profile}/sarangbang`, import.meta.url).pathname);
  const builtAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return paths.reduce((one, other) => (builtAt(other) > builtAt(one) ? other : one));
}

/** The one line the program prints once it accepts connections. */
const listening = /^sarangbang is listening on (http:\/\/\S+)$/;

export class Server {
  /** Stays the same over restarts, as pages expect of a server that comes back. */
  url = '';
  /** Everything it wrote to standard error, for the report of a failed test. */
  log = '';
  private process?: ChildProcess;

  private constructor(
    private readonly directory: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** Starts one on a free port. The environment holds settings: `{ SARANGBANG_GRACE: '1' }`. */
  static async create(environment: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'sarangbang-')), environment);
    await server.start();
    return server;
  }

  /** Starts it; the second time on the same port and with the same database. */
  async start(): Promise<void> {
    const address = this.url ? new URL(this.url).host : '127.0.0.1:0';
    const child = spawn(program, ['--addr', address, '--database', this.database], {
      cwd: this.directory,
      env: { PATH: process.env.PATH, RUST_BACKTRACE: '1', ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    this.url = await new Promise<string>((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`${program} did not start: ${error.message}`)));
      child.once('exit', (code, signal) =>
        reject(new Error(`${program} ended with ${code ?? signal} before it listened:\n${this.log}`)),
      );
      createInterface({ input: child.stdout }).on('line', (line) => {
        const url = listening.exec(line)?.[1];
        if (url) resolve(url);
      });
    });
  }

  private get database(): string {
    return `sqlite:${join(this.directory, 'sarangbang.db')}`;
  }

  /** What `sarangbang export` takes away of a room. */
  async export(room: string, format: 'html' | 'json' | 'txt'): Promise<string> {
    const { stdout } = await promisify(execFile)(program, ['--database', this.database, 'export', room, '--format', format]);
    return stdout;
  }

  /** Whether these words are anywhere in its database, or beside it. */
  async holds(words: string): Promise<boolean> {
    const names = await readdir(this.directory, { recursive: true, withFileTypes: true });
    const files = names.filter((it) => it.isFile()).map((it) => readFile(join(it.parentPath, it.name)));
    return (await Promise.all(files)).some((bytes) => bytes.includes(words));
  }

  /** Pulls the plug: SIGKILL, nothing is said to anyone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks it to go: SIGTERM. Resolves to the exit code; `null` if it had to be killed. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await ended;
    return code;
  }
}
