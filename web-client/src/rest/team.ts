// REST calls that only the team may use.

import type { BulkPatch, BulkResult, ClientConfig, DeskSettings, Feature, PersonFound, PersonView, SavedReply, SavedReplyChange, SettingEtags, StaffRole, TicketCounts, TicketPatch, TicketStats } from '../protocol/generated.ts'
import { decodeAgents, decodeBulk, decodeFound, decodeReplies, decodeStaffPage, type Agent } from '../protocol/decode-team.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { decodeDeskSettings, decodePersonView, decodeSavedReply, decodeTicketCounts } from '../protocol/decoders/team.ts'
import { decodeTicketStats } from '../protocol/decoders/ticket.ts'
import type { Features, Page, StaffView } from '../protocol/model.ts'
import { nothing, params, type Rest, type TicketQuery } from './client.ts'
import type { Result } from './request.ts'

export interface TeamRest {
  /** As in `Rest`, and also sends the assignee that was seen. */
  readonly changeTicket: Rest['changeTicket']
  allTickets(query: TicketQuery): Promise<Result<Page<StaffView>>>
  stats(): Promise<Result<TicketStats>>
  counts(): Promise<Result<TicketCounts>>
  agents(): Promise<Result<readonly Agent[]>>
  person(id: string): Promise<Result<PersonView>>
  /** Admins: everyone with a role, including blocked people. */
  roles(): Promise<Result<readonly Agent[]>>
  /** Admins: people who have signed in with this address. */
  peopleBy(email: string): Promise<Result<readonly PersonFound[]>>
  /** Null removes the role. */
  setRole(id: string, role: StaffRole | null): Promise<Result<null>>
  /** Admins, on a server with the feature `block_people`. */
  setBlocked(id: string, blocked: boolean): Promise<Result<null>>
  /** What the desk tells every page before sign-in. */
  config(): Promise<Result<ClientConfig>>
  bulk(change: BulkPatch): Promise<Result<readonly BulkResult[]>>
  replies(): Promise<Result<readonly SavedReply[]>>
  /**
   * With the `etag` that was seen, the server refuses to overwrite a later change: `precondition_failed`. `deleteReply` and `saveSetting` do the
   * same.
   */
  saveReply(id: string, reply: SavedReplyChange, etag?: string | null): Promise<Result<SavedReply>>
  deleteReply(id: string, etag?: string | null): Promise<Result<null>>
  settings(): Promise<Result<DeskSettings>>
  /** Null removes the setting. Returns all settings. */
  saveSetting<K extends keyof SettingEtags>(name: K, value: DeskSettings[K], etags?: SettingEtags | null): Promise<Result<DeskSettings>>
}

/** Older servers send no etags and compare none. */
const ifMatch = (etag: string | null | undefined): Readonly<Record<string, string>> => (typeof etag === 'string' ? { 'if-match': etag } : {})

/** With `if_assigned_to`, a change tells which assignee was seen. */
const SEEN_ASSIGNEE: Feature = 'if_assigned_to'

/**
 * Sends a change with the assignee that was seen. A server without the feature would refuse it, so it gets the change without that field, and the
 * last assignment wins. The same applies if an older instance answers instead.
 */
async function withSeenAssignee<T>(features: Features, patch: TicketPatch, send: (patch: TicketPatch) => Promise<Result<T>>): Promise<Result<T>> {
  const { if_assigned_to, ...rest } = patch
  if (if_assigned_to === undefined || !features.includes(SEEN_ASSIGNEE)) return send(rest)
  const result = await send(patch)
  return !result.ok && result.problem.code === 'unknown_field' ? send(rest) : result
}

export function createTeamRest({ request, features, changeTicket }: Pick<Rest, 'request' | 'features' | 'changeTicket'>): TeamRest {
  const reply = (id: string) => `/v1/saved-replies/${encodeURIComponent(id)}`
  return {
    changeTicket: (id, patch) => withSeenAssignee(features(), patch, (body) => changeTicket(id, body)),
    allTickets: (query) => request(`/v1/tickets?${params('all', query)}`, {}, decodeStaffPage),
    stats: () => request('/v1/stats', {}, decodeTicketStats),
    counts: () => request('/v1/tickets/counts', {}, decodeTicketCounts),
    agents: () => request('/v1/agents', {}, decodeAgents),
    person: (id) => request(`/v1/people/${encodeURIComponent(id)}`, {}, decodePersonView),
    roles: () => request('/v1/roles', {}, decodeAgents),
    peopleBy: (email) => request(`/v1/people?${new URLSearchParams({ email })}`, {}, decodeFound),
    setRole: async (id, role) => {
      const path = `/v1/roles/${encodeURIComponent(id)}`
      return nothing(await (role === null ? request(path, { method: 'DELETE' }, () => true) : request(path, { method: 'PUT', body: { role } }, () => true)))
    },
    setBlocked: async (id, blocked) => nothing(await request(`/v1/people/${encodeURIComponent(id)}/blocked`, { method: 'PUT', body: { blocked } }, () => true)),
    config: () => request('/v1/config', {}, decodeConfig),
    bulk: ({ tickets, patch }) => withSeenAssignee(features(), patch, (sent) => request('/v1/tickets/bulk', { method: 'POST', body: { tickets, patch: sent } }, decodeBulk)),
    replies: () => request('/v1/saved-replies', {}, decodeReplies),
    saveReply: (id, body, etag) => request(reply(id), { method: 'PUT', body, headers: ifMatch(etag) }, decodeSavedReply),
    deleteReply: async (id, etag) => nothing(await request(reply(id), { method: 'DELETE', headers: ifMatch(etag) }, () => true)),
    settings: () => request('/v1/settings', {}, decodeDeskSettings),
    saveSetting: (name, value, etags) => request(`/v1/settings/${name}`, { method: 'PUT', body: { value }, headers: ifMatch(etags?.[name]) }, decodeDeskSettings),
  }
}
