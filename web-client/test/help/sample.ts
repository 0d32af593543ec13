import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeStaffPage } from '../../src/protocol/decode-team.ts'
import type { HistoryEvent, StaffView, SubscribedFrame } from '../../src/protocol/model.ts'

export const TICKET = '01990000-0000-7000-8000-000000000001'

export function messageEvent(seq: number, more: Partial<HistoryEvent> & { readonly key?: string; readonly body?: string } = {}): HistoryEvent {
  const { key = `key-${seq}`, body = `body ${seq}`, ...rest } = more
  return {
    ticket: TICKET,
    seq,
    at: new Date(1_750_000_000_000 + seq * 1_000).toISOString(),
    kind: 'message_added',
    actor: { id: 'agent', type: 'admin', name: 'Grace' },
    old_value: null,
    new_value: null,
    description: null,
    message: {
      id: `message-${seq}`,
      sender_id: 'agent',
      sender_type: 'admin',
      body,
      is_internal: false,
      attachments: [],
      key,
      created_at: new Date(1_750_000_000_000 + seq * 1_000).toISOString(),
      edited_at: null,
      redacted_at: null,
    },
    ...rest,
  }
}

export function subscribed(page: Partial<SubscribedFrame> & Pick<SubscribedFrame, 'events' | 'head'>): SubscribedFrame {
  return { type: 'subscribed', id: 1, ticket: TICKET, epoch: 'e1', more: false, reset: false, viewers: [], reads: [], ...page }
}

const pages: unknown = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../core/golden/rest.StaffTicketPage.json'), 'utf8'))
const sampled = (Array.isArray(pages) ? pages : [pages]).flatMap((page) => decodeStaffPage(page)?.items ?? [])[0]
if (sampled === undefined) throw new Error('no sample ticket')
export const staffTicket: StaffView = sampled
