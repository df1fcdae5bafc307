// The room chat on Node's `ws`: nothing is stored.
// A client says `ROOM NAME` first, is answered `joined`, and then says texts.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket) => {
  let room, username;
  socket.on('message', (data) => {
    const text = data.toString();
    if (!room) {
      let name;
      [name, username] = text.split(' ');
      if (!rooms.has(name)) rooms.set(name, new Set());
      room = rooms.get(name).add(socket);
      socket.on('close', () => room.delete(socket));
      socket.send('joined');
      return;
    }
    const message = JSON.stringify({ username, text, createdAt: Date.now() });
    for (const member of room) member.send(message);
  });
});

server.on('listening', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
