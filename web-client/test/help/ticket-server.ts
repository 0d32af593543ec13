// A simulated server for tests of ticket lists. It returns pages by cursor, and sends frames with changes that may be delayed and merged.

import { signal } from '@preact/signals'
import { createInboxRows } from '../../src/connection/inbox-rows.ts'
import type { InboxFrame } from '../../src/connection/inbox-rows.ts'
import type { InboxListener } from '../../src/connection/inbox-watch.ts'
import type { Clock } from '../../src/connection/transport.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../../src/protocol/generated.ts'
import type { Page, StaffView } from '../../src/protocol/model.ts'
import { isOver } from '../../src/protocol/words.ts'
import type { TicketQuery } from '../../src/rest/client.ts'
import type { Result } from '../../src/rest/request.ts'
import { below } from './random.ts'
import { staffTicket } from './sample.ts'

export const ME = 'agent-me'
const AGENTS = [null, ME, 'agent-other'] as const
const PEOPLE = ['ada', 'carl'] as const
/** A search for one of these words finds about half of the tickets. Only the server knows which tickets match. */
export const WORDS = ['red', 'blue'] as const

export interface ManualClock extends Clock {
  /** The current time. A test may replace this function to simulate a device that slept. */
  now: () => number
  /** Advances the time by `ms` milliseconds and runs the timers that are due. */
  pass(ms: number): void
  /** Milliseconds until the next timer is due, or null if there is no timer. */
  next(): number | null
}

export function manualClock(): ManualClock {
  let now = 0
  let timers: { readonly at: number; readonly call: () => void }[] = []
  const next = () => (timers.length === 0 ? null : Math.min(...timers.map((timer) => timer.at)) - now)
  return {
    now: () => now,
    next,
    after(ms, call) {
      const timer = { at: now + ms, call }
      timers.push(timer)
      return () => { timers = timers.filter((one) => one !== timer) }
    },
    pass(ms) {
      const end = now + ms
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers = timers.filter((one) => one !== due)
        now = Math.max(now, due.at)
        due.call()
      }
      now = end
    },
  }
}

/** Formats a time as the server does. The fraction of a second has zero, three or six digits, depending on its trailing zeros. */
export function stamp(micros: number): string {
  const seconds = new Date(1_750_000_000_000 + Math.floor(micros / 1_000_000) * 1_000).toISOString().slice(0, 19)
  const rest = micros % 1_000_000
  const fraction = rest === 0 ? '' : rest % 1_000 === 0 ? `.${String(rest / 1_000).padStart(3, '0')}` : `.${String(rest).padStart(6, '0')}`
  return `${seconds}${fraction}Z`
}

function micros(at: string): number {
  const [seconds = '', fraction = ''] = at.replace('Z', '').split('.')
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction.padEnd(6, '0'))
}

interface Request {
  isRead(): boolean
  read(): void
  answer(): void
  fail(): void
}

const UNREACHABLE = { ok: false, problem: { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null } } as const

export function ticketServer(random: () => number) {
  const tickets = new Map<string, StaffView>()
  const hidden = new Map<string, string>()
  let requests: Request[] = []
  let changed: string[] = []
  let known = new Map<string, string>()
  /** Frames that were sent and not delivered yet. They are delivered in order. */
  let wire: InboxFrame[] = []
  let listener: InboxListener = { frame() {}, began() {} }
  let [made, time] = [0, 0]
  const live = signal(false)
  /** Whether the server pushes changes to the client now. */
  let isWatched = false
  const rows = createInboxRows()
  const one = <T>(of: readonly T[]): T | undefined => of[below(random, of.length)]

  /**
   * Advances the server's time by a random amount. Sometimes the time does not change, and sometimes it becomes a whole second or
   * millisecond.
   */
  const tick = () => {
    const dice = random()
    time += dice < 0.15 ? 0 : dice < 0.3 ? 1_000_000 - (time % 1_000_000) : dice < 0.45 ? 1_000 - (time % 1_000) : below(random, 3_000)
    return stamp(time)
  }
  const touch = (id: string) => { if (isWatched && !changed.includes(id)) changed.push(id) }
  const create = () => {
    const at = tick()
    // Tickets created at the same time have ids in random order, so that tests depend on the tie-break by id.
    const id = `${String(below(random, 1e6)).padStart(6, '0')}-${++made}`
    hidden.set(id, random() < 0.5 ? WORDS[0] : WORDS[1])
    tickets.set(id, {
      ...staffTicket, id, ticket_number: `TKT-${made}`, subject: random() < 0.5 ? WORDS[0] : 'green', archived_at: null, status: random() < 0.7 ? 'open' : (one(STATUSES) ?? 'open'),
      priority: one(PRIORITIES) ?? 'low', category: one(CATEGORIES.slice(0, 2)) ?? 'general', user_id: one(PEOPLE) ?? 'ada', assigned_to: agent(), created_at: at, last_activity_at: at, seq: 1, read_seq: 0, waiting_since: null,
    })
    const fresh = tickets.get(id)
    if (fresh !== undefined) tickets.set(id, waits(fresh))
    touch(id)
  }
  /** Sets at random since when the customer has been waiting. In a resolved, closed or archived ticket no customer waits. */
  const waits = (ticket: StaffView): StaffView => ({ ...ticket, waiting_since: isOver(ticket.status) || ticket.archived_at !== null || random() < 0.4 ? null : random() < 0.6 ? ticket.waiting_since ?? ticket.last_activity_at : ticket.last_activity_at })
  const agent = () => {
    const id = one(AGENTS) ?? null
    return id === null ? null : { id, name: id }
  }
  /**
   * Changes a ticket at random and returns it before and after. If `near` is given, the ticket is near the edge of a page of that query,
   * where errors are likely.
   */
  const change = (near: TicketQuery | null, of?: string) => {
    const before = of !== undefined ? tickets.get(of) : (near === null ? undefined : all(near)[(one([0, 49, 99, 149]) ?? 0) + below(random, 3)]) ?? tickets.get(one([...tickets.keys()]) ?? '')
    if (before === undefined) return []
    const dice = random()
    const more: Partial<StaffView> = dice < 0.5 ? {} : dice < 0.7 ? { status: one(STATUSES) ?? 'open' } : dice < 0.85 ? { assigned_to: agent() } : dice < 0.95 ? { priority: one(PRIORITIES) ?? 'low' } : { archived_at: tick() }
    const after = waits({ ...before, ...more, seq: before.seq + 1, last_activity_at: tick() })
    tickets.set(before.id, after)
    touch(before.id)
    return [before, after]
  }

  const fits = (ticket: StaffView, query: TicketQuery): boolean => {
    const { tab, status, priority, category, user_id, assigned_to, search, needs_answer } = query
    return ticket.archived_at === null
      && (tab === undefined || isOver(ticket.status) === (tab === 'closed'))
      && (status === undefined || status.includes(ticket.status))
      && (priority === undefined || priority === ticket.priority)
      && (category === undefined || category === ticket.category)
      && (user_id === undefined || user_id === ticket.user_id)
      && (assigned_to === undefined || (assigned_to === 'nobody' ? null : assigned_to === 'me' ? ME : assigned_to) === (ticket.assigned_to?.id ?? null))
      && (needs_answer !== true || ticket.waiting_since !== null)
      && (search === undefined || hidden.get(ticket.id) === search)
  }
  const all = (query: TicketQuery): readonly StaffView[] => {
    const at = (ticket: StaffView) => micros(query.sort === 'waiting' ? (ticket.waiting_since ?? '9999-01-01T00:00:00Z') : query.sort === undefined || query.sort === 'last_activity' ? ticket.last_activity_at : ticket.created_at)
    const up = (a: StaffView, b: StaffView) => at(a) - at(b) || (a.id < b.id ? -1 : 1)
    return [...tickets.values()].filter((ticket) => fits(ticket, query)).toSorted((a, b) => (query.sort === 'oldest' || query.sort === 'waiting' ? up(a, b) : up(b, a)))
  }
  const page = ({ cursor, limit = 25, ...query }: TicketQuery): Page<StaffView> => {
    // A cursor contains the position that the last ticket of a page had. The position stays valid if that ticket moves after the page was
    // returned.
    const [time_of = '', id_of = ''] = (cursor ?? '').split('|')
    const at = (ticket: StaffView) => micros(query.sort === 'waiting' ? (ticket.waiting_since ?? '9999-01-01T00:00:00Z') : query.sort === undefined || query.sort === 'last_activity' ? ticket.last_activity_at : ticket.created_at)
    const up = (ticket: StaffView) => at(ticket) - Number(time_of) || (ticket.id < id_of ? -1 : ticket.id > id_of ? 1 : 0)
    const behind = all(query).filter((ticket) => cursor === undefined || (query.sort === 'oldest' || query.sort === 'waiting' ? up(ticket) > 0 : up(ticket) < 0))
    const items = behind.slice(0, limit)
    const last = items.at(-1)
    return { items, next_cursor: last !== undefined && behind.length > limit ? `${at(last)}|${last.id}` : null }
  }

  /** Starts a request. The simulated server first reads the data, and sends its response at a later time. */
  const ask = <T>(look: () => T): Promise<Result<T>> => new Promise((resolve) => {
    let result: Result<T> | null = null
    requests.push({
      isRead: () => result !== null,
      read: () => { result = { ok: true, value: look() } },
      answer: () => { if (result !== null) resolve(result) },
      fail: () => resolve(UNREACHABLE),
    })
  })
  const push = (most: number) => {
    const told = changed.splice(0, 1 + below(random, most)).flatMap((id) => tickets.get(id) ?? [])
    if (told.length === 0) return
    const shape = ({ seq: _seq, last_activity_at: _at, last_message: _last, waiting_since: _since, ...rest }: StaffView) => JSON.stringify(rest)
    const isKnown = (ticket: StaffView) => known.get(ticket.id) === shape(ticket)
    const frame: InboxFrame = {
      type: 'inbox',
      tickets: told.filter((ticket) => !isKnown(ticket)),
      moved: told.filter(isKnown).map(({ id, seq, last_activity_at, last_message, waiting_since }) => ({ id, seq, last_activity_at, last_message, waiting_since })),
      stats: null,
    }
    for (const ticket of told) known.set(ticket.id, shape(ticket))
    wire.push(frame)
  }

  return {
    live,
    client: { identity: { id: ME }, live, session: { inbox: (added: InboxListener) => { listener = added; return () => { listener = { frame() {}, began() {} } } } } },
    ask,
    page,
    team: { allTickets: (query: TicketQuery) => ask(() => page(query)) },
    all,
    get: (id: string) => tickets.get(id),
    create,
    change,
    push,
    /** Delivers a frame at once, before the frames that are on their way. */
    say: (frame: InboxFrame) => listener.frame(rows.fill(frame)),
    deliver() {
      const frame = wire.shift()
      if (frame !== undefined) listener.frame(rows.fill(frame))
    },
    isQuiet: () => requests.length === 0 && changed.length === 0 && wire.length === 0,
    /** Picks a pending request at random and reads the server's data for it. */
    read: () => one(requests.filter((of) => !of.isRead()))?.read(),
    /** Delivers the response of one random request, perhaps long after the data was read. Responses may overtake each other. */
    answer() {
      const request = one(requests.filter((of) => of.isRead()))
      requests = requests.filter((of) => of !== request)
      request?.answer()
    },
    fail() {
      const request = one(requests)
      requests = requests.filter((of) => of !== request)
      request?.fail()
    },
    cut() {
      changed = []
      wire = []
      isWatched = false
      live.value = false
    },
    connect() { live.value = true },
    isWatched: () => isWatched,
    /** Starts pushing changes, as the client has requested. */
    watch() {
      if (!live.peek() || isWatched) return
      known = new Map()
      isWatched = true
      listener.began()
    },
  }
}
