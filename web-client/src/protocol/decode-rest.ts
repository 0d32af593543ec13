// Decodes the bodies of REST responses, and converts them to the types of `model.ts`. The decoders are generated from the Rust types of
// `core`.

import { decodeStaffRole } from './decoders/first.ts'
import { decodeClientConfig, decodeCustomerTicket, decodeCustomerTicketPage, decodeNavLink, decodeStaffTicket } from './decoders/ticket.ts'
import type { ClientConfig, CustomerTicket, NavLink, StaffTicket } from './generated.ts'
import type { CustomerView, Page, StaffView, TicketView } from './model.ts'
import { isObject } from './narrow.ts'
import { all, list, nullable, object, string } from './shape.ts'

export const staffView = (ticket: StaffTicket): StaffView => ({ side: 'staff', ...ticket })
const customerView = (ticket: CustomerTicket): CustomerView => ({ side: 'customer', ...ticket })

export function decodeCustomerView(value: unknown): CustomerView | null {
  const ticket = decodeCustomerTicket(value)
  return ticket === undefined ? null : customerView(ticket)
}

/** Decodes a ticket as the server sends it to staff or to customers. Only the form for staff contains the customer's `user_id`. */
export function decodeTicket(value: unknown): TicketView | null {
  if (!isObject(value) || !('user_id' in value)) return decodeCustomerView(value)
  const ticket = decodeStaffTicket(value)
  return ticket === undefined ? null : staffView(ticket)
}

export function decodeCustomerPage(value: unknown): Page<CustomerView> | null {
  const page = decodeCustomerTicketPage(value)
  return page === undefined ? null : { items: page.tickets.map(customerView), next_cursor: page.next_cursor }
}

/** Decodes a demo person. In development mode, one can sign in as a demo person. */
const decodeDemoPerson = object({ name: string, id: string, role: nullable(decodeStaffRole), email: nullable(string) })
export type DemoPerson = Exclude<ReturnType<typeof decodeDemoPerson>, undefined>
export const decodeDemoPeople = all(decodeDemoPerson)

const decodeTokenBody = object({ token: string })
export const decodeToken = (value: unknown): string | null => decodeTokenBody(value)?.token ?? null

/** Whether `href` is an http(s) URL or a path on this site. Rejects `javascript:` URLs and links such as `//host`. */
function isSafeHref(href: string): boolean {
  return /^https?:\/\//i.test(href) || (href.startsWith('/') && !href.startsWith('//') && !href.startsWith('/\\'))
}

const safeHref = (href: string | null) => (href !== null && isSafeHref(href) ? href : null)
const safeLinks = (links: readonly NavLink[]) => links.filter(({ href }) => isSafeHref(href))
const readLinks = list(decodeNavLink)

export const decodeLinks = (value: unknown): NavLink[] => safeLinks(readLinks(value) ?? [])

export function decodeConfig(value: unknown): ClientConfig | null {
  const config = decodeClientConfig(value)
  return config === undefined ? null : { ...config, sign_in_url: safeHref(config.sign_in_url), sign_out_url: safeHref(config.sign_out_url), roles_managed_at: safeHref(config.roles_managed_at), links: safeLinks(config.links) }
}
