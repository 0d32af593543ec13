// One signed-in person's client: REST, session and outbox, joined.

import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { createSession, type Session, type SessionState, type TokenSource } from '../connection/session.ts'
import { createOutbox, type Outbox } from '../outbox/outbox.ts'
import { createOutboxStore } from '../outbox/store.ts'
import { createRest, type Rest } from '../rest/client.ts'
import type { Identity } from './auth.ts'
import { clock, lock, newKey, openSocket, storageOr } from './browser.ts'
import { send } from './send.ts'

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
    rest: createRest({
      fetch: (path, init) => fetch(origin + path, init),
      token: async (fresh) => (await tokens(fresh))?.token ?? null,
      features: () => (connection.value.kind === 'live' ? connection.value.features : []),
    }),
    session,
    outbox,
    connection,
    live: computed(() => connection.value.kind === 'live'),
    dispose() {
      for (const dispose of disposers) dispose()
    },
  }
}

export function onWindow(type: string, listener: (event: Event) => void): () => void {
  // In the capture phase the window also hears what is said of the document alone.
  addEventListener(type, listener, { capture: true })
  return () => removeEventListener(type, listener, { capture: true })
}
