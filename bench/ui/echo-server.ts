// A process of its own: the bare thing beside the app's round trip. It answers what it is sent, and its
// page may open a WebSocket to it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>Echo</title><p>.");
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => socket.send(data, { binary: false }));
});
server.listen({ host: "127.0.0.1", port: 0 }, () => {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  console.log(port);
});
