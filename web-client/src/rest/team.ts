// The part of REST that only the team may use.

import type { BulkPatch, BulkResult, DeskSettings, PersonView, SavedReply, SavedReplyChange, TicketCounts, TicketStats } from '../protocol/generated.ts'
import { decodeAgents, decodeBulk, decodeCounts, decodePersonView, decodeReplies, decodeReply, decodeSettings, decodeStaffPage, type Agent } from '../protocol/decode-team.ts'
import { decodeStats } from '../protocol/decode-ticket.ts'
import type { Page, StaffView } from '../protocol/model.ts'
import { nothing, params, type Request, type Result, type TicketQuery } from './client.ts'

export interface TeamRest {
  allTickets(query: TicketQuery): Promise<Result<Page<StaffView>>>
  stats(): Promise<Result<TicketStats>>
  counts(): Promise<Result<TicketCounts>>
  agents(): Promise<Result<readonly Agent[]>>
  person(id: string): Promise<Result<PersonView>>
  bulk(change: BulkPatch): Promise<Result<readonly BulkResult[]>>
  replies(): Promise<Result<readonly SavedReply[]>>
  saveReply(id: string, reply: SavedReplyChange): Promise<Result<SavedReply>>
  deleteReply(id: string): Promise<Result<null>>
  settings(): Promise<Result<DeskSettings>>
  /** Null takes it away. Answers all of them. */
  saveSetting<K extends keyof DeskSettings>(name: K, value: DeskSettings[K]): Promise<Result<DeskSettings>>
}

export function createTeamRest(request: Request): TeamRest {
  const reply = (id: string) => `/v1/saved-replies/${encodeURIComponent(id)}`
  return {
    allTickets: (query) => request(`/v1/tickets?${params('all', query)}`, {}, decodeStaffPage),
    stats: () => request('/v1/stats', {}, decodeStats),
    counts: () => request('/v1/tickets/counts', {}, decodeCounts),
    agents: () => request('/v1/agents', {}, decodeAgents),
    person: (id) => request(`/v1/people/${encodeURIComponent(id)}`, {}, decodePersonView),
    bulk: (body) => request('/v1/tickets/bulk', { method: 'POST', body }, decodeBulk),
    replies: () => request('/v1/saved-replies', {}, decodeReplies),
    saveReply: (id, body) => request(reply(id), { method: 'PUT', body }, decodeReply),
    deleteReply: async (id) => nothing(await request(reply(id), { method: 'DELETE' }, () => true)),
    settings: () => request('/v1/settings', {}, decodeSettings),
    saveSetting: (name, value) => request(`/v1/settings/${name}`, { method: 'PUT', body: { value } }, decodeSettings),
  }
}
