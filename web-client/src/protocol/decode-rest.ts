// Bodies of REST, narrowed from `unknown`.

import {
  STAFF_ROLES, type Availability, type ClientConfig, type MeView, type MessageStored, type NavLink, type OpeningHours, type StaffRole, type WeekHours,
} from './generated.ts'
import { decodeCode, decodeEvent, decodeMe } from './decode-event.ts'
import { decodeCustomerTicket } from './decode-ticket.ts'
import type { CustomerView, EventPage, Page, Problem } from './model.ts'
import { count, isObject, list, readable, text, word } from './narrow.ts'

/** Somebody whom the development mode lets one sign in as. */
export interface DemoPerson {
  readonly name: string
  readonly role: StaffRole | null
  readonly id: string
  readonly email: string | null
}

export interface Self {
  readonly user: MeView['user']
  readonly role: StaffRole | null
}

export function decodePage<T>(value: unknown, item: (value: unknown) => T | null): Page<T> | null {
  if (!isObject(value) || !Array.isArray(value['tickets'])) return null
  return { items: readable(value['tickets'], item), next_cursor: text(value['next_cursor']) }
}

export const decodeCustomerPage = (value: unknown): Page<CustomerView> | null => decodePage(value, decodeCustomerTicket)

export function decodeEventPage(value: unknown): EventPage | null {
  if (!isObject(value)) return null
  const epoch = text(value['epoch'])
  const head = count(value['head'])
  const events = list(value['events'], decodeEvent)
  if (epoch === null || head === null || events === null) return null
  return { epoch, head, events, more_before: value['more_before'] === true }
}

export function decodeSelf(value: unknown): Self | null {
  if (!isObject(value)) return null
  const user = decodeMe(value['user'])
  return user === null ? null : { user, role: word(STAFF_ROLES, value['role']) }
}

export function decodeMessageStored(value: unknown): MessageStored | null {
  if (!isObject(value)) return null
  const seq = count(value['seq'])
  const at = text(value['at'])
  return seq === null || at === null ? null : { seq, at, duplicate: value['duplicate'] === true }
}

export function decodeDemoPeople(value: unknown): readonly DemoPerson[] | null {
  return list(value, (entry) => {
    if (!isObject(entry)) return null
    const name = text(entry['name'])
    const id = text(entry['id'])
    return name === null || id === null ? null : { name, id, role: word(STAFF_ROLES, entry['role']), email: text(entry['email']) }
  })
}

export function decodeToken(value: unknown): string | null {
  return isObject(value) ? text(value['token']) : null
}

/** A refusal; also of a proxy in between, which speaks no problem+json. */
export function decodeProblem(status: number, value: unknown): Problem {
  if (!isObject(value) || !('code' in value)) return { status, code: 'unreadable', title: '', retry_after_ms: null, head: null }
  return {
    status,
    code: decodeCode(value['code']),
    title: text(value['title']) ?? '',
    retry_after_ms: count(value['retry_after_ms']),
    head: count(value['head']),
  }
}

/** A link may lead to a page, never run a script. */
export function isSafeHref(href: string): boolean {
  return /^https?:\/\//i.test(href) || (href.startsWith('/') && !href.startsWith('//') && !href.startsWith('/\\'))
}

export function decodeLinks(value: unknown): NavLink[] {
  return readable(value, (entry) => {
    if (!isObject(entry)) return null
    const label = text(entry['label'])
    const href = text(entry['href'])
    return label === null || href === null || !isSafeHref(href) ? null : { label, href }
  })
}

export function decodeConfig(value: unknown): ClientConfig | null {
  if (!isObject(value)) return null
  return {
    token_url: text(value['token_url']),
    home_url: text(value['home_url']),
    links: decodeLinks(value['links']),
    languages: readable(value['languages'], text),
    dev: value['dev'] === true,
    features: readable(value['features'], text),
  }
}

export function decodeHours(value: unknown): OpeningHours | null {
  const days = isObject(value) ? value['days'] : null
  const timezone = isObject(value) ? text(value['timezone']) : null
  if (timezone === null || !isObject(days)) return null
  const of = (day: keyof WeekHours) => readable(days[day], (span): [string, string] | null => {
    const [from, to] = Array.isArray(span) ? [text(span[0]), text(span[1])] : [null, null]
    return from === null || to === null ? null : [from, to]
  })
  const week: WeekHours = { mon: of('mon'), tue: of('tue'), wed: of('wed'), thu: of('thu'), fri: of('fri'), sat: of('sat'), sun: of('sun') }
  return { timezone, days: week }
}

export function decodeAvailability(value: unknown): Availability | null {
  if (!isObject(value)) return null
  return {
    open: value['open'] !== false,
    agents_online: value['agents_online'] === true,
    opens_at: text(value['opens_at']),
    hours: decodeHours(value['hours']),
    notice: text(value['notice']),
    first_answer_s: count(value['first_answer_s']),
  }
}
