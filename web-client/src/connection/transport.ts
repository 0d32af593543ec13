// Wraps one WebSocket. Sends and receives text, and detects a dead connection. Does not parse the text.

export interface Clock {
  now(): number
  /** Calls `call` once, after `ms` milliseconds. Returns a function that cancels the timer. */
  after(ms: number, call: () => void): () => void
}

/** The part of a WebSocket that the transport uses. */
export interface Socket {
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

export type SocketFactory = () => Socket

export interface TransportEvents {
  opened(): void
  received(text: string): void
  /** Called once when the connection ends, for any reason. Code 1006: the connection broke, or no data arrived in time. */
  closed(code: number, reason: string): void
}

export interface Transport {
  /** Returns false, and sends nothing, if the socket is not open. */
  send(text: string): boolean
  close(reason: string): void
  /** From now on, closes the connection if no message arrives for `ms` milliseconds. */
  expectWithin(ms: number): void
  /** Milliseconds since the last received message. Measured by the clock, because timers may have been paused. */
  silent_ms(): number
}

export const CONNECT_TIMEOUT_MS = 10_000
export const CLOSED_ABNORMALLY = 1006

type Life = 'opening' | 'open' | 'over'

export function openTransport(factory: SocketFactory, clock: Clock, events: TransportEvents): Transport {
  let life: Life = 'opening'
  let silence_ms = CONNECT_TIMEOUT_MS
  let stopWatch = () => {}
  const socket = factory()

  const end = (code: number, reason: string) => {
    if (life === 'over') return
    life = 'over'
    stopWatch()
    // Closing a dead socket takes a long time, so report `closed` without waiting for it.
    try {
      socket.close(1000, reason)
    } catch {
      // The socket is already closed.
    }
    events.closed(code, reason)
  }
  let heardAt = clock.now()
  const watch = () => {
    heardAt = clock.now()
    stopWatch()
    stopWatch = clock.after(silence_ms, () => end(CLOSED_ABNORMALLY, 'silent'))
  }

  watch()
  socket.addEventListener('open', () => {
    if (life !== 'opening') return
    life = 'open'
    watch()
    events.opened()
  })
  socket.addEventListener('message', (event) => {
    if (life === 'over') return
    watch()
    if (typeof event.data === 'string') events.received(event.data)
  })
  socket.addEventListener('close', (event) => end(event.code, event.reason))

  return {
    send(text) {
      if (life !== 'open') return false
      socket.send(text)
      return true
    },
    close: (reason) => end(CLOSED_ABNORMALLY, reason),
    expectWithin(ms) {
      silence_ms = ms
      if (life !== 'over') watch()
    },
    silent_ms: () => clock.now() - heardAt,
  }
}
