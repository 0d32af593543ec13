// The state of the access log screen for admins. The screen's URL contains the filters. The entries load page by page, the newest entries
// first.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import type { AccessEntry } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { createAccessLogRest, type AccessLogRest, type AccessQuery } from '../rest/access-log.ts'
import type { Client } from './client.ts'

/** The filters of the access log. An empty filter matches every entry. */
export interface AccessFilters {
  /** Only entries of the person with this id. */
  readonly user: string
  readonly actions: readonly string[]
  /** Only entries about the ticket with this number or id. */
  readonly ticket: string
  readonly isRefused: boolean
  /** The first and the last day to show, both included, as `2026-03-01` in the reader's time zone. */
  readonly from: string
  readonly to: string
}

export const NO_ACCESS_FILTERS: AccessFilters = { user: '', actions: [], ticket: '', isRefused: false, from: '', to: '' }

const TEXTS = ['user', 'ticket', 'from', 'to'] as const

export function accessFiltersOf(query: URLSearchParams): AccessFilters {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, (query.get(name) ?? '').trim()]))
  const actions = (query.get('action') ?? '').split(',').filter((name) => name !== '')
  return { ...NO_ACCESS_FILTERS, ...texts, actions, isRefused: query.get('refused') === 'true' }
}

/** Converts filters to the URL's query string. Leaves out empty fields. */
export function accessQueryOf(filters: AccessFilters): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of TEXTS) if (filters[name] !== '') query.set(name, filters[name])
  if (filters.actions.length > 0) query.set('action', filters.actions.join(','))
  if (filters.isRefused) query.set('refused', 'true')
  return query
}

/** The filter whose value is invalid. `order` means that the last day is before the first day. */
export type AccessFault = 'user' | 'action' | 'ticket' | 'from' | 'to' | 'order'

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const TICKET_NUMBER = /^TKT-\d{6,12}$/i
/**
 * The earliest year that a date filter accepts. No entry of the access log is older than that year, and some servers reject dates before
 * it.
 */
const FIRST_YEAR = 1970
/**
 * The latest year that a date filter accepts. The client sends the day after the last day to the server, and the year of that day must have
 * four digits too.
 */
const LAST_YEAR = 9998
const ACTION = /^[a-z][a-z_]{0,63}$/

/**
 * Returns the filters that have invalid values; an empty set means that the query can be sent. `recorded` lists the known action names. If
 * `recorded` is empty, only the spelling of action names is checked.
 */
export function accessFaultsOf({ user, actions, ticket, from, to }: AccessFilters, recorded: readonly string[] = []): ReadonlySet<AccessFault> {
  const faults = new Set<AccessFault>()
  if (!actions.every((name) => (recorded.length === 0 ? ACTION.test(name) : recorded.includes(name)))) faults.add('action')
  if (user !== '' && !ID.test(user)) faults.add('user')
  if (ticket !== '' && !ID.test(ticket) && !TICKET_NUMBER.test(ticket)) faults.add('ticket')
  if (from !== '' && startOf(from) === null) faults.add('from')
  if (to !== '' && startOf(to) === null) faults.add('to')
  const [start, end] = [startOf(from), startOf(to, 1)]
  if (start !== null && end !== null && start >= end) faults.add('order')
  return faults
}

/** Converts valid filters to query parameters for the server. Entries from the last day (`to`) are included. */
export function accessAsked({ user, actions, ticket, isRefused, from, to }: AccessFilters): AccessQuery {
  const [start, end] = [startOf(from), startOf(to, 1)]
  return {
    ...(user === '' ? {} : { user: user.toLowerCase() }),
    ...(actions.length === 0 ? {} : { action: actions }),
    ...(ticket === '' ? {} : { ticket: ticket.toUpperCase().startsWith('TKT-') ? ticket.toUpperCase() : ticket.toLowerCase() }),
    ...(isRefused ? { refused: true } : {}),
    ...(start === null ? {} : { from: start.toISOString() }),
    ...(end === null ? {} : { to: end.toISOString() }),
  }
}

/**
 * Returns the local midnight at the start of the day that is `later` days after `day`. Counts calendar days, because a day may have 23 or
 * 25 hours. Returns null for an invalid date.
 */
function startOf(day: string, later = 0): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  if (parts === null) return null
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const whole = new Date(year, month - 1, date)
  return year < FIRST_YEAR || year > LAST_YEAR || whole.getMonth() !== month - 1 || whole.getDate() !== date ? null : new Date(year, month - 1, date + later)
}

export interface AccessLog {
  /** The loaded entries; null until the current query's first page arrives. */
  readonly entries: ReadonlySignal<readonly AccessEntry[] | null>
  readonly isBusy: ReadonlySignal<boolean>
  readonly hasMore: ReadonlySignal<boolean>
  /**
   * Set if the server stopped searching before the most recently loaded page was full: the server has searched only back to this time.
   * Otherwise null.
   */
  readonly searchedTo: ReadonlySignal<string | null>
  /** Why the most recent request for a page of entries failed, or null. Calling `more` repeats the request. */
  readonly problem: ReadonlySignal<Problem | null>
  /** Starts a new query from the newest entry. Responses to earlier queries are discarded. */
  begin(query: AccessQuery): Promise<void>
  /** Loads the next page of entries. Does nothing while a request is running or when there are no more pages. */
  more(): Promise<void>
}

export function createAccessLog(rest: Pick<AccessLogRest, 'accessLog'>): AccessLog {
  const entries = signal<readonly AccessEntry[] | null>(null)
  const [isBusy, hasMore] = [signal(false), signal(false)]
  const searchedTo = signal<string | null>(null)
  const problem = signal<Problem | null>(null)
  let query: AccessQuery = {}
  /** The cursor of the next page of entries; empty for the first page. */
  let next: Pick<AccessQuery, 'cursor'> = {}
  /** Counts the queries, so that a response to an earlier query can be recognized and discarded. */
  let round = 0
  const load = async () => {
    const mine = round
    isBusy.value = true
    const result = await rest.accessLog({ ...query, ...next })
    if (mine !== round) return
    batch(() => {
      isBusy.value = false
      problem.value = result.ok ? null : result.problem
      if (!result.ok) return
      const { entries: page, next_cursor, searched_to } = result.value
      entries.value = [...(entries.peek() ?? []), ...page]
      next = next_cursor === null ? {} : { cursor: next_cursor }
      hasMore.value = next_cursor !== null
      searchedTo.value = searched_to
    })
  }
  return {
    entries, isBusy, hasMore, searchedTo, problem,
    begin(wanted) {
      round++
      query = wanted
      next = {}
      batch(() => {
        entries.value = null
        hasMore.value = false
        searchedTo.value = null
        problem.value = null
      })
      return load()
    },
    async more() {
      if (!isBusy.peek() && (hasMore.peek() || problem.peek() !== null)) await load()
    },
  }
}

export type { AccessLogRest }

/** Creates the REST calls for the access log. */
export const accessLogRest = (client: Pick<Client, 'rest'>): AccessLogRest => createAccessLogRest(client.rest)
