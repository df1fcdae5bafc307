// The room chat on Bun, whose WebSockets are uWebSockets: publish and subscribe, nothing is
// stored. A client says `ROOM NAME` first, is answered `joined`, and then says texts.
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    if (!server.upgrade(request, { data: {} })) return new Response('a WebSocket, please', { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    // Members who are slower than the others are to get everything all the same.
    backpressureLimit: 64 * 1024 * 1024,
    message(socket, text) {
      if (!socket.data.room) {
        [socket.data.room, socket.data.username] = text.split(' ');
        socket.subscribe(socket.data.room);
        socket.send('joined');
        return;
      }
      const { room, username } = socket.data;
      server.publish(room, JSON.stringify({ username, text, createdAt: Date.now() }));
    },
  },
});

console.log(`listening on http://127.0.0.1:${server.port}`);
