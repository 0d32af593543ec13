// A Socket.IO server, set up as the Socket.IO documentation recommends for many clients: WebSocket
// transport only, no compression, and rooms. It uses the Redis adapter if a Redis URL is given.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [port, redisUrl] = process.argv.slice(2);
const http = createServer((_request, response) => response.end('ok'));
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, httpCompression: false, serveClient: false });

if (redisUrl) {
  const { createClient } = await import('redis');
  const { createAdapter } = await import('@socket.io/redis-adapter');
  const publisher = createClient({ url: redisUrl });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}

io.on('connection', (socket) => {
  socket.on('join', async (room, done) => {
    await socket.join(room);
    done();
  });
  socket.on('typing', (room, text) => {
    socket.to(room).emit('typing', text);
  });
});

http.listen(Number(port), '127.0.0.1', 4096);
