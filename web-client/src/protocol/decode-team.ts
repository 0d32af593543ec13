// Decodes the bodies of REST responses that only staff receive.

import { decodeBulkOutcome, decodePersonFound, decodeRoleView, decodeSavedReply, decodeStaffTicketPage } from './decoders/team.ts'
import { staffView } from './decode-rest.ts'
import type { BulkResult, RoleView } from './generated.ts'
import type { Page, StaffView } from './model.ts'
import { all, readable } from './shape.ts'

export type Agent = RoleView

export function decodeStaffPage(value: unknown): Page<StaffView> | null {
  const page = decodeStaffTicketPage(value)
  return page === undefined ? null : { items: page.tickets.map(staffView), next_cursor: page.next_cursor }
}

export const decodeAgents = all(decodeRoleView)
/**
 * Decodes the people found by a search. Leaves out a person whose role this client does not know, for example a role that only newer
 * servers have.
 */
export const decodeFound = readable(decodePersonFound)
export const decodeReplies = readable(decodeSavedReply)

export function decodeBulk(value: unknown): readonly BulkResult[] | null {
  const results = decodeBulkOutcome(value)?.results ?? null
  return results === null ? null : results.map(({ code, ...result }) => ({ ...result, ...(code === null ? {} : { code }) }))
}
