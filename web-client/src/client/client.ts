// Connects the REST calls, the live session and the outbox (queue of unsent messages) of one signed-in person.

import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { createSession, type Left, type Session, type SessionState, type TokenSource } from '../connection/session.ts'
import type { Clock, Socket } from '../connection/transport.ts'
import { createOutbox, type Outbox } from '../outbox/outbox.ts'
import { createOutboxStore, type KeyValue, type Queued } from '../outbox/store.ts'
import type { StaffRole } from '../protocol/generated.ts'
import type { WatchFactory, WatchState } from '../connection/inbox-watch.ts'
import { createRest, type Rest } from '../rest/client.ts'
import type { BearerSource } from '../rest/request.ts'
import type { Identity } from './auth.ts'
import { clock, isKept, newKey, storageOr, thisPage, type Page } from './browser.ts'
import { hasRoom, lock, openSocket } from './browser-send.ts'
import { keptFiles } from './draft-files.ts'
import { createFileAccess, type FileAccess } from './file-access.ts'
import { createHabits, type Habits } from './habits.ts'
import { onStored } from './on-stored.ts'
import { onWindow } from './on-window.ts'
import { createOpenedTickets, type OpenedTickets } from './opened.ts'
import { send } from './send.ts'

export type { FollowOutcome } from '../outbox/outbox.ts'
export type { FollowUp, Queued } from '../outbox/store.ts'

export interface Client {
  readonly identity: Identity
  /** The origin of the Helpline server. It differs from the page's origin when the client is embedded in another site. */
  readonly origin: string
  readonly rest: Rest
  readonly session: Session
  readonly outbox: Outbox
  readonly files: FileAccess
  readonly habits: Habits
  readonly opened: OpenedTickets
  /** The storage for this person's drafts and unsent messages. */
  readonly storage: KeyValue
  readonly connection: ReadonlySignal<SessionState>
  readonly live: ReadonlySignal<boolean>
  /** The role that the server reported last; until its first report, the role from sign-in. */
  readonly role: ReadonlySignal<StaffRole | null>
  /** The state of the subscription to the changes of all tickets, which ticket lists use. */
  readonly watch: ReadonlySignal<WatchState>
  /** This person's messages, in all tickets, that the server has not stored yet. */
  readonly unsent: ReadonlySignal<readonly Queued[]>
  /** Whether texts written on this page will be lost when the page closes, because the browser's storage is forbidden or full. */
  isUnkept(): boolean
  /** True after this person has left the page. Late responses must then be discarded, so that the next person never sees them. */
  readonly isDisposed: boolean
  dispose(): void
}

/** The browser functions that the client uses, replaceable in tests. */
export interface ClientEdges {
  readonly time?: Clock
  readonly storage?: KeyValue
  readonly sockets?: (origin: string) => Socket
  /** Runs `run` while this tab owns the lock `name`, which only one tab can own at a time. */
  readonly locks?: (name: string, run: () => Promise<void>) => Promise<void>
  readonly page?: Pick<Page, 'document' | 'fetch' | 'addEventListener' | 'removeEventListener'>
}

/**
 * Creates a person's client. `left` is called when this person is no longer signed in on this page. `watching` creates the subscription to
 * the changes of all tickets, which ticket lists use.
 */
export function createClient(identity: Identity, tokens: TokenSource, origin: string, left: (user: string, why: Left) => void, watching: WatchFactory, { time = clock, storage = storageOr('localStorage'), sockets = openSocket, locks = lock, page = thisPage }: ClientEdges = {}): Client {
  const session = createSession({ sockets: () => sockets(origin), clock: time, random: Math.random, tokens, user: identity.id, watch: watching })
  const connection = signal<SessionState>(session.state())
  const watch = signal<WatchState>(session.watch())
  const bearer: BearerSource = async (fresh) => (await tokens(fresh))?.token ?? null
  const rest = createRest({
    fetch: (path, init) => page.fetch(origin + path, init),
    token: bearer,
    features: () => (connection.value.kind === 'live' ? connection.value.features : []),
  })
  const files = createFileAccess(origin, keptFiles(identity.id, storage), connection, async () => (await import('./open-files.ts')).openFiles(origin, { user: identity.id, request: rest.request, token: bearer, storage, unsent: () => outbox.entries() }))
  const outbox = createOutbox({
    store: createOutboxStore(storage, identity.id, isKept(storage)),
    send: async (entry) => (entry.files.length === 0 ? send(session, entry) : (await import('./send-files.ts')).sendWithFiles(session, files, entry, outbox)),
    canSend: () => session.state().kind === 'live',
    lock: (ticket, run) => locks(`helpline.outbox.${identity.id}.${ticket}`, run),
    after: time.after,
    now: time.now,
    newKey,
  })
  const habits = createHabits(identity.id, storage)
  const unsent = signal(outbox.entries())
  const role = signal(identity.role)
  let isDisposed = false
  const on = (type: string, listener: (event: Event) => void) => onWindow(type, listener, page)
  const disposers = [
    outbox.onChange(() => { unsent.value = outbox.entries() }),
    session.onWatch((state) => { watch.value = state }),
    session.onState((state) => {
      connection.value = state
      if (state.kind === 'live') {
        role.value = state.role
        outbox.flush()
      }
      if (state.kind === 'left') {
        // Keep the queued messages. After the next sign-in, the person must confirm before the messages are sent.
        outbox.pause()
        left(identity.id, state.why)
      }
    }),
    onStored((item) => {
      outbox.changedElsewhere(item)
      habits.changedElsewhere(item)
    }, page),
    on('beforeunload', (event) => { if (outbox.isUnkept() || outbox.isHeld()) event.preventDefault() }),
    on('online', () => session.nudge()),
    // Timers and the socket may have stopped while the page was hidden or frozen, so check the connection.
    on('visibilitychange', () => { if (page.document.visibilityState === 'visible') session.wake('looked_at') }),
    on('resume', () => session.wake('looked_at')),
    on('pageshow', (event) => { if ('persisted' in event && event.persisted) session.wake('restored') }),
    on('offline', () => session.drop()),
    () => session.stop(),
    () => outbox.dispose(),
    () => files.dispose(),
    () => habits.dispose(),
  ]
  session.start()
  return {
    identity,
    origin,
    rest,
    session,
    files,
    outbox,
    habits,
    opened: createOpenedTickets(),
    storage,
    connection,
    watch,
    unsent,
    role,
    isUnkept: () => (unsent.value.length > 0 && outbox.isUnkept()) || !hasRoom(storage),
    live: computed(() => connection.value.kind === 'live'),
    get isDisposed() { return isDisposed },
    dispose() {
      isDisposed = true
      for (const dispose of disposers) dispose()
    },
  }
}
