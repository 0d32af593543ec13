// A minimal room server with the library `ws`. It parses each message, looks up the message's room,
// and sends the unchanged text to all other members.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port] = process.argv.slice(2);
const http = createServer((_request, response) => response.end('ok'));
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
const rooms = new Map();

server.on('connection', (socket) => {
  const joined = new Set();
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString());
    if (frame.type === 'join') {
      joined.add(frame.room);
      if (!rooms.has(frame.room)) rooms.set(frame.room, new Set());
      rooms.get(frame.room).add(socket);
      socket.send('{"type":"joined"}');
      return;
    }
    const text = JSON.stringify({ type: 'typing', text: frame.text });
    for (const member of rooms.get(frame.room) ?? []) {
      if (member !== socket) member.send(text);
    }
  });
  socket.on('close', () => {
    for (const room of joined) {
      rooms.get(room)?.delete(socket);
      if (rooms.get(room)?.size === 0) rooms.delete(room);
    }
  });
});

http.listen(Number(port), '127.0.0.1', 4096);
