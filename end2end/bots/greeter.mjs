// Greets whoever says something, and misses nobody: node greeter.mjs ws://127.0.0.1:3000/ws ROOM NAME
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';

const [url, wanted, username] = process.argv.slice(2);
// What it remembers when the connection is lost. The cursor is the last message it has answered.
let token, user, room, cursor;
function connect() {
  const socket = new WebSocket(url, 'sarangbang.v1.json');
  const ask = (id, command) => socket.send(JSON.stringify({ command: { id, command } }));
  socket.on('open', () => {
    socket.send(JSON.stringify({ hello: { build: null, token: token ?? null } }));
    ask(0, cursor ? { resume: { room, cursor } } : { join: { room: wanted, username } });
  });
  socket.on('message', (data) => {
    const { ack, refused, batch } = JSON.parse(data);
    const { joined, reset, posted } = ack?.result ?? {};
    if (joined) ({ token, user, snapshot: { room, cursor } } = joined);
    if (reset) cursor = reset.cursor;
    if (posted) cursor.rev = ack.id;
    if (refused) console.error(refused), socket.close(); // to try again from the cursor
    for (const said of batch?.messages.filter((said) => said.userId !== user.id) ?? []) {
      const id = createHash('sha256').update(user.id + said.id).digest('hex').slice(0, 32); // the same at each try
      ask(said.rev, { message: { room, id, text: `안녕하세요, ${said.username}님!` } });
    }
  }).on('error', () => {}).on('close', () => setTimeout(connect, 500 + 500 * Math.random()));
}
connect();
