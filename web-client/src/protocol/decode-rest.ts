// Bodies of REST, narrowed from `unknown`.

import { STAFF_ROLES, type ClientConfig, type MessageStored, type NavLink, type OwnUnread, type StaffRole } from './generated.ts'
import { decodeEvent } from './decode-event.ts'
import { decodeCustomerTicket } from './decode-ticket.ts'
import type { CustomerView, EventPage, Page } from './model.ts'
import { count, isObject, list, readable, text, word } from './narrow.ts'

/** Somebody whom the development mode lets one sign in as. */
export interface DemoPerson {
  readonly name: string
  readonly role: StaffRole | null
  readonly id: string
  readonly email: string | null
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

export function decodeOwnUnread(value: unknown): OwnUnread | null {
  if (!isObject(value)) return null
  const tickets = count(value['tickets'])
  return tickets === null ? null : { tickets, messages: count(value['messages']) ?? 0 }
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

/** A link may lead to a page, never run a script. */
function isSafeHref(href: string): boolean {
  return /^https?:\/\//i.test(href) || (href.startsWith('/') && !href.startsWith('//') && !href.startsWith('/\\'))
}

function hrefOf(value: unknown): string | null {
  const href = text(value)
  return href !== null && isSafeHref(href) ? href : null
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
    sign_in_url: hrefOf(value['sign_in_url']),
    sign_out_url: hrefOf(value['sign_out_url']),
    home_url: text(value['home_url']),
    links: decodeLinks(value['links']),
    languages: readable(value['languages'], text),
    dev: value['dev'] === true,
    features: readable(value['features'], text),
  }
}

