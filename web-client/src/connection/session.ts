// The session of one person with the server. It outlives single connections: it sends `hello`, renews the token, reconnects, and restores
// subscriptions.

import type { ClientFrame, Me, StaffRole, WireLimits } from '../protocol/generated.ts'
import { decodeFrame } from '../protocol/decode.ts'
import type { Features } from '../protocol/model.ts'
import { afterClose, backoffMs } from './backoff.ts'
import type { InboxListener, WatchFactory, WatchState } from './inbox-watch.ts'
import { createRequests, type Answer, type Ask } from './requests.ts'
import { createSubscriptions, type Subscription, type TicketSink } from './subscriptions.ts'
import { openTransport, type Clock, type SocketFactory, type Transport } from './transport.ts'

export type SessionState =
  | { readonly kind: 'off' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'live'; readonly user: Me; readonly role: StaffRole | null; readonly limits: WireLimits; readonly features: Features }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly until: number }
  /** The server closed the connection with a code that forbids reconnecting automatically. */
  | { readonly kind: 'away'; readonly code: number; readonly reason: string }
  /** The session's person is no longer signed in on this page. Nothing more is sent or shown in that person's name. */
  | { readonly kind: 'left'; readonly why: Left }

export type Left = 'signed_out' | 'other_user'

export interface Token {
  readonly token: string
  /**
   * When the token expires, by this device's clock, in milliseconds since the Unix epoch. If null, the client renews the token only after
   * the server reports that it has expired.
   */
  readonly expires_at: number | null
}

/**
 * Returns a token, or null if no user is signed in. `fresh`: return a new token, not a cached one. Rejects if no token is available at the
 * moment.
 */
export type TokenSource = (fresh: boolean) => Promise<Token | null>

/** Client frames to which the server sends no response. */
export type Tell = Exclude<ClientFrame, { id: number }>

export interface Session {
  state(): SessionState
  onState(listener: (state: SessionState) => void): () => void
  start(): void
  stop(): void
  /** Reconnects immediately. Call this when the network is back or the person asks to reconnect. */
  nudge(): void
  /**
   * Call this when the page becomes visible (`looked_at`) or the browser restores it from its cache (`restored`). Timers may have been
   * paused, so the connection may be dead.
   */
  wake(how: 'looked_at' | 'restored'): void
  /** Call this when the network is down. Closes the connection without waiting for a timeout. */
  drop(): void
  ask(ask: Ask): Promise<Answer>
  /** Sends a frame for which delivery is not guaranteed, such as typing or a read position. Returns false if the connection is not live. */
  tell(frame: Tell): boolean
  subscribe(ticket: string, sink: TicketSink): Subscription
  /**
   * Subscribes `listener` to changes of all tickets in the desk. The subscription is restored after a reconnect. Returns a function that
   * unsubscribes.
   */
  inbox(listener: InboxListener): () => void
  /** The state of the subscription to changes of all tickets in the desk. */
  watch(): WatchState
  onWatch(listener: (state: WatchState) => void): () => void
}

export interface SessionParts {
  readonly sockets: SocketFactory
  readonly clock: Clock
  readonly random: () => number
  readonly tokens: TokenSource
  /** The id of the session's person. If the server's `welcome` frame names another person, the session ends. */
  readonly user: string
  readonly watch: WatchFactory
}

/** If a connection was live for at least this long before it ended, reconnecting starts with the shortest delay. */
const GOOD_LIFE_MS = 5_000
const RENEW_RETRY_MS = 10_000
/**
 * When a page becomes visible, the connection counts as dead if it was silent for this many heartbeat intervals. The extra quarter of an
 * interval allows for jitter.
 */
const WAKE_HEARTBEATS = 1.25
/**
 * A token is renewed after four fifths of its remaining validity, but at least this long before it expires. If the token is valid for less
 * than twice this time, it is renewed after half of its remaining validity.
 */
const RENEW_AHEAD_MS = 30_000
const RENEW_MS_MIN = 1_000
const TIMER_MS_MAX = 86_400_000

export function createSession({ sockets, clock, random, tokens, user, watch }: SessionParts): Session {
  let state: SessionState = { kind: 'off' }
  let transport: Transport | null = null
  let attempt = 0
  let tokenRefused = false
  let liveSince: number | null = null
  let comeBackAt: number | null = null
  let heartbeat_ms = 0
  /** Whether the current reconnect delay was set by the server, not by this client. */
  let isWaitAsked = false
  /** Incremented whenever a connection attempt ends, so that late callbacks of the attempt are ignored. */
  let round = 0
  let stopTimer = () => {}
  let stopRenewal = () => {}
  const stateListeners = new Set<(state: SessionState) => void>()

  const send = (frame: ClientFrame) => transport?.send(JSON.stringify(frame)) ?? false
  const isLive = () => state.kind === 'live'
  const requests = createRequests(clock, send)
  const subscriptions = createSubscriptions(clock, random, requests, isLive)
  const inbox = watch(clock, random, requests, isLive)

  const enter = (next: SessionState) => {
    state = next
    for (const listener of [...stateListeners]) listener(next)
  }

  const connect = async () => {
    stopTimer()
    const mine = ++round
    enter({ kind: 'connecting', attempt })
    let token: Token | null
    try {
      token = await tokens(tokenRefused)
    } catch {
      if (mine === round) wait()
      return
    }
    if (mine !== round) return
    if (token === null) return leave('signed_out')
    open(token, mine)
  }

  const open = (token: Token, mine: number) => {
    transport = openTransport(sockets, clock, {
      opened: () => { if (mine === round) void greet(token, mine) },
      received: (text) => { if (mine === round) receive(text) },
      closed: (code, reason) => { if (mine === round) closed(code, reason) },
    })
  }

  const greet = async (token: Token, mine: number) => {
    const answer = await requests.ask({ type: 'hello', token: token.token })
    if (mine !== round) return
    if (answer.kind !== 'answered' || answer.frame.type !== 'welcome') {
      // If the server refuses `hello`, it closes the connection with a code that says what to do. If no response arrives, close the
      // connection here.
      if (answer.kind !== 'refused') transport?.close('no welcome')
      return
    }
    const { frame } = answer
    if (frame.user.id !== user) return leave('other_user')
    const { role, limits, features } = frame
    heartbeat_ms = frame.heartbeat_ms
    tokenRefused = false
    liveSince = clock.now()
    // The server sends a ping every heartbeat interval, with some jitter, so allow 1.5 intervals and 2 seconds.
    transport?.expectWithin(heartbeat_ms * 1.5 + 2_000)
    renewLater(token, mine)
    enter({ kind: 'live', user: frame.user, role, limits, features })
    inbox.live()
    subscriptions.live()
  }

  const renewLater = (token: Token, mine: number) => {
    stopRenewal()
    if (token.expires_at === null) return
    const left_ms = token.expires_at - clock.now()
    const ahead_ms = Math.min(left_ms / 2, Math.max(RENEW_AHEAD_MS, left_ms / 5))
    stopRenewal = clock.after(Math.min(TIMER_MS_MAX, Math.max(RENEW_MS_MIN, left_ms - ahead_ms)), () => void renew(mine))
  }

  const renew = async (mine: number) => {
    // Retry until the token is renewed or the connection ends.
    const again = () => { stopRenewal = clock.after(RENEW_RETRY_MS, () => void renew(mine)) }
    let token: Token | null
    try {
      token = await tokens(true)
    } catch {
      if (mine === round) again()
      return
    }
    if (mine !== round) return
    if (token === null) return leave('signed_out')
    const answer = await requests.ask({ type: 'token', token: token.token })
    if (mine !== round) return
    if (answer.kind === 'answered') renewLater(token, mine)
    else again()
  }

  const receive = (text: string) => {
    const frame = decodeFrame(text)
    if (frame === null || requests.take(frame)) return
    switch (frame.type) {
      case 'ping':
        send({ type: 'pong' })
        for (const head of frame.heads) subscriptions.head(head.ticket, head.seq)
        return
      case 'bye': return bye(frame.retry_after_ms)
      case 'inbox': return inbox.frame(frame)
      case 'inbox_presence': return inbox.presence(frame.tickets)
      case 'event':
      case 'reset':
      case 'typing':
      case 'presence':
      case 'read': return subscriptions.frame(frame)
      case 'welcome':
      case 'ok':
      case 'ack':
      case 'error':
      case 'subscribed': return
    }
  }

  /**
   * The server instance is draining (shutting down). Running requests may still finish. After `delay_ms`, close the connection if the
   * server has not closed it.
   */
  const bye = (delay_ms: number) => {
    comeBackAt = clock.now() + delay_ms
    stopTimer()
    stopTimer = clock.after(delay_ms, () => transport?.close('bye'))
  }

  /** Closes the connection in any state. Ends all requests, and tells all subscriptions that the connection is gone. */
  const tearDown = () => {
    round++
    stopTimer()
    stopRenewal()
    if (liveSince !== null && clock.now() - liveSince >= GOOD_LIFE_MS) attempt = 0
    liveSince = null
    const old = transport
    transport = null
    old?.close('left')
    requests.cut()
    subscriptions.cut()
    inbox.cut()
  }

  const leave = (why: Left) => {
    tearDown()
    enter({ kind: 'left', why })
  }

  const closed = (code: number, reason: string) => {
    tearDown()
    switch (afterClose(code)) {
      case 'come_back': return wait()
      case 'stay_away': return enter({ kind: 'away', code, reason })
      case 'renew_token':
        if (tokenRefused) return enter({ kind: 'away', code, reason })
        tokenRefused = true
        return void connect()
    }
  }

  const wait = () => {
    const asked_ms = comeBackAt === null ? null : Math.max(0, comeBackAt - clock.now())
    comeBackAt = null
    isWaitAsked = asked_ms !== null
    const delay_ms = asked_ms ?? backoffMs(attempt, random())
    attempt++
    enter({ kind: 'waiting', attempt, until: clock.now() + delay_ms })
    stopTimer = clock.after(delay_ms, () => void connect())
  }

  const nudge = () => {
    if (state.kind === 'live') return inbox.again()
    if (state.kind !== 'waiting' && state.kind !== 'away') return
    attempt = 0
    tokenRefused = state.kind === 'away'
    void connect()
  }

  return {
    state: () => state,
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    start() {
      if (state.kind === 'off') void connect()
    },
    stop() {
      tearDown()
      enter({ kind: 'off' })
    },
    nudge,
    wake(how) {
      // If the server asked for a delay, keep waiting. The server uses the delay to spread out the clients that reconnect.
      if (state.kind === 'waiting' && !isWaitAsked) return nudge()
      if (state.kind !== 'live' || transport === null) return
      if (how === 'looked_at' && transport.silent_ms() <= heartbeat_ms * WAKE_HEARTBEATS) return
      tearDown()
      attempt = 0
      void connect()
    },
    drop() {
      if (state.kind !== 'live' && state.kind !== 'connecting') return
      tearDown()
      wait()
    },
    ask: (ask) => (isLive() ? requests.ask(ask) : Promise.resolve({ kind: 'cut' })),
    tell: (frame) => isLive() && send(frame),
    subscribe: (ticket, sink) => subscriptions.add(ticket, sink),
    inbox: inbox.add,
    watch: inbox.state,
    onWatch: inbox.onState,
  }
}
