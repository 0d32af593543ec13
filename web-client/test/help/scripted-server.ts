// A WebSocket server on a free port that sends what the test tells it to send.

import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { clock } from '../../src/client/browser.ts'
import { createInboxWatch } from '../../src/connection/inbox-watch.ts'
import { createSession, type SessionState, type TokenSource } from '../../src/connection/session.ts'
import type { Clock, Socket } from '../../src/connection/transport.ts'
import { isObject, type Json } from '../../src/protocol/narrow.ts'

export interface Link {
  readonly n: number
  readonly frames: Json[]
  say(frame: object): void
  close(code: number, reason?: string): void
  /** Ends the connection without a close frame. */
  cut(): void
}

export const LIMITS = { body_bytes_max: 16384, frame_bytes_max: 65536, attachments_max: 10, subscriptions_max: 200, frames_per_second: 30, typing_interval_ms: 1000, typing_fade_ms: 6000 }

export async function scriptedServer(onFrame: (link: Link, frame: Json) => void, onLink: (link: Link) => void = () => {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'helpline.v1' })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const links: Link[] = []
  server.on('connection', (socket) => {
    const link: Link = {
      n: links.length + 1,
      frames: [],
      say: (frame) => socket.send(JSON.stringify(frame)),
      close: (code, reason) => socket.close(code, reason),
      cut: () => socket.terminate(),
    }
    links.push(link)
    onLink(link)
    socket.on('message', (data) => {
      const frame: unknown = JSON.parse(String(data))
      if (!isObject(frame)) return
      link.frames.push(frame)
      onFrame(link, frame)
    })
  })
  return {
    links,
    url: `ws://127.0.0.1:${address.port}/v1/ws`,
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

export function welcome(link: Link, frame: Json, heartbeat_ms = 25_000, user = 'u1'): void {
  link.say({ type: 'welcome', id: frame['id'], user: { id: user, name: 'Ada', email: null }, role: null, heartbeat_ms, limits: LIMITS })
}

/** Adapts the `ws` package's client to the interface of a browser's WebSocket. */
export function socketTo(url: string): Socket {
  const socket = new WebSocket(url, 'helpline.v1')
  // The client gets a refused connection as a close event, so ignore the error event.
  socket.on('error', () => {})
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    addEventListener(type: 'open' | 'message' | 'close', listener: (event: never) => void) {
      const heard: (event: unknown) => void = (event) => Reflect.apply(listener, undefined, [event])
      if (type === 'open') socket.on('open', () => heard(undefined))
      else if (type === 'message') socket.on('message', (data) => heard({ data: String(data) }))
      else socket.on('close', (code, reason) => heard({ code, reason: String(reason) }))
    },
  }
}

export function sessionTo(url: string, tokens: TokenSource = () => Promise.resolve({ token: 'token', expires_at: null }), time: Clock = clock) {
  const session = createSession({ sockets: () => socketTo(url), clock: time, random: () => 0, tokens, user: 'u1', watch: createInboxWatch })
  const states: SessionState[] = []
  session.onState((state) => states.push(state))
  return { session, states }
}

/** Waits until `holds` returns true. Fails after 5 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
