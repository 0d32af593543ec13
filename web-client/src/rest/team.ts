// The part of REST that only the team may use.

import type { BulkPatch, BulkResult, ClientConfig, DeskSettings, Feature, PersonFound, PersonView, SavedReply, SavedReplyChange, SettingEtags, StaffRole, TicketCounts, TicketPatch, TicketStats } from '../protocol/generated.ts'
import { decodeAgents, decodeBulk, decodeFound, decodeReplies, decodeStaffPage, type Agent } from '../protocol/decode-team.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { decodeDeskSettings, decodePersonView, decodeSavedReply, decodeTicketCounts } from '../protocol/decoders/team.ts'
import { decodeTicketStats } from '../protocol/decoders/ticket.ts'
import type { Features, Page, StaffView } from '../protocol/model.ts'
import { nothing, params, type Rest, type TicketQuery } from './client.ts'
import type { Result } from './request.ts'

export interface TeamRest {
  /** As everybody's, and with what was seen of the assignee. */
  readonly changeTicket: Rest['changeTicket']
  allTickets(query: TicketQuery): Promise<Result<Page<StaffView>>>
  stats(): Promise<Result<TicketStats>>
  counts(): Promise<Result<TicketCounts>>
  agents(): Promise<Result<readonly Agent[]>>
  person(id: string): Promise<Result<PersonView>>
  /** Admins: all with a role, blocked ones too. */
  roles(): Promise<Result<readonly Agent[]>>
  /** Admins: who has signed in with this address. */
  peopleBy(email: string): Promise<Result<readonly PersonFound[]>>
  /** Null takes it. */
  setRole(id: string, role: StaffRole | null): Promise<Result<null>>
  /** Admins, of a server that names the feature `block_people`. */
  setBlocked(id: string, blocked: boolean): Promise<Result<null>>
  /** What every page is told before anybody signs in. */
  config(): Promise<Result<ClientConfig>>
  bulk(change: BulkPatch): Promise<Result<readonly BulkResult[]>>
  replies(): Promise<Result<readonly SavedReply[]>>
  /** With the `etag` that was seen, one that was changed since is left alone: `precondition_failed`. So are the next two. */
  saveReply(id: string, reply: SavedReplyChange, etag?: string | null): Promise<Result<SavedReply>>
  deleteReply(id: string, etag?: string | null): Promise<Result<null>>
  settings(): Promise<Result<DeskSettings>>
  /** Null takes it away. Answers all of them. */
  saveSetting<K extends keyof SettingEtags>(name: K, value: DeskSettings[K], etags?: SettingEtags | null): Promise<Result<DeskSettings>>
}

/** A server of the build before tells no tags, and compares none. */
const ifMatch = (etag: string | null | undefined): Readonly<Record<string, string>> => (typeof etag === 'string' ? { 'if-match': etag } : {})

/** In `if_assigned_to`: a change tells whose the ticket was seen to be. */
const SEEN_ASSIGNEE: Feature = 'if_assigned_to'

/**
 * Makes a change with what was seen of the assignee, which a server that does not name the feature would refuse: it gets the change without, and
 * the last assignment counts there. So does an instance of such a build that answers in place of the one that was asked.
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
