// One socket: sends and receives text, and detects whether the other side is alive. Does not interpret the text.

export interface Clock {
  now(): number
  /** Calls `call` once after `ms` milliseconds; returns the disposer. */
  after(ms: number, call: () => void): () => void
}

/** The part of a WebSocket that a transport uses. */
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
  /** Called once, however the connection ended. Code 1006: it was cut or went silent. */
  closed(code: number, reason: string): void
}

export interface Transport {
  /** False if the socket is not open and nothing was sent. */
  send(text: string): boolean
  close(reason: string): void
  /** From now on, a silence of `ms` milliseconds means that the other side is gone. */
  expectWithin(ms: number): void
  /** Milliseconds since the last message, by the clock, even if timers were paused. */
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
    // A dead socket takes a long time to close, so do not wait for it.
    try {
      socket.close(1000, reason)
    } catch {
      // Already closed by the other side.
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
