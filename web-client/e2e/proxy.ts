// Test proxies between the browser and the desk, on the origin that the desk allows. `withProxy` can cut the connection in any browser.
// `withCompression` compresses responses, as a platform's proxy does.

import { createServer as createHttpServer, request, type IncomingMessage, type Server as HttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { createGzip } from 'node:zlib'
import { afterAll, beforeAll } from 'vitest'
import { CUSTOMERS } from './help.ts'
import { HOST } from './host.ts'

/** What the proxy lets through: `open` everything, `no_sockets` pages and REST requests but no WebSockets, `shut` nothing. */
type Way = 'open' | 'no_sockets' | 'shut'

export function withProxy(): { readonly base: string; set(way: Way): void } {
  let way: Way = 'open'
  let server: Server | null = null
  const passing = new Map<Socket, { readonly isWebSocket: boolean }>()
  const { hostname, port } = new URL(CUSTOMERS)
  const pass = (from: Socket) => {
    from.on('error', () => from.destroy())
    from.once('data', (first) => {
      const isWebSocket = first.subarray(0, 11).toString() === 'GET /v1/ws '
      if (way === 'shut' || (way === 'no_sockets' && isWebSocket)) return void from.destroy()
      passing.set(from, { isWebSocket })
      const to = connect(Number(port), hostname)
      to.on('error', () => from.destroy())
      from.on('close', () => { passing.delete(from); to.destroy() })
      to.write(first)
      from.pipe(to).pipe(from)
    })
  }
  beforeAll(async () => {
    if (HOST === '') throw new Error('set HELPLINE_E2E_HOST to an origin that the instances allow')
    server = createServer(pass)
    await new Promise<void>((done) => server?.listen(Number(new URL(HOST).port), '127.0.0.1', done))
  })
  afterAll(async () => {
    for (const socket of passing.keys()) socket.destroy()
    await new Promise<unknown>((done) => server?.close(done))
  })
  return {
    base: HOST,
    set(next) {
      way = next
      for (const [socket, { isWebSocket }] of passing) if (next === 'shut' || (next === 'no_sockets' && isWebSocket)) socket.destroy()
    },
  }
}

/** Starts a proxy that gzips the desk's text responses, if the browser accepts gzip and the desk has not compressed the response. */
export function withCompression(): { readonly base: string } {
  let server: HttpServer | null = null
  /** The open WebSockets. They must be destroyed separately, because closing the HTTP server does not end them. */
  const passing = new Set<{ destroy(): unknown }>()
  const { hostname, port } = new URL(CUSTOMERS)
  const isText = (answer: IncomingMessage) => /^(?:text\/|application\/(?:javascript|json|problem\+json)|image\/svg)/.test(answer.headers['content-type'] ?? '')
  beforeAll(async () => {
    if (HOST === '') throw new Error('set HELPLINE_E2E_HOST to an origin that the instances allow')
    server = createHttpServer((asked, response) => {
      const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (answer) => {
        const { 'content-length': _length, ...kept } = answer.headers
        if (answer.headers['content-encoding'] !== undefined || !isText(answer) || !/gzip/.test(String(asked.headers['accept-encoding']))) {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          return void answer.pipe(response)
        }
        response.writeHead(answer.statusCode ?? 502, { ...kept, 'content-encoding': 'gzip' })
        pipeline(answer, createGzip({ level: 9 }), response, () => {})
      })
      passed.on('error', () => response.destroy())
      asked.pipe(passed)
    })
    server.on('upgrade', (asked, socket, head) => {
      const lines = asked.rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${asked.rawHeaders[index + 1] ?? ''}`] : []))
      const to = connect(Number(port), hostname, () => {
        to.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
        to.write(head)
        socket.pipe(to).pipe(socket)
      })
      passing.add(socket)
      for (const one of [socket, to]) one.on('error', () => { socket.destroy(); to.destroy() })
      socket.on('close', () => { passing.delete(socket); to.destroy() })
    })
    await new Promise<void>((done) => server?.listen(Number(new URL(HOST).port), '127.0.0.1', done))
  })
  afterAll(async () => {
    for (const socket of passing) socket.destroy()
    await new Promise<unknown>((done) => { server?.close(done); server?.closeAllConnections() })
  })
  return { base: HOST }
}
