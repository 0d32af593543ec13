// State of one open ticket: its fields and history, who is typing and viewing, and the actions of this person.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import type { NewRating, TicketPatch, Viewer } from '../protocol/generated.ts'
import type { HistoryEvent, Problem, TicketView } from '../protocol/model.ts'
import type { Subscription, TicketFrame, TicketSink } from '../connection/subscriptions.ts'
import type { Clock } from '../connection/transport.ts'
import type { Result } from '../rest/request.ts'
import { reduce } from '../timeline/reduce.ts'
import { EMPTY, type Pending, type Timeline, type TimelineInput } from '../timeline/state.ts'
import type { Reader } from '../timeline/view.ts'
import type { OutboxChange } from '../outbox/outbox.ts'
import type { QueuedFile } from '../outbox/files.ts'
import type { FollowUp, Queued } from '../outbox/store.ts'
import { clock } from './browser.ts'
import type { Client } from './client.ts'
import { createEdits, type Edits } from './edits.ts'
import { changesFacts, renamedTo, withEvent } from './optimistic.ts'
import { createPresence, type TypingPerson } from './presence.ts'

export type Opening =
  | { readonly kind: 'loading' }
  | { readonly kind: 'open'; readonly ticket: TicketView; readonly reader: Reader }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** Returns the patch to send if the person repeats a refused change. */
export type Insisting = (patch: TicketPatch, problem: Problem) => TicketPatch

export interface Fault {
  readonly problem: Problem
  /**
   * The refused change; null if the fault is not about a change. If an assignment was refused because another person assigned the ticket
   * first, `retry` overwrites that assignment.
   */
  readonly patch: TicketPatch | null
  retry(): void
  dismiss(): void
}

export interface TicketStore {
  readonly opening: ReadonlySignal<Opening>
  readonly timeline: ReadonlySignal<Timeline>
  readonly typing: ReadonlySignal<readonly TypingPerson[]>
  readonly viewers: ReadonlySignal<readonly Viewer[]>
  readonly loadingOlder: ReadonlySignal<boolean>
  /** This person's edits and removals of messages in the ticket. */
  readonly edits: Edits
  /** The latest action that failed. Null after the action succeeds or the person dismisses the fault. */
  readonly fault: ReadonlySignal<Fault | null>
  /** This person's read position when the ticket was opened. Null until loaded. */
  readonly readAtOpening: number | null
  /** This person's settings for writing and alerts, which are stored in this browser. */
  readonly habits: Client['habits']
  /** What is needed to attach files and to show them. */
  readonly files: Client['files']
  send(body: string, how: { readonly internal: boolean; readonly based_on: number | null; readonly files?: readonly QueuedFile[]; readonly then?: FollowUp | null }): Queued | null
  /**
   * Takes back a message before it is sent. `key` is the message's idempotency key. Without `key`, takes back the last message. Returns
   * null if the message was already sent.
   */
  undo(key?: string): Queued | null
  retry(key: string, how: 'as_written' | 'insist'): void
  discard(key: string): Queued | null
  /** Returns a message from the outbox. Null if the outbox does not contain the message. */
  queued(key: string): Queued | null
  /**
   * Loads the events before the first loaded event. `isAsked`: the reader clicked to load them. After a failure, scrolling does not load
   * events for a while, but a click does.
   */
  loadOlder(isAsked: boolean): Promise<void>
  /** Changes the ticket. If the server refuses and the person retries, `insisting` returns the patch to send. */
  change(patch: TicketPatch, insisting?: Insisting): Promise<boolean>
  rate(rating: NewRating): Promise<boolean>
  /** Reports typing. Call this with `on` true at every keystroke, and with `on` false when the text is empty again. */
  wrote(on: boolean, internal: boolean): void
  /** Call this when the person sees the end of the ticket's history. Marks all events as read. */
  sawEnd(): void
  /** Call this with the response to a change of this ticket that another part of the page sent. */
  told(ticket: TicketView): void
  reload(): void
  dispose(): void
}

/** Actions that may fail. When an action succeeds, only its own fault is cleared. */
type Action = 'listen' | 'older' | 'change'

const OLDER_EVENTS = 50
const REFRESH_MS = 60
const RETRY_MS = 2_000

export interface TicketListener {
  /** Called once, when the server first responds. A cached state of a recently opened ticket does not count as a response. */
  opened?(ticket: TicketView): void
  /** Called whenever a newer state of the ticket is known. */
  ticket(ticket: TicketView): void
  /** Called for each event that arrives while the ticket is open. */
  event(event: HistoryEvent, ticket: TicketView): void
}

/** Opens a ticket. `ref` is the ticket's id or number. */
export function openTicket(client: Client, ref: string, listener: TicketListener, time: Clock = clock): TicketStore {
  const opening = signal<Opening>({ kind: 'loading' })
  const timeline = signal<Timeline>(EMPTY)
  const loadingOlder = signal(false)
  const fault = signal<(Fault & { readonly of: Action }) | null>(null)
  const presence = createPresence(client, time)
  let subscription: Subscription | null = null
  let readAtOpening: number | null = null
  /** Whether the server has responded. Until then, a cached state of the ticket may be shown. */
  let isAnswered = false
  /** Until this time, scrolling does not load the events before the first loaded event, because the last attempt failed. */
  let olderAt = 0
  /** The customer's new name that last caused a reload of the ticket. */
  let askedName: string | null = null
  let disposed = false
  /** Incremented at every restore of the database. Responses to requests from before the restore have invalid sequence numbers. */
  let epochs = 0
  /** The value of `epochs` (the count of database restores) when the shown ticket fields were loaded. */
  let factsOf = 0
  let stopRefresh = () => {}
  let stopOutbox = () => {}
  /** How many times the connection has gone live. */
  let lives = 0

  const settled = (of: Action) => { if (fault.peek()?.of === of) fault.value = null }
  const failed = (of: Action, problem: Problem, retry: () => void, patch: TicketPatch | null = null) => {
    fault.value = { of, problem, patch, retry, dismiss: () => settled(of) }
  }
  const id = () => (opening.value.kind === 'open' ? opening.value.ticket.id : null)
  const edits = createEdits({ client, timeline, storage: client.storage, open: () => (opening.value.kind === 'open' ? opening.value : null) })
  const step = (input: TimelineInput) => {
    timeline.value = reduce(timeline.value, input)
    edits.grown()
    if (timeline.value.hole) subscription?.again()
  }

  const take = (ticket: TicketView) => {
    const before = opening.value
    // Ignore a ticket that is older than the known events, unless the database was restored after the shown ticket was loaded.
    if (before.kind === 'open' && before.ticket.seq > ticket.seq && factsOf === epochs) return
    factsOf = epochs
    const reader: Reader = before.kind === 'open' && before.reader.side === ticket.side ? before.reader : readerOf(ticket)
    opening.value = { kind: 'open', ticket, reader }
    listener.ticket(ticket)
  }

  const keepShown = () => {
    const now = opening.peek()
    if (now.kind === 'open') client.opened.keep(now.ticket, timeline.peek())
  }

  const readerOf = (ticket: TicketView): Reader => (ticket.side === 'customer' ? { side: 'customer' } : { side: 'staff', id: client.identity.id })

  const load = async () => {
    const [mine, life] = [epochs, lives]
    const result = await client.rest.ticket(ref)
    if (disposed || mine !== epochs) return
    if (!result.ok) {
      if (opening.value.kind === 'open') refreshSoon(RETRY_MS)
      // The request was sent before the connection went live, so its failure may be outdated. Load again.
      else if (life !== lives && result.problem.code !== 'not_found') void load()
      else opening.value = { kind: 'failed', problem: result.problem }
      return
    }
    readAtOpening ??= result.value.read_seq
    take(result.value)
    if (!isAnswered) listener.opened?.(result.value)
    isAnswered = true
    // A ticket shown from the cache is already subscribed.
    if (subscription === null) listen(result.value.id)
  }

  const listen = (ticket: string) => {
    for (const entry of client.outbox.of(ticket)) {
      step({ type: 'queued', pending: pendingOf(entry) })
      const code = client.outbox.held(entry.key)
      if (code !== null) step({ type: 'held', key: entry.key, code })
    }
    stopOutbox = client.outbox.onChange((change) => outboxChanged(ticket, change))
    presence.open(ticket)
    subscription = client.session.subscribe(ticket, sink)
  }

  const outboxChanged = (ticket: string, change: OutboxChange) => {
    if (change.type !== 'withdrawn' && change.entry.ticket !== ticket) return
    switch (change.type) {
      case 'queued': return step({ type: 'queued', pending: pendingOf(change.entry) })
      case 'acked': return step({ type: 'acked', key: change.entry.key, seq: change.seq })
      case 'refused':
      case 'held': return step({ type: change.type, key: change.entry.key, code: change.code })
      case 'withdrawn': return step({ type: 'withdrawn', key: change.key })
    }
  }

  const refreshSoon = (ms: number) => {
    stopRefresh()
    stopRefresh = time.after(ms, () => void load())
  }

  const heard = (events: readonly HistoryEvent[]) => {
    // After a restore of the database, events cannot be applied until the ticket's fields are loaded again.
    if (opening.value.kind !== 'open' || factsOf !== epochs) return
    const { ticket } = opening.value
    const news = events.filter((event) => event.seq > ticket.seq)
    if (news.length === 0) return
    take(news.reduce(withEvent, ticket))
    const name = news.map((event) => renamedTo(ticket, event)).findLast((one) => one !== null) ?? null
    const isRenamed = name !== null && name !== askedName
    if (isRenamed) askedName = name
    if (isRenamed || news.some(changesFacts)) refreshSoon(REFRESH_MS)
  }

  /**
   * The open ticket no longer exists, or this person may no longer read it. Load again by `ref`, because after a restore of the database
   * another ticket may have the same number.
   */
  const gone = () => batch(() => {
    if (opening.value.kind === 'open') client.opened.keep(opening.value.ticket, null)
    subscription?.dispose()
    subscription = null
    stopOutbox()
    stopRefresh()
    presence.disconnected()
    fault.value = null
    readAtOpening = null
    isAnswered = false
    timeline.value = EMPTY
    opening.value = { kind: 'loading' }
    void load()
  })

  const sink: TicketSink = {
    resume() {
      const { position, epoch } = timeline.value
      return position === null ? null : { after: position, epoch }
    },
    subscribing: () => step({ type: 'subscribing' }),
    page(page) {
      batch(() => {
        const { epoch } = timeline.peek()
        if (epoch !== null && epoch !== page.epoch) {
          epochs++
          presence.restarted()
          refreshSoon(0)
        }
        step({ type: 'page', page })
        settled('listen')
        // The connection works again, so clear the error of an attempt to load earlier history that failed while the server was
        // unreachable.
        if (fault.peek()?.of === 'older' && fault.peek()?.problem.code === 'unreachable') fault.value = null
        if (!page.more) {
          presence.arrived(page.viewers)
          presence.joined()
        }
        heard(page.events)
        if (page.reset && factsOf === epochs) refreshSoon(REFRESH_MS)
      })
    },
    frame: (frame) => batch(() => taken(frame)),
    head: (seq) => step({ type: 'head', seq }),
    disconnected() {
      step({ type: 'disconnected' })
      presence.disconnected()
    },
    refused: (code) => code === 'not_found' ? gone() : failed('listen', { status: 0, code, title: '', retry_after_ms: null, head: null }, () => subscription?.again()),
  }

  const taken = (frame: TicketFrame) => {
    switch (frame.type) {
      case 'event':
        presence.spoke(frame.event.actor)
        step({ type: 'event', event: frame.event })
        heard([frame.event])
        if (opening.value.kind === 'open') listener.event(frame.event, opening.value.ticket)
        return
      case 'reset':
        step({ type: 'reset' })
        // The `reset` frame says that the known events are no longer valid. The ticket's subject may have changed too, so reload the
        // ticket.
        refreshSoon(REFRESH_MS)
        return subscription?.again()
      case 'read': return step({ type: 'read', mark: { person: frame.person, seq: frame.seq } })
      case 'typing': return presence.typed({ person: frame.person, internal: frame.internal }, frame.on)
      case 'presence': return presence.arrived(frame.viewers)
    }
  }

  const act = async (run: (ticket: string) => Promise<Result<TicketView>>, refused = (problem: Problem) => failed('change', problem, () => void act(run))): Promise<boolean> => {
    const ticket = id()
    if (ticket === null) return false
    const result = await run(ticket)
    if (disposed) return result.ok
    if (result.ok) {
      settled('change')
      take(result.value)
    } else refused(result.problem)
    return result.ok
  }
  const change = (patch: TicketPatch, insisting: Insisting = (same) => same): Promise<boolean> => act((ticket) => client.rest.changeTicket(ticket, patch), (problem) => {
    failed('change', problem, () => void change(insisting(patch, problem), insisting), patch)
    // Reload the ticket, so that the current assignee is shown next to the error.
    if (problem.code === 'conflict') refreshSoon(0)
  })

  const before = client.opened.find(ref)
  if (before !== null) batch(() => {
    timeline.value = before.timeline
    take(before.ticket)
    listen(before.ticket.id)
  })
  void load()
  const stopLive = client.connection.subscribe(({ kind }) => {
    if (kind !== 'live') return
    lives++
    if (opening.peek().kind === 'failed') store.reload()
  })
  const store: TicketStore = {
    opening,
    timeline,
    typing: presence.typing,
    viewers: presence.viewers,
    loadingOlder,
    edits,
    fault,
    get readAtOpening() { return readAtOpening },
    habits: client.habits,
    files: client.files,
    send(body, { internal, based_on, files = [], then = null }) {
      if (opening.value.kind !== 'open') return null
      const { id: ticket, ticket_number: number } = opening.value.ticket
      const entry = client.outbox.queue({ ticket, number, body, internal, based_on, files, then, hold_ms: client.habits.undo_s.peek() * 1_000 })
      presence.wrote(false, internal)
      return entry
    },
    undo(key) {
      const last = key ?? timeline.peek().pending.at(-1)?.key
      return last === undefined ? null : client.outbox.undo(last)
    },
    retry: (key, how) => client.outbox.retry(key, how),
    discard: (key) => client.outbox.discard(key),
    queued: (key) => client.outbox.entries().find((entry) => entry.key === key) ?? null,
    async loadOlder(isAsked) {
      const ticket = id()
      const { events, position, more_before } = timeline.value
      if (ticket === null || position === null || !more_before || loadingOlder.value || (!isAsked && time.now() < olderAt)) return
      loadingOlder.value = true
      const result = await client.rest.activity(ticket, { before: events[0]?.seq ?? position + 1 }, OLDER_EVENTS)
      loadingOlder.value = false
      if (disposed) return
      if (result.ok) {
        settled('older')
        return step({ type: 'older', page: result.value })
      }
      olderAt = time.now() + RETRY_MS
      failed('older', result.problem, () => void store.loadOlder(true))
    },
    change,
    rate: (rating) => act((ticket) => client.rest.rate(ticket, rating)),
    wrote: presence.wrote,
    sawEnd: () => presence.saw(timeline.value.position ?? 0),
    told(ticket) { if (!disposed && ticket.id === id()) take(ticket) },
    reload() {
      if (opening.value.kind === 'failed') opening.value = { kind: 'loading' }
      void load()
    },
    dispose() {
      disposed = true
      stopLive()
      if (factsOf === epochs) keepShown()
      stopRefresh()
      stopOutbox()
      presence.dispose()
      subscription?.dispose()
    },
  }
  return store
}

function pendingOf(entry: Queued): Pending {
  const { key, body, internal, at, refused, paused, hold_until, files } = entry
  return { key, body, internal, at, hold_until, files, state: refused !== null ? { kind: 'refused', code: refused } : { kind: paused ? 'paused' : 'waiting' } }
}
