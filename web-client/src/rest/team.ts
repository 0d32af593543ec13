// REST calls that only staff may make.

import type { BulkPatch, BulkResult, ClientConfig, DeskSettings, Feature, PersonFound, PersonView, SavedReply, SavedReplyChange, SettingEtags, StaffRole, TicketCounts, TicketPatch, TicketStats } from '../protocol/generated.ts'
import { decodeAgents, decodeBulk, decodeFound, decodeReplies, decodeStaffPage, type Agent } from '../protocol/decode-team.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { decodeDeskSettings, decodePersonView, decodeSavedReply, decodeTicketCounts } from '../protocol/decoders/team.ts'
import { decodeTicketStats } from '../protocol/decoders/ticket.ts'
import type { Features, Page, StaffView } from '../protocol/model.ts'
import { nothing, params, type Rest, type TicketQuery } from './client.ts'
import type { Result } from './request.ts'

export interface TeamRest {
  /**
   * Changes a ticket like `Rest.changeTicket`. Also sends the assignee that the agent saw, so that the server can refuse an outdated
   * assignment.
   */
  readonly changeTicket: Rest['changeTicket']
  allTickets(query: TicketQuery): Promise<Result<Page<StaffView>>>
  stats(): Promise<Result<TicketStats>>
  counts(): Promise<Result<TicketCounts>>
  agents(): Promise<Result<readonly Agent[]>>
  person(id: string): Promise<Result<PersonView>>
  /** Returns everyone with a role, including blocked people. Only for admins. */
  roles(): Promise<Result<readonly Agent[]>>
  /** Finds the people who have signed in with this email address. Only for admins. */
  peopleBy(email: string): Promise<Result<readonly PersonFound[]>>
  /** Sets a person's role; null removes the role. */
  setRole(id: string, role: StaffRole | null): Promise<Result<null>>
  /** Blocks or unblocks a person. Only for admins, on a server with the feature `block_people`. */
  setBlocked(id: string, blocked: boolean): Promise<Result<null>>
  /** Returns the public configuration, which pages load before sign-in. */
  config(): Promise<Result<ClientConfig>>
  bulk(change: BulkPatch): Promise<Result<readonly BulkResult[]>>
  replies(): Promise<Result<readonly SavedReply[]>>
  /**
   * Creates or changes a saved reply. If `etag` is given and the stored reply has another etag, the server refuses with
   * `precondition_failed`. `deleteReply` and `saveSetting` use etags in the same way.
   */
  saveReply(id: string, reply: SavedReplyChange, etag?: string | null): Promise<Result<SavedReply>>
  deleteReply(id: string, etag?: string | null): Promise<Result<null>>
  settings(): Promise<Result<DeskSettings>>
  /** Saves one setting; null removes it. Returns all settings. */
  saveSetting<K extends keyof SettingEtags>(name: K, value: DeskSettings[K], etags?: SettingEtags | null): Promise<Result<DeskSettings>>
}

/** Returns the `if-match` header for an etag. Without an etag there is no header, because older servers do not support etags. */
const ifMatch = (etag: string | null | undefined): Readonly<Record<string, string>> => (typeof etag === 'string' ? { 'if-match': etag } : {})

/** A server with this feature accepts the field `if_assigned_to`: the assignee that the agent saw when assigning the ticket. */
const SEEN_ASSIGNEE: Feature = 'if_assigned_to'

/**
 * Sends a change with the assignee that the agent saw, so that the server refuses an outdated assignment. A server without the feature
 * `if_assigned_to` would refuse that field, so it gets the change without the field, and the last assignment wins.
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
