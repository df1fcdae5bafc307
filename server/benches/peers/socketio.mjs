// The chat of the Socket.IO tutorials: nothing is stored. Above 50 people the list of a room is
// told at most once a second, as our server does it; else 1,000 joins would be a million users'
// worth of lists, and measure nothing but them.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
const rooms = new Map();

function tell(room) {
  const users = rooms.get(room);
  if (users.timer) return;
  const now = () => {
    users.timer = null;
    io.to(room).emit('roomData', { room, users: [...users.values()] });
  };
  if (users.size <= 50) now();
  else users.timer = setTimeout(now, 1000);
}

io.on('connection', (socket) => {
  let user;
  const admin = (text) => ({ username: 'Admin', text, createdAt: Date.now() });
  socket.on('join', ({ username, room }, callback) => {
    user = { id: socket.id, username, room };
    if (!rooms.has(room)) rooms.set(room, new Map());
    rooms.get(room).set(socket.id, user);
    socket.join(room);
    socket.emit('message', admin(`${room} 방에 오신 걸 환영합니다.`));
    socket.broadcast.to(room).emit('message', admin(`${username}가 방에 참여했습니다.`));
    tell(room);
    callback();
  });
  socket.on('message', (text, callback) => {
    io.to(user.room).emit('message', { username: user.username, text, createdAt: Date.now() });
    callback();
  });
  socket.on('disconnect', () => {
    if (!user) return;
    rooms.get(user.room).delete(socket.id);
    io.to(user.room).emit('message', admin(`${user.username}가 방을 떠났습니다.`));
    tell(user.room);
  });
});

server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
