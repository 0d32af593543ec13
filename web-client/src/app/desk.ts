// One signed-in person's client: REST, session and outbox, joined.

import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { createSession, type Session, type SessionState, type TokenSource } from '../connection/session.ts'
import { LIMITS } from '../protocol/generated.ts'
import { isPassing } from '../protocol/words.ts'
import { createOutbox, type Outbox, type SendOutcome } from '../outbox/outbox.ts'
import { createOutboxStore, type Queued } from '../outbox/store.ts'
import { createRest, type Rest } from '../rest/client.ts'
import type { Identity } from './auth.ts'
import { clock, lock, newKey, openSocket, storageOr } from './browser.ts'

export interface Desk {
  readonly identity: Identity
  /** Where the desk is: this page's own origin, unless the page belongs to somebody else. */
  readonly origin: string
  readonly rest: Rest
  readonly session: Session
  readonly outbox: Outbox
  readonly connection: ReadonlySignal<SessionState>
  readonly live: ReadonlySignal<boolean>
  dispose(): void
}

const RETRY_MS = 1_000
/** What a frame's id adds to it. */
const ID_BYTES_MAX = 32

export function createDesk(identity: Identity, tokens: TokenSource, origin: string): Desk {
  const session = createSession({ sockets: () => openSocket(origin), clock, random: Math.random, tokens })
  const connection = signal<SessionState>(session.state())
  const outbox = createOutbox({
    store: createOutboxStore(storageOr('localStorage'), identity.id),
    send: (entry) => send(session, entry),
    canSend: () => session.state().kind === 'live',
    lock: (ticket, run) => lock(`helpline.outbox.${identity.id}.${ticket}`, run),
    after: clock.after,
    now: clock.now,
    newKey,
  })
  const disposers = [
    session.onState((state) => {
      connection.value = state
      if (state.kind === 'live') outbox.flush()
    }),
    onWindow('storage', (event) => {
      if (event instanceof StorageEvent && event.key !== null) outbox.changedElsewhere(event.key)
    }),
    onWindow('online', () => session.nudge()),
    onWindow('offline', () => session.drop()),
    () => session.stop(),
    () => outbox.dispose(),
  ]
  session.start()
  return {
    identity,
    origin,
    rest: createRest({ fetch: (path, init) => fetch(origin + path, init), token: async (fresh) => (await tokens(fresh))?.token ?? null }),
    session,
    outbox,
    connection,
    live: computed(() => connection.value.kind === 'live'),
    dispose() {
      for (const dispose of disposers) dispose()
    },
  }
}

async function send(session: Session, entry: Queued): Promise<SendOutcome> {
  const ask = {
    type: 'send',
    ticket: entry.ticket,
    key: entry.key,
    body: entry.body,
    ...(entry.internal ? { internal: true } : {}),
    ...(entry.based_on === null ? {} : { based_on: entry.based_on }),
  } as const
  // Such a frame ends the connection, and would end the next one too.
  if (new TextEncoder().encode(JSON.stringify(ask)).length + ID_BYTES_MAX > LIMITS.frame_bytes_max) return { kind: 'refused', code: 'too_large' }
  const answer = await session.ask(ask)
  switch (answer.kind) {
    case 'cut': return { kind: 'cut' }
    case 'timeout': return { kind: 'later', ms: RETRY_MS }
    case 'answered':
      return answer.frame.type === 'ack' ? { kind: 'stored', seq: answer.frame.seq } : { kind: 'later', ms: RETRY_MS }
    case 'refused': {
      const { code, retry_after_ms } = answer.error
      // Not a word about the message itself: what stands in the way goes away by itself, or the connection does.
      const passing = isPassing(code) || code === 'token_expired' || code === 'not_authenticated' || code === 'hello_expected'
      return passing ? { kind: 'later', ms: retry_after_ms ?? RETRY_MS } : { kind: 'refused', code }
    }
  }
}

export function onWindow(type: string, listener: (event: Event) => void): () => void {
  // In the capture phase the window also hears what is said of the document alone.
  addEventListener(type, listener, { capture: true })
  return () => removeEventListener(type, listener, { capture: true })
}
